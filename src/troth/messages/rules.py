"""What may be written, when it is tried again, and what unsubscribing means under a policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from troth.messages.errors import MessageRefused
from troth.messages.model import OPTIONAL, Wanted
from troth.policy.catalogue import Catalogue
from troth.policy.model import Message, Objection, Point

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 200_000
LONGEST_ADDRESS: Final = 254
"""RFC 5321, 4.5.3.1.3, as erratum 1690 has it."""
MOST_LINKS: Final = 50
PLACE: Final = re.compile(r"\{\{link:([a-z0-9_-]{1,40})\}\}")
_ANY_PLACE: Final = re.compile(r"\{\{link:([^}]*)\}\}")
_LOCAL: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}")
_DOMAIN: Final = re.compile(r"[^\s@<>()\[\]\\,;:\"/]{1,253}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{4,14}")
_PUSH: Final = re.compile(r"[\x21-\x7e]{1,512}")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long after a refusal a message is tried again, and for how long at all. Chosen, not promised by any text."""

    first: timedelta
    most: timedelta
    lasts: timedelta


PATIENT: Final = Patience(timedelta(minutes=5), timedelta(hours=4), timedelta(days=5))
"""RFC 5321, 4.5.4.1: giving up takes four to five days. Five minutes is what servers that greylist wait for."""
HURRIED: Final = Patience(timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=15))
"""A one-time code is of no use later."""


def patience(what: str) -> Patience:
    """How patient a class of messages is."""
    return HURRIED if what == "code" else PATIENT


def next_try(what: str, attempts: int, at: datetime) -> datetime:
    """When a message that was put off is tried again: each time twice as long."""
    found = patience(what)
    doubled: timedelta = found.first * (1 << min(max(attempts - 1, 0), 20))
    return at + min(doubled, found.most)


# --- form -------------------------------------------------------------------------------------------------------------------


def check(wanted: Wanted) -> None:
    """Pass when a message is written as one may be sent. Raises MessageRefused, which repeats nothing of it."""
    check_address(wanted.channel, wanted.address)
    if not wanted.title.strip() or len(wanted.title) > LONGEST_TITLE or not one_line(wanted.title):
        raise MessageRefused(
            f"A title is one line of at most {LONGEST_TITLE} signs.", "Take line breaks out."
        )
    if not wanted.text.strip() or max(len(wanted.text), len(wanted.html)) > LONGEST_TEXT:
        raise MessageRefused(f"A message has a text, of at most {LONGEST_TEXT:,} signs.", "Write one.")
    for text in (wanted.title, wanted.text, wanted.html):
        _must_be_text(text)
    if not wanted.data:
        raise MessageRefused(
            "A message names the data it uses.", "Name the category of the address at least."
        )
    _check_links(wanted)
    if wanted.html:
        _check_html(wanted.html)


def one_line(text: str) -> bool:
    """Whether a text holds nothing that ends a line or steers a terminal: such a text cannot add a header."""
    return not any(unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") for sign in text)


def check_address(channel: str, address: str) -> None:
    """Pass when an address is one of its channel. Raises MessageRefused without repeating it."""
    if channel == "email":
        local, at, domain = address.rpartition("@")
        good = (
            bool(at)
            and len(address) <= LONGEST_ADDRESS
            and one_line(address)
            and _LOCAL.fullmatch(local) is not None
            and _DOMAIN.fullmatch(domain) is not None
            and not domain.startswith((".", "-"))
        )
    elif channel in ("sms", "phone"):
        good = _PHONE.fullmatch(address) is not None
    elif channel == "push":
        good = _PUSH.fullmatch(address) is not None
    else:
        good = 0 < len(address.strip()) <= 500 and all(one_line(line) for line in address.split("\n"))
    if not good:
        raise MessageRefused(f"That is no address to reach anybody at by {_known(channel)}.", "Correct it.")


def normal(channel: str, address: str) -> str:
    """An address as it is compared: so that no other spelling of it escapes an opt-out."""
    if channel == "email":
        return f"email:{unicodedata.normalize('NFKC', address).strip().casefold()}"
    if channel in ("sms", "phone"):
        return f"phone:{''.join(sign for sign in address if sign.isdigit())}"
    return f"{channel}:{' '.join(address.split()).casefold() if channel == 'letter' else address}"


def _known(channel: str) -> str:
    return channel if re.fullmatch(r"[a-z_]{1,40}", channel) else "this channel"


def _must_be_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MessageRefused("A message is no text that UTF-8 can hold.", "Send whole characters.") from None
    if "\x00" in text:
        raise MessageRefused("A message holds a zero byte.", "Take it out.")


def _check_links(wanted: Wanted) -> None:
    if len(wanted.links) > MOST_LINKS:
        raise MessageRefused(f"A message has at most {MOST_LINKS} links.", "Leave some out.")
    for link in wanted.links.values():
        for address in (link.plain, link.personal):
            if address and not _web(address):
                raise MessageRefused("A link of a message is no web address.", "Begin it with https://.")
        if not link.plain:
            raise MessageRefused("A link of a message has no plain address.", "Give the one everybody gets.")
    if wanted.pixel and not _web(wanted.pixel):
        raise MessageRefused("The pixel of a message is no web address.", "Begin it with https://.")
    for text in (wanted.text, wanted.html):
        for place in _ANY_PLACE.finditer(text):
            if PLACE.fullmatch(place[0]) is None or place[1] not in wanted.links:
                raise MessageRefused(
                    "A text names a link that the message does not have.", "Give its addresses."
                )


def _web(address: str) -> bool:
    parts = urlsplit(address) if one_line(address) and " " not in address else None
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)


class _Fetching(HTMLParser):
    """Finds what a mail program would fetch, run or post when a message is merely opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "base",
            "meta",
            "link",
            "form",
            "svg",
            "video",
            "audio",
        }:
            self.found = True
        for name, value in attrs:
            said = (value or "").strip().lower()
            fetched = name in {"src", "srcset", "background", "poster", "lowsrc", "dynsrc", "ping"}
            if fetched and not said.startswith(("cid:", "data:image/")):
                self.found = True
            if name.startswith("on") or "url(" in said.replace(" ", "") or said.startswith("javascript:"):
                self.found = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style" and ("url(" in data.lower() or "@import" in data.lower()):
            self.found = True


def _check_html(html: str) -> None:
    parser = _Fetching()
    parser.feed(html)
    parser.close()
    if parser.found:
        raise MessageRefused(
            "The HTML of this message would fetch or run something when it is opened.",
            "Name a pixel as `pixel`, which goes along only where it may; pictures go inside, as data:image/….",
        )


# --- what a policy says -----------------------------------------------------------------------------------------------------


def objections_meant(catalogue: Catalogue, message: Message, purpose: str, channel: str) -> tuple[str, ...]:
    """The objections that leaving a list raises as well: those whose scope holds it and that may be made by this channel.

    Unsubscribing implies no other act unless the policy says so, and this is where it does.
    """
    return tuple(
        one.id
        for one in catalogue.all(Objection)
        if channel in one.channels
        and (
            message.id in catalogue.expand("message", one.messages)
            or (not one.messages and purpose in catalogue.expand("purpose", one.purposes))
        )
    )


def points_of(catalogue: Catalogue, what: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Where a pixel or a personal link collects something: each point with a purpose of it and the data."""
    for point in catalogue.all(Point):
        if point.what == what and point.data:
            for purpose in point.purposes or tuple(sorted(catalogue.ids("purpose"))):
                yield point.id, purpose, tuple(point.data)


def opted_out_by(what: str) -> bool:
    """Whether an opt-out stops messages of this class."""
    return what in OPTIONAL


def code_class(catalogue: Catalogue, purpose: str, channel: str) -> Message | None:
    """The class that carries one-time codes for a purpose by a channel."""
    found = (
        one
        for one in catalogue.all(Message)
        if one.what == "code"
        and purpose in catalogue.expand("purpose", one.purposes)
        and (not one.channels or channel in one.channels)
    )
    return next(found, None)
