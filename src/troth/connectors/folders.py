"""A folder whose rows are files: uploads, résumés, pictures of cards. What goes is overwritten, then unlinked.

Each file is a row of `files`, or of the pattern of the map that its name fits: `{customer}/*` also gives a column `customer`.
Its columns are `file` (its path in the folder, which is its key), `name` (the last part of it) and `content`, null where empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from troth.connectors.files import disk
from troth.connectors.files.parts import files_in
from troth.connectors.files.store import translated
from troth.connectors.patterns import claimed, is_pattern, placeholders, values_in
from troth.connectors.scanning import Absent, InFolder, ScanReading, ScanWriting, as_text
from troth.datamap.connector import Ability, Condition
from troth.datamap.errors import StoreRefused
from troth.datamap.schema import Column, Kind, Schema, Table

FILES: Final = "files"
"""The table of every file that no pattern of the map claims."""
FILE, NAME, CONTENT = "file", "name", "content"
Held = Mapping[str, Sequence[tuple[Path, Mapping[str, str]]]]
"""By table its files, each with what its name says."""


class FolderConnector(InFolder):
    """The files below one folder."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """Reading, and where it was opened for that writing, which overwrites."""
        return frozenset({Ability.READ, *([Ability.WRITE, Ability.SCRUBS] if self._writable else [])})

    def describe(self) -> Schema:
        """A table for each pattern of the map, and one for all other files where there are any."""
        with translated(self._system):
            return Schema(tuple(_table(name) for name in self._held()))

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Folder]]:
        """A session over the files as they lie."""
        with translated(self._system):
            yield ScanReading(self._system, _Folder(self._system, self._folder.resolve(), self._held()))

    @contextmanager
    def writing(self) -> Iterator[FolderWriting]:
        """A session that sees what it changed, carried out file by file when it ends well."""
        self._able()
        with translated(self._system):
            held = self._held()
            with disk.locked(self._folder):
                disk.swept(self._folder)
                session = FolderWriting(self._system, _Folder(self._system, self._folder.resolve(), held))
                yield session
                session.carry_out()

    def _held(self) -> Held:
        patterns = [name for name in self._named if is_pattern(name)]
        found: dict[str, list[tuple[Path, Mapping[str, str]]]] = {name: [] for name in patterns}
        if not patterns or FILES in self._named:
            found[FILES] = []
        root = self._folder.resolve()
        for path in files_in(self._system, self._folder):
            name = path.relative_to(root).as_posix()
            table = claimed(name, patterns)
            given = (values_in(table, name) or {}) if table else {}
            found.setdefault(table or FILES, []).append((path, given))
        return found


def _table(name: str) -> Table:
    named = tuple(Column(one, Kind.TEXT, nullable=False) for one in placeholders(name))
    columns = (
        Column(FILE, Kind.TEXT, nullable=False),
        Column(NAME, Kind.TEXT, nullable=False),
        *named,
        Column(CONTENT, Kind.OTHER),
    )
    return Table(name, columns, key=(FILE,))


class _Folder:
    """The rows of the tables of a folder."""

    def __init__(self, system: str, root: Path, held: Held) -> None:
        self._system = system
        self.root = root
        self._held = held

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        if table not in self._held:
            raise StoreRefused(
                f"{self._system} has no files '{table}'.", "Check the map against the folder.", table=table
            )
        unknown = next((name for name in names if _table(table).column(name) is None), None)
        if unknown is not None:
            raise StoreRefused(
                f"{self._system}: files have no '{unknown}'.",
                "They have file, name, content and what a pattern names.",
            )
        for path, given in self._held[table]:
            row = Absent({FILE: path.relative_to(self.root).as_posix(), NAME: path.name, **given})
            if CONTENT in names:
                row[CONTENT] = path.read_bytes() or None
            yield row


class FolderWriting(ScanWriting[_Folder]):
    """Removes files, and empties or replaces what they hold."""

    def carry_out(self) -> None:
        """File by file: written anew beside itself, or overwritten and removed."""
        for table, pending in self.pending.items():
            rows = self._source.rows(table, tuple(n for n in pending.columns if n != CONTENT), None)
            touched = [row for row in rows if as_text([row[n] for n in pending.key]) in pending.outcomes]
            becomes = [(self._source.root / row[FILE], row, pending.through(row)) for row in touched]
            if any(self._renamed(row, new) for _, row, new in becomes):
                raise StoreRefused(
                    f"{self._system}: the name of a file cannot be changed.",
                    "Let the file go: write 'on_erasure: delete'.",
                )
            for path, _, new in becomes:
                if new is None:
                    disk.overwritten(path)
                elif CONTENT in new:
                    _refill(path, new[CONTENT])

    @staticmethod
    def _renamed(row: dict[str, Any], new: dict[str, Any] | None) -> bool:
        return new is not None and any(new[name] != value for name, value in row.items() if name != CONTENT)


def _refill(path: Path, content: Any) -> None:
    """Something else in the place of a file; the old bytes are overwritten where they lay."""
    old = path.with_name(f".{path.name}.old{disk.BESIDE}")
    with disk.written_beside(path) as out:
        out.write(content if isinstance(content, bytes) else str(content or "").encode())
    path.replace(old)
    disk.swapped(path)
    disk.overwritten(old)
