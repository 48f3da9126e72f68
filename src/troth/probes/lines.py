"""A look into a log of lines, each an object of JSON: do its lines have words that they should not have?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe
from troth.probes.sql import masked

LINE = "line"
"""What stands in the place of words where a line is no object: nobody can say what such a line holds."""


class LinesEye:
    """Reads a log from its beginning; what it held once and holds no more is not found again."""

    def __init__(self, probe: Probe, file: str) -> None:
        self._probe = probe
        self._file = Path(file)

    def look(self, now: datetime) -> Look:
        """Every line is looked at; one with a word that is not allowed is a finding."""
        found, looked, seen = 0, 0, list[dict[str, Any]]()
        for number, line in enumerate(self._lines(), 1):
            looked += 1
            words = _words(line)
            more = sorted(words.keys() - (self._probe.allowed or frozenset()))
            if not more:
                continue
            found += 1
            if len(seen) < MOST_SHOWN:
                where = {"store": self._file.name, "row": number, "holds": more}
                seen.append(where | masked(words, self._probe.show))
        return Look(self._probe.id, not found, now, tuple(seen), found, looked)

    def _lines(self) -> Iterator[str]:
        try:
            with self._file.open(encoding="utf-8", errors="replace") as log:
                yield from (line for line in log if line.strip())
        except OSError as problem:
            raise CannotLook(
                f"The log {self._file.name} cannot be read.", "It may not be there yet."
            ) from problem


def _words(line: str) -> dict[str, Any]:
    try:
        plain = json.loads(line)
    except ValueError:
        plain = None
    return plain if isinstance(plain, dict) else {LINE: line}
