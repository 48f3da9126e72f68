"""A look into a folder: are there files that should not be there?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe


class FilesEye:
    """Looks for files by a pattern; their content is not opened."""

    def __init__(self, probe: Probe, folder: str) -> None:
        self._probe = probe
        self._folder = Path(folder)

    def look(self, now: datetime) -> Look:
        """Passed when no file fits the pattern."""
        if not self._folder.is_dir():
            raise CannotLook(f"There is no folder {self._folder.name}.", "It may not be there yet.")
        found = sorted(
            path.relative_to(self._folder).as_posix() for path in self._folder.rglob(self._probe.pattern)
        )
        seen = tuple({"file": path} for path in found[:MOST_SHOWN])
        return Look(self._probe.id, not found, now, seen, len(found), len(found))
