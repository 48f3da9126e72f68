"""What a visitor let in, as the banner keeps it in the visitor's own browser: a company reads it, and needs no list of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

KEPT: Final = "troth_choice"
_VISITOR: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Choice:
    """Who chose (a number that the browser made at random), and what is on."""

    visitor: str
    on: frozenset[str]


def choice_of(cookies: Mapping[str, str], *, signal: bool) -> Choice | None:
    """The choice of a browser; under a signal such as Global Privacy Control, one made before it lets nothing in."""
    try:
        kept = json.loads(unquote(cookies.get(KEPT, "")))
        visitor, on = str(kept["i"]), frozenset(map(str, kept["y"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not _VISITOR.fullmatch(visitor):
        return None
    return Choice(visitor, on if kept.get("g") or not signal else frozenset())
