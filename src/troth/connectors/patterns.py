"""Names by pattern: `visits-*` for files of one kind, `{customer}/*` where a part of a name is itself a value, `cart:{id}` for keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

_PIECE: Final = re.compile(r"\*\*|\*|\{([a-z_][a-z0-9_]*)\}")
_RUNNING: Final = re.compile(
    r"(?<![^-_.=/:])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+|(?=[a-f]*\d)[0-9a-f]{8,})(?=$|[-_./:])"
)
"""A date, a running number or a random one, between two marks of a name."""
_ROW: Final = re.compile(r"\*(?:[-_.]\*)+")


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """`*` is anything within one step of a name, `**` anything at all, `{name}` a value; steps end at `/` and `:`."""
    found, last = "", 0
    for piece in _PIECE.finditer(pattern):
        found += re.escape(pattern[last : piece.start()])
        named = f"(?P<{piece[1]}>[^/:]+?)" if piece[1] else ""
        found += named or (".*" if piece[0] == "**" else "[^/:]*")
        last = piece.end()
    return re.compile(found + re.escape(pattern[last:]), re.DOTALL)


def values_in(pattern: str, name: str) -> Mapping[str, str] | None:
    """What the braces of a pattern stand for in a name; None where the name does not fit."""
    met = compiled(pattern).fullmatch(name)
    return None if met is None else met.groupdict()


def placeholders(pattern: str) -> tuple[str, ...]:
    """The names in braces, in their order."""
    return tuple(piece[1] for piece in _PIECE.finditer(pattern) if piece[1])


def is_pattern(name: str) -> bool:
    """Whether a name stands for many."""
    return _PIECE.search(name) is not None


def claimed(name: str, tables: Iterable[str]) -> str:
    """Under which of these tables a name falls: its own first, then the first pattern it fits; empty where none."""
    known = tuple(tables)
    if name in known:
        return name
    return next((one for one in known if is_pattern(one) and compiled(one).fullmatch(name)), "")


def general(name: str) -> str:
    """A name with its dates and numbers left open, by which files of one kind are told: `visits-2026-11-22` is `visits-*`."""
    return _ROW.sub("*", _RUNNING.sub("*", name))
