"""Clause ids in addresses of pages: every id has exactly one slug, and every slug leads back to one id.

Letters, digits, `.`, `_` and `-` stay; every other byte of the UTF-8 form becomes `~` and two hex digits. An id of dots alone
would be read as a step in the path, so its first dot is written that way too. No other sign of a slug means anything else.
"""

from __future__ import annotations

import re
from typing import Final

_KEPT: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_SLUG: Final = re.compile(r"(?:[A-Za-z0-9._-]|~[0-9A-F]{2})*")
_ESCAPED: Final = re.compile(rb"~([0-9A-F]{2})")


def slug(id: str) -> str:
    """The slug of an id."""
    dots_alone = bool(id) and not id.strip(".")
    signs = [chr(byte) if byte in _KEPT else f"~{byte:02X}" for byte in id.encode()]
    return "".join(["~2E", *signs[1:]] if dots_alone else signs)


def unslug(text: str) -> str | None:
    """The id of a slug; None for what is the slug of no id."""
    if not _SLUG.fullmatch(text):
        return None
    try:
        id = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text.encode("ascii")).decode()
    except UnicodeDecodeError:
        return None
    return id if slug(id) == text else None
