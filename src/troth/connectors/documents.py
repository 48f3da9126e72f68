"""Values at paths inside documents: reading and writing them at any depth, lists included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from troth.datamap.model import MANY

Path = tuple[str, ...]


def parsed(value: Any) -> Any:
    """A document as values, whether the store hands it out as text, bytes or values. Raises ValueError where it is none."""
    return json.loads(value) if isinstance(value, str | bytes | bytearray) and value != "" else value


def written(document: Any) -> str:
    """A document as text, in the characters it was written in."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def values_at(document: Any, path: Path) -> Iterator[Any]:
    """Every value that lies at a path; nothing where the path leads nowhere."""
    if not path:
        yield document
    elif path[0] == MANY:
        for one in document if isinstance(document, list) else ():
            yield from values_at(one, path[1:])
    elif isinstance(document, dict) and path[0] in document:
        yield from values_at(document[path[0]], path[1:])


def put_at(document: Any, path: Path, value: Any) -> Any:
    """The document with every value at a path replaced; what is not there is not made."""
    if not path:
        return value
    if path[0] == MANY:
        return [put_at(one, path[1:], value) for one in document] if isinstance(document, list) else document
    if isinstance(document, dict) and path[0] in document:
        return {**document, path[0]: put_at(document[path[0]], path[1:], value)}
    return document
