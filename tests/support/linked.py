"""Reading JSON-LD in tests: no address is ever fetched, and every name that is used is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn


def nobody(address: str, options: object) -> NoReturn:
    """A document loader that has nothing to load."""
    raise AssertionError(f"reading a document asked for {address}")


def named(value: Any) -> Iterator[str]:
    """Every address that a document uses as a name: properties, types, and references."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield from (key for key in one if not key.startswith("@"))
            types = one.get("@type", [])
            yield from [types] if isinstance(types, str) else types
            yield from [one["@id"]] if "@id" in one else []
            for inner in one.values():
                yield from named(inner)
