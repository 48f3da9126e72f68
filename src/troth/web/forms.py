"""Small posted forms, read no further than they may be long; and addresses that lead to no other server."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

MOST: Final = 16_384


async def small_form(request: Request, most: int = MOST) -> dict[str, str]:
    """The fields of a form, the first of each name; a body that is too long is read no further, and has none."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return {}
    said = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    return {name: values[0] for name, values in said.items()}


def own_path(text: str) -> str:
    """A path of this server, or its first page: nobody is led elsewhere by what stood in an address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    good = (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and "\\" not in text
        and not parts.netloc
        and text.isprintable()
    )
    return text if good else "/"
