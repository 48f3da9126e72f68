"""What somebody sent, given back as it came: always as a file to keep, never as a page, whatever it says of itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
JUST_BYTES: Final = "application/octet-stream"


def as_file(name: str, data: bytes) -> Response:
    """Bytes as a download (RFC 6266, RFC 8187). No browser opens them here: they are bytes to it, and nothing is guessed."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    shown = f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=JUST_BYTES, headers={"content-disposition": shown})


def resumable(name: str, data: bytes, asked: Mapping[str, str]) -> Response:
    """A download that goes on where it was broken off: one range of bytes at a time (RFC 9110, 14); `asked` are the headers that came.

    Who asks for a piece of what has changed meanwhile (If-Range) gets all of it; several ranges at once are not given.
    """
    whole, tag = len(data), f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    found = _RANGE.fullmatch(asked.get("range", "").strip()) if asked.get("if-range", tag) == tag else None
    status, more = 200, {"accept-ranges": "bytes", "etag": tag}
    if found is not None and (found[1] or found[2]):
        first = int(found[1]) if found[1] else max(whole - int(found[2]), 0)
        last = min(int(found[2]), whole - 1) if found[1] and found[2] else whole - 1
        if first >= whole or (found[1] == "" and found[2].strip("0") == ""):
            return Response(status_code=416, headers=more | {"content-range": f"bytes */{whole}"})
        if first <= last:
            status, more["content-range"] = 206, f"bytes {first}-{last}/{whole}"
            data = data[first : last + 1]
    response = as_file(name, data)
    response.status_code = status
    response.headers.update(more)
    return response
