"""Which files of a folder make up which table: one each, or all that fit a pattern, dated and numbered ones by themselves.

A name of the map claims the files it fits; of what none claims, names that differ only by dates and numbers are one table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.connectors.files.arrow import Parquet
from troth.connectors.files.formats import Delimited, Document, Format, Lines
from troth.connectors.files.workbook import Workbook, sheets_of
from troth.connectors.patterns import claimed, general, is_pattern, placeholders, values_in
from troth.datamap.errors import StoreRefused, StoreUnreachable

FORMATS: Final[Mapping[str, Format]] = {
    ".csv": Delimited(), ".jsonl": Lines(), ".ndjson": Lines(), ".json": Document(), ".parquet": Parquet(), ".xlsx": Workbook(),
}  # fmt: skip
SHEET: Final = "#"


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or one sheet of it, with what its name says of each of its rows."""

    path: Path
    sheet: str = ""
    given: tuple[tuple[str, str], ...] = ()

    @property
    def format(self) -> Format:
        """Its kind."""
        return FORMATS[self.path.suffix.lower()]


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a folder."""

    parts: Mapping[str, tuple[Part, ...]]

    def of(self, system: str, table: str) -> tuple[Part, ...]:
        """The parts of a table; none where it is a pattern that nothing fits now. Raises StoreRefused where there is no such file."""
        if table not in self.parts:
            raise StoreRefused(
                f"{system} has no file '{table}'.", "Check the map against the folder.", table=table
            )
        return self.parts[table]


def tables_of(system: str, folder: Path, named: Sequence[str]) -> Tables:
    """The tables of a folder, where the map names these. Raises StoreUnreachable, StoreRefused."""
    found: dict[str, list[Part]] = {name: [] for name in named if is_pattern(name)}
    for path in files_in(system, folder):
        if _managed(path):
            raise StoreRefused(
                f"{system} holds a table that keeps a log of its files (Delta, Iceberg): its files are not to be written singly.",
                "Map its folder with delta:FOLDER, or move it to a folder of its own.",
            )
        if path.suffix.lower() not in FORMATS:
            continue
        stem = path.relative_to(folder.resolve()).with_suffix("").as_posix()
        for name, sheet in _names(path, stem):
            table = claimed(name, named) or general(name)
            given = tuple((values_in(table, name) or {}).items()) if placeholders(table) else ()
            found.setdefault(table, []).append(Part(path, sheet, given))
    for table, parts in found.items():
        if len(parts) > 1 and not is_pattern(table):
            raise StoreRefused(
                f"{system} has {len(parts)} files called '{table}', of several kinds.",
                "Move one away, or map them with a name of their own.",
            )
    return Tables({name: tuple(parts) for name, parts in found.items()})


def files_in(system: str, folder: Path) -> Iterator[Path]:
    """Every file below a folder but hidden ones, in order of their names. Raises StoreUnreachable, StoreRefused."""
    if not folder.is_dir():
        raise StoreUnreachable(
            f"{system}: there is no folder {folder.name}.", "Check its address in the map."
        )
    root = folder.resolve()
    for path in sorted(root.rglob("*")):
        if any(step.startswith(".") for step in path.relative_to(root).parts):
            continue
        if path.is_symlink():
            # What it leads to is a file of its own where it lies in here; elsewhere nobody said that it may be written.
            if not path.resolve().is_relative_to(root):
                raise StoreRefused(
                    f"{system}: a link leads out of the folder.",
                    "Map the place it leads to, and remove the link.",
                )
        elif not path.is_dir():
            yield path


def _managed(path: Path) -> bool:
    return path.parent.name == "_delta_log" or path.name.endswith(".metadata.json")


def _names(path: Path, stem: str) -> Iterator[tuple[str, str]]:
    """The names of a file, and of each further sheet where it is a workbook."""
    yield stem, ""
    if path.suffix.lower() == ".xlsx":
        for sheet in sheets_of(path)[1:]:
            yield f"{stem}{SHEET}{sheet}", sheet
