"""A mail folder as tables: the mails, the files that hang on them, and the cells of those files that are spreadsheets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

from troth.sheets.errors import SheetUnreadable
from troth.sheets.tabular import Tabular, of_csv, of_excel

MAILS: Final = ("mail", "sender", "recipients", "subject", "sent_at", "files")
FILES: Final = ("mail", "file", "media", "bytes", "digest", "readable")
CELLS: Final = ("mail", "file", "number", "column", "value")
_PARTS: Final = ("new", "cur")


@dataclass(frozen=True, slots=True)
class Lettered:
    """One mail as rows of the three tables."""

    mail: tuple[Any, ...]
    files: tuple[tuple[Any, ...], ...]
    cells: tuple[tuple[Any, ...], ...]


def mails_of(folder: Path) -> Iterator[Path]:
    """The mails of a Maildir, or of a folder of `.eml` files. Raises SheetUnreadable."""
    if not folder.is_dir():
        raise SheetUnreadable(f"There is no mail folder {folder.name}.", "It may not be there yet.")
    parts = [folder / part for part in _PARTS if (folder / part).is_dir()]
    found = (path for part in parts for path in part.iterdir()) if parts else folder.rglob("*.eml")
    return iter(sorted(path for path in found if path.is_file() and not path.name.startswith(".")))


def read_mail(path: Path, folder: Path) -> Lettered:
    """A mail, taken apart. A file on it that says it is a spreadsheet and is none has no cells."""
    try:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
    except (OSError, MessageError) as problem:
        raise SheetUnreadable(
            f"A mail of {folder.name} cannot be read ({type(problem).__name__}).", "Look at the folder."
        ) from None
    assert isinstance(message, EmailMessage)
    name = path.relative_to(folder).as_posix().partition(":")[0]
    files, cells = list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    for part in message.iter_attachments():
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        file = part.get_filename() or "unnamed"
        rows = _cells(data, file)
        files.append(
            (name, file, part.get_content_type(), len(data), _digest(data), "no" if rows is None else "yes")
        )
        cells += [(name, file, *cell) for cell in rows or ()]
    senders, to = _addresses(message, "From"), _addresses(message, "To", "Cc", "Bcc")
    mail = (
        name,
        " ".join(senders),
        " ".join(to),
        str(message["Subject"] or ""),
        _sent(message, path),
        len(files),
    )
    return Lettered(mail, tuple(files), tuple(cells))


def _cells(data: bytes, file: str) -> list[tuple[Any, ...]] | None:
    """Each cell of a spreadsheet that hangs on a mail: row (counted from 1), column, value; None for what is none."""
    try:
        found = _spreadsheet(data, file)
        if found is None:
            return None
        return [
            (number, column, value)
            for number, row in enumerate(found.rows, 1)
            for column, value in zip(found.columns, row, strict=True)
            if value not in (None, "")
        ]
    except SheetUnreadable:
        return None


def _spreadsheet(data: bytes, file: str) -> Tabular | None:
    if file.lower().endswith(".csv"):
        return of_csv(data, file)
    return of_excel(data, file) if file.lower().endswith(".xlsx") else None


def _addresses(message: EmailMessage, *names: str) -> list[str]:
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return sorted({address.lower() for _, address in getaddresses(values) if address})


def _sent(message: EmailMessage, path: Path) -> str:
    """When a mail says it was sent; when its file was written, where it does not say."""
    try:
        said = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        said = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
