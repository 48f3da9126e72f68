"""Forms that carry a file (RFC 7578), read by the standard library, no further than they may be long. Nothing is written to disk."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from starlette.requests import Request

from troth.intake import Attachment
from troth.intake.checking import LARGEST_FILE, file_name, media_type

MOST: Final = LARGEST_FILE + 200_000
MOST_FIELDS: Final = 40


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, the first of each name, and its files; `whole` is False where it was longer than is read."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Attachment] = field(default_factory=dict)
    whole: bool = True


async def form_with_files(request: Request, most: int = MOST) -> Form:
    """A form; one that is too long, or none, has no fields."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return Form(whole=False)
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data") or "\n" in kind or "\r" in kind:
        return Form()
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    return _read(head + body)


def _read(data: bytes) -> Form:
    message = email.message_from_bytes(data, policy=email.policy.HTTP)
    fields: dict[str, str] = {}
    files: dict[str, Attachment] = {}
    parts = (
        [one for one in message.iter_parts() if isinstance(one, EmailMessage)]
        if message.is_multipart()
        else []
    )
    for part in parts[:MOST_FIELDS]:
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(payload, bytes):
            continue
        given = part.get_filename()
        if given is None:
            fields.setdefault(name, payload.decode("utf-8", "replace"))
        elif payload or given:
            made = Attachment(file_name(given), media_type(part.get_content_type()), payload)
            files.setdefault(name, made)
    return Form(fields, files)
