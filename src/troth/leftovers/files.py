"""Looking through files: every byte, what is packed in gzip and zip, and databases of SQLite both as bytes and as rows."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from troth.leftovers.databases import search_database
from troth.leftovers.markers import Hit, Markers

_CHUNK: Final = 4_000_000
_SQLITE: Final = b"SQLite format 3\0"
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
BESIDE: Final = ("-wal", "-journal", "-shm")
"""What SQLite keeps beside its file: pages as they were, and as they will be."""


def search_folder(folder: Path, markers: Markers) -> Iterator[Hit | OSError]:
    """Every file below a folder. What cannot be read is handed out as the error it gave."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.exists():
            continue
        if path.is_file():
            yield from search_file(path, markers, beside=False)
        elif path.is_dir() and not _readable(path):
            yield PermissionError(13, "may not be read", str(path))


def search_file(path: Path, markers: Markers, *, beside: bool = True) -> Iterator[Hit | OSError]:
    """One file, and what SQLite keeps beside it; each marker once for each form and place."""
    names = [path, *(path.with_name(path.name + end) for end in BESIDE)] if beside else [path]
    for one in names:
        if one == path or one.exists():
            try:
                yield from _in_file(one, markers)
            except OSError as problem:
                yield OSError(problem.errno or 0, problem.strerror or type(problem).__name__, str(one))
            except (EOFError, zlib.error, zipfile.BadZipFile) as problem:
                yield OSError(0, f"is packed and cannot be unpacked ({type(problem).__name__})", str(one))


def _in_file(path: Path, markers: Markers) -> Iterator[Hit | OSError]:
    with path.open("rb") as file:
        head = file.read(len(_SQLITE))
        file.seek(0)
        yield from in_stream(file, str(path), markers)
    if head == _SQLITE:
        # A long value lies in pieces on several pages: its rows are read as well.
        yield from search_database(
            f"sqlite:///file:{quote(str(path.resolve()))}?mode=ro&uri=true", markers, str(path)
        )
    elif head.startswith(_GZIP):
        with gzip.open(path) as packed:
            yield from in_stream(packed, f"{path} (unpacked)", markers)
    elif head.startswith(_ZIP):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                yield from (
                    Hit(f"{path}!{entry.filename}", n, f"name, {form}", at)
                    for n, form, at in markers.found_in(entry.filename.encode())
                )
                if entry.flag_bits & 1:
                    yield OSError(0, "holds an entry under a password", str(path))
                    continue
                with archive.open(entry) as packed:
                    yield from in_stream(packed, f"{path}!{entry.filename}", markers)


def in_stream(file: IO[bytes] | gzip.GzipFile, place: str, markers: Markers) -> Iterator[Hit]:
    """Bytes from beginning to end, in pieces that overlap by the longest marker; memory stays flat."""
    offset, tail, seen = 0, b"", set[tuple[int, str]]()
    while piece := file.read(_CHUNK):
        data = tail + piece
        for number, form, at in markers.found_in(data):
            if (number, form) not in seen:
                seen.add((number, form))
                yield Hit(place, number, form, offset - len(tail) + at)
        offset += len(piece)
        tail = data[-(markers.longest - 1) :] if markers.longest > 1 else b""


def _readable(folder: Path) -> bool:
    try:
        next(iter(folder.iterdir()), None)
    except OSError:
        return False
    return True
