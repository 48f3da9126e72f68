"""What somebody sent, given back as it came: always as a file to keep, never as a page, whatever it says of itself."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

JUST_BYTES: Final = "application/octet-stream"


def as_file(name: str, data: bytes) -> Response:
    """Bytes as a download (RFC 6266, RFC 8187). No browser opens them here: they are bytes to it, and nothing is guessed."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    shown = f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=JUST_BYTES, headers={"content-disposition": shown})
