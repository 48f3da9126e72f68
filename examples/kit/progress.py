"""How far a life has come, in a small file: after a restart it goes on where it was, and nobody comes twice."""

from __future__ import annotations

import json
from pathlib import Path


class Progress:
    """The number of whoever comes next, for a seed."""

    def __init__(self, file: Path, seed: int) -> None:
        self._file = file
        self._seed = seed
        self._next = self._recall()

    def take(self) -> int:
        """The next number; it is spent before it is used, so that whoever is cut off on the way does not come again."""
        number = self._next
        self._next += 1
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".part")
        fresh.write_text(json.dumps({"seed": self._seed, "next": self._next}))
        fresh.replace(self._file)
        return number

    def _recall(self) -> int:
        try:
            plain = json.loads(self._file.read_text())
            return int(plain["next"]) if plain.get("seed") == self._seed else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0
