"""Documents that people hand in with a filing: real files in a folder, under names that tell nothing."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 900_000
KINDS: Final = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
"""By how a file begins; what else it calls itself does not matter."""


class Unusable(Exception):
    """A document that cannot be taken; the sentence says why."""


def keep(folder: Path, document: bytes) -> str:
    """Keep a document; the name under which it lies. Raises Unusable."""
    kind = next((kind for start, kind in KINDS.items() if document.startswith(start)), "")
    if not kind:
        raise Unusable("A document is a PDF, a PNG or a JPEG file.")
    if len(document) > MOST_BYTES:
        raise Unusable(f"A document has at most {MOST_BYTES // 1000} kB.")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(12)}.{kind}"
    (folder / name).write_bytes(document)
    return name
