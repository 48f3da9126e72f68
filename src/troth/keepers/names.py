"""Names of root keys, which become names of files and parts of addresses."""

from __future__ import annotations

import re
from typing import Final

from troth.kernel.errors import CallerError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,149}")


def checked(name: str) -> str:
    """The name as it is. Raises CallerError for one that would lead elsewhere."""
    if _NAME.fullmatch(name) is None:
        raise CallerError(
            "A root key is named with up to 150 lower-case letters, digits, hyphens and underscores."
        )
    return name
