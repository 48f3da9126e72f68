"""A look into a folder: are there files that should not be there?

Which those are a pattern says; or a pattern with `{key}` in it, for each `key` that a read-only query of a database names.
"""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import translate
from pathlib import Path

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe
from troth.probes.sql import read_rows

KEY = "{key}"


class FilesEye:
    """Looks for files by a pattern; their content is not opened."""

    def __init__(self, probe: Probe, folder: str, keys: str = "") -> None:
        self._probe = probe
        self._folder = Path(folder)
        self._keys = keys

    def look(self, now: datetime) -> Look:
        """Passed when no file fits the pattern."""
        if not self._folder.is_dir():
            raise CannotLook(f"There is no folder {self._folder.name}.", "It may not be there yet.")
        found = sorted(path.relative_to(self._folder).as_posix() for path in self._fitting())
        seen = tuple({"file": path} for path in found[:MOST_SHOWN])
        return Look(self._probe.id, not found, now, seen, len(found), len(found))

    def _fitting(self) -> list[Path]:
        """One walk through the folder, however many keys there are."""
        before, key, after = self._probe.pattern.partition(KEY)
        if not key or not self._keys:
            return [path for path in self._folder.rglob(self._probe.pattern) if path.is_file()]
        gone = {str(row["key"]) for row in read_rows(self._keys, self._probe.query)}
        fits = re.compile(f"{re.escape(before)}(.+?){translate(after)}")
        named = ((path, fits.match(path.name)) for path in self._folder.rglob("*") if path.is_file())
        return [path for path, match in named if match and match[1] in gone]
