"""A look into a folder: are there files that should not be there?

Which those are a pattern says; or a pattern with `{key}` in it, for each `key` that a read-only query of a database names.
"""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import translate
from pathlib import Path

from sqlalchemy import bindparam, text

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe
from troth.probes.sql import read_rows

KEY = "{key}"
AT_ONCE = 500
ASKED = "SELECT asked.key AS key FROM ({query}) AS asked WHERE CAST(asked.key AS VARCHAR) IN :names"


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
        fits = re.compile(f"{re.escape(before)}(.+?){translate(after)}")
        named = [
            (path, match[1])
            for path in self._folder.rglob("*")
            if path.is_file() and (match := fits.match(path.name))
        ]
        gone = self._gone({name for _, name in named})
        # What went between the walk and the question was on its way out, and is no finding.
        return [path for path, name in named if name in gone and path.is_file()]

    def _gone(self, names: set[str]) -> set[str]:
        """Which of these are keys that the query names: the database sorts out the rest, and is left alone where there are none."""
        asked, gone = sorted(names), set[str]()
        for start in range(0, len(asked), AT_ONCE):
            keys = text(ASKED.format(query=self._probe.query)).bindparams(bindparam("names", expanding=True))
            gone |= {
                str(row["key"]) for row in read_rows(self._keys, keys, names=asked[start : start + AT_ONCE])
            }
        return gone
