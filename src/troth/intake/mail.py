"""A mail that came in, read by the standard library alone: who wrote, what, with which files, and whether a person wrote it at all.

Nothing of it is fetched, unpacked or run. Automatic answers (RFC 3834), reports of delivery (RFC 3464) and mail of lists (RFC 2369,
2919) are recognised, because nobody may answer them. What is broken is read as far as it goes.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum
from html.parser import HTMLParser
from typing import Final

from troth.intake import checking
from troth.intake.model import Attachment

LARGEST: Final = 35 * 1024 * 1024
"""Bytes of a mail that are looked at: 25 MB of files grow by a third on their way. A longer one is told about, and not read."""
MOST_PARTS: Final = 200
DEEPEST: Final = 20
NUMBER: Final = re.compile(r"\bT-([0-9A-HJKMNP-TV-Z]{5})-([0-9A-HJKMNP-TV-Z]{5})\b", re.IGNORECASE)
PHRASE: Final = re.compile(r"\b([0-9A-HJKMNP-TV-Z]{5})-([0-9A-HJKMNP-TV-Z]{5})\b", re.IGNORECASE)
TRIAL: Final = "X-Troth-Trial"
"""By this header a mail is recognised that was sent to see whether a mailbox can be reached."""
OURS: Final = "X-Troth-Ticket"
_UNANSWERED: Final = frozenset(
    {"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"}
)


class Sort(StrEnum):
    """What sort of mail it is."""

    LETTER = "letter"
    """A person wrote it, for all that can be told."""
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class Mail:
    """What was read of a mail. `left_out` counts files that were too large or too many to be kept."""

    sort: Sort
    address: str = field(repr=False)
    name: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[Attachment, ...] = field(repr=False)
    left_out: int
    id: str = field(repr=False)
    """What makes it this mail and no other: a digest of its Message-ID and sender, or of all of it where it has none."""
    numbers: tuple[str, ...]
    """Numbers of tickets that it names."""
    phrases: tuple[str, ...]
    sent_at: datetime | None
    trial: str = ""


def read_mail(data: bytes) -> Mail:
    """Read a mail; of one that is broken as much as can be read. Never raises for what a sender may have written."""
    try:
        message = email.message_from_bytes(data[:LARGEST], policy=email.policy.compat32)
    except (MessageError, ValueError, RecursionError, LookupError):
        message = Message()
    name, address = _sender(message)
    parts = list(_leaves(message))
    text = _words(parts)
    files, left_out = _files(parts, too_long=len(data) > LARGEST)
    title = _one_line(_header(message, "Subject"))[: checking.LONGEST_TITLE]
    named = NUMBER.findall(f"{title}\n{text[:20_000]}")
    return Mail(
        _sort(message, address), address, name, title, text[: checking.LONGEST_WORDS], files, left_out,
        _id(message, address, data), tuple(dict.fromkeys(f"T-{a}-{b}".upper() for a, b in named)),
        tuple(dict.fromkeys(f"{a}-{b}".upper() for a, b in PHRASE.findall(text[:20_000]))),
        _date(message), _header(message, TRIAL).strip()[:64],
    )  # fmt: skip


# --- who and what sort --------------------------------------------------------------------------------------------------------


def _sender(message: Message) -> tuple[str, str]:
    """Who is to be answered: Reply-To would let one person have another written to, so it is the sender (RFC 5322, 3.6.2)."""
    raw = str(
        message.get("From", "")
    )  # addresses first, then words: a name that was encoded may look like an address
    found = getaddresses([" ".join(raw.split())])
    good = [(name, address) for name, address in found if checking.is_mail_address(address)]
    if len(good) != 1:
        return "", ""
    name, address = good[0]
    return _one_line(_said(name))[: checking.LONGEST_NAME], address


def _sort(message: Message, address: str) -> Sort:
    if _header(message, TRIAL):
        return Sort.TRIAL
    kind = message.get_content_type()
    if kind in ("multipart/report", "message/delivery-status", "message/disposition-notification"):
        return Sort.BOUNCE
    local = address.partition("@")[0].lower()
    if _header(message, "Return-Path").strip() == "<>" or local in ("mailer-daemon", "postmaster"):
        return Sort.BOUNCE
    if _header(message, "Auto-Submitted").strip().lower().partition(";")[0].strip() not in ("", "no"):
        return Sort.AUTOMATIC
    if any(
        _header(message, one) for one in ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", OURS)
    ):
        return Sort.AUTOMATIC
    if any(_header(message, one) for one in ("List-Id", "List-Unsubscribe", "List-Post")):
        return Sort.LIST
    if _header(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return Sort.AUTOMATIC
    return Sort.AUTOMATIC if local in _UNANSWERED else Sort.LETTER


def _id(message: Message, address: str, data: bytes) -> str:
    named = _header(message, "Message-ID").strip()
    key = f"{named}\n{address.lower()}".encode("utf-8", "surrogatepass") if named else data
    return hashlib.sha256(key).hexdigest()


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None


def _header(message: Message, name: str) -> str:
    """A header as text; what is wrongly encoded is shown with signs in its place."""
    raw = message.get(name)
    return _said(str(raw)) if raw is not None else ""


def _said(raw: str) -> str:
    try:
        text = str(make_header(decode_header(raw)))
    except (MessageError, ValueError, LookupError, IndexError):
        text = raw
    return text.encode("utf-8", "replace").decode("utf-8", "replace")


def _one_line(text: str) -> str:
    """A text on one line: a line break in a header, however it was smuggled in, becomes a space."""
    return " ".join("".join(sign if checking.one_line(sign) else " " for sign in text).split())


# --- words and files ----------------------------------------------------------------------------------------------------------


def _leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that hold something, in their order; what is nested deeper than anybody writes is left out."""
    found = 0
    waiting: list[tuple[Message, int]] = [(message, 0)]
    while waiting and found < MOST_PARTS:
        one, deep = waiting.pop(0)
        inside = one.get_payload()
        if isinstance(inside, list) and one.get_content_maintype() == "multipart":
            if deep < DEEPEST:
                waiting[:0] = [(part, deep + 1) for part in inside if isinstance(part, Message)]
            continue
        found += 1
        yield one


def _words(parts: list[Message]) -> str:
    """What was written: the plain text, else the words of the HTML."""
    plain = [one for one in parts if _is_text(one, "text/plain")]
    if plain:
        return "\n\n".join(_decoded(one) for one in plain).strip()
    return "\n\n".join(text_of_html(_decoded(one)) for one in parts if _is_text(one, "text/html")).strip()


def _is_text(part: Message, kind: str) -> bool:
    return (
        part.get_content_type() == kind
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def _decoded(part: Message) -> str:
    data = _bytes(part)
    charset = str(part.get_content_charset("utf-8"))
    try:
        text = data.decode(charset, "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _bytes(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    inside = part.get_payload()
    if isinstance(inside, list):  # a mail within the mail: kept as it came, not gone into
        return b"\n".join(one.as_bytes() for one in inside if isinstance(one, Message))
    return str(inside or "").encode("utf-8", "replace")


def _files(parts: list[Message], *, too_long: bool) -> tuple[tuple[Attachment, ...], int]:
    kept: list[Attachment] = []
    left_out, together = int(too_long), 0
    for part in parts:
        if _is_text(part, "text/plain") or _is_text(part, "text/html"):
            continue
        data = _bytes(part)
        together += len(data)
        large = len(data) > checking.LARGEST_FILE or together > checking.LARGEST_TOGETHER
        if large or len(kept) >= checking.MOST_FILES:
            left_out += 1
            continue
        name = checking.file_name(_one_line(str(part.get_filename() or "")))
        kept.append(Attachment(name, checking.media_type(part.get_content_type()), data))
    return tuple(kept), left_out


class _Words(HTMLParser):
    """Gathers the words of an HTML page; scripts, styles and everything that is fetched are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "head", "title", "template"):
            self._hidden += 1
        elif tag in ("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4"):
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head", "title", "template") and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def text_of_html(html: str) -> str:
    """The words of an HTML mail, line by line."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = ("".join(parser.found)).splitlines()
    return "\n".join(line for line in (" ".join(one.split()) for one in lines) if line)
