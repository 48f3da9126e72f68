"""What lies inside documents and what the map says of it: a value at a path that nobody mapped is never passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from troth.datamap.model import MANY, Dataset, path_text

Path = tuple[str, ...]
_WORD = re.compile(r"[^\W\d][\w-]{0,40}")


def unmapped(dataset: Dataset, rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Paths inside documents of rows that the map does not know, with in how many rows each stands.

    A key may itself be somebody's data (a document by address): one that is no plain word is shown as `*`.
    """
    known = {field.path for field in dataset.fields}
    columns = {field.column for field in dataset.fields if len(field.path) > 1}
    found: dict[str, int] = {}
    for row in rows:
        strange = {
            path for name in columns for path in _paths(row.get(name), (name,)) if not _known(path, known)
        }
        for name in {path_text(tuple(map(_shown, path))) for path in strange}:
            found[name] = found.get(name, 0) + 1
    return found


def documents_of(dataset: Dataset) -> tuple[str, ...]:
    """The columns of a dataset that hold documents with mapped paths."""
    return tuple(dict.fromkeys(field.column for field in dataset.fields if len(field.path) > 1))


def _known(path: Path, known: set[Path]) -> bool:
    """Whether a path is mapped, or lies below one that is mapped whole."""
    return any(path[:end] in known for end in range(1, len(path) + 1))


def _paths(document: Any, before: Path) -> Iterator[Path]:
    """The path of every value that is no container and not null; lists are one step."""
    if isinstance(document, dict):
        for key, inner in document.items():
            yield from _paths(inner, (*before, str(key)))
    elif isinstance(document, list):
        for one in document:
            yield from _paths(one, (*before, MANY))
    elif document is not None:
        yield before


def _shown(step: str) -> str:
    return step if step == MANY or _WORD.fullmatch(step) else "*"
