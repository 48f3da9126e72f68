"""Files that somebody sends along with a form of the centre: one of a listed kind, small, kept sealed as it came and never opened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from starlette.requests import Request

from troth.intake import Attachment
from troth.web.centre.asking import FORM
from troth.web.forms import small_form
from troth.web.uploads import form_with_files

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of a file that a form takes; a larger one comes by mail."""
KINDS: Final = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "txt": "text/plain",
    "csv": "text/csv", "eml": "message/rfc822", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}  # fmt: skip
"""What is taken, by the ending of its name; what a browser says of it counts for nothing."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in: its fields, its file, and what is wrong with that ('' where nothing is)."""

    fields: dict[str, str] = field(default_factory=dict)
    files: tuple[Attachment, ...] = ()
    wrong: str = ""


async def filled(request: Request) -> Filled:
    """A form with or without a file; what is too long is read no further."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return Filled(await small_form(request, FORM))
    form = await form_with_files(request, LARGEST + FORM)
    if not form.whole:
        return Filled(wrong="file_large")
    file = form.files.get("file")
    if file is None or not file.data:
        return Filled(form.fields)
    media = KINDS.get(file.name.rpartition(".")[2].lower()) if "." in file.name else None
    if media is None:
        return Filled(form.fields, wrong="file_kind")
    if len(file.data) > LARGEST:
        return Filled(form.fields, wrong="file_large")
    return Filled(form.fields, (replace(file, media=media),))
