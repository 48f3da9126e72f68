"""Looks into what partners keep: whoever said that something is erased and holds it, and markers of people of whom nothing should be left.

python -m examples.kit.sinks --database FILE [--markers FILE] [--json]

FILE is the database of `examples.kit.partners`; the list of markers has one on each line. A finding names partner, reference and line,
never the words. Exit code: 0 nothing was found; 1 something was; 2 it cannot be told.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

SHORTEST: Final = 4
"""Signs; anything shorter stands in every longer text by chance."""
KEPT: Final = """
SELECT r.partner, r.reference, a.at FROM received r JOIN answers a ON a.partner = r.partner AND a.reference = r.reference
WHERE a.said = 'erased' AND a.at >= r.at GROUP BY r.id ORDER BY r.id
"""
"""What somebody says to have erased after it came."""


class Unusable(Exception):
    """The database or the list cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a partner holds: what is wrong with that, and, for a marker, on which line of the list it stands."""

    partner: str
    reference: str
    what: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.partner}: {self.reference} {self.what}"


def look(database: Path, markers: Sequence[str] = ()) -> list[Found]:
    """Everything that should not be there. The database is opened so that it cannot be written. Raises Unusable."""
    planted = {number: word.strip().casefold() for number, word in enumerate(markers, 1) if word.strip()}
    if short := next((number for number, word in planted.items() if len(word) < SHORTEST), 0):
        raise Unusable(f"The marker on line {short} is too short: it would be found everywhere.")
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return [*_kept(connection), *_marked(connection, planted)]
    except sqlite3.Error as problem:
        raise Unusable(f"{database} is no database of partners ({problem}).") from problem


def _kept(connection: sqlite3.Connection) -> Iterator[Found]:
    for partner, reference, at in connection.execute(KEPT):
        yield Found(partner, reference, f"is still held, though the answer at {at} was that it is erased")


def _marked(connection: sqlite3.Connection, planted: dict[int, str]) -> Iterator[Found]:
    """A body is JSON: its words are looked through as they read, with nothing escaped."""
    for partner, reference, body in connection.execute(
        "SELECT partner, reference, body FROM received ORDER BY id"
    ):
        text = json.dumps(json.loads(body), ensure_ascii=False).casefold()
        for line, word in planted.items():
            if word in text:
                yield Found(partner, reference, f"holds the marker on line {line}", line)


def main() -> int:
    """Print what was found."""
    parser = argparse.ArgumentParser(description="Looks into what partners keep.")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--markers", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        words = args.markers.read_text(encoding="utf-8").splitlines() if args.markers else []
        found = look(args.database, words)
    except (Unusable, OSError, UnicodeDecodeError) as problem:
        print(f"sinks: {problem}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps({"clean": not found, "found": [asdict(one) for one in found]}, indent=2))
    else:
        print(*(map(str, found) if found else ["Nothing was found."]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
