"""A letter as it is sealed, and the parcel that is made of it at the moment of sending: links, pixel, the way out."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from troth.messages.channel import Parcel
from troth.messages.model import Link, Wanted
from troth.messages.rules import PLACE

FOOTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "Stop these messages", "zh": "不再接收此类消息", "ms": "Hentikan mesej ini"}
)
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
"""RFC 8058, 3.1."""


@dataclass(frozen=True, slots=True)
class Letter:
    """All of a message that is sealed: its words, whom it is to, and its reader's way out (the secret, not its digest)."""

    wanted: Wanted
    token: str


@dataclass(frozen=True, slots=True)
class Tracking:
    """What may tell the sender about its reader: decided anew when the message leaves."""

    pixel: bool = False
    links: bool = False

    @property
    def word(self) -> str:
        """As it is recorded: `pixel+links`, `pixel`, `links`, `none`."""
        return "+".join(name for name, may in (("pixel", self.pixel), ("links", self.links)) if may) or "none"


NO_TRACKING: Final = Tracking()


def sealed_form(letter: Letter) -> bytes:
    """A letter as bytes."""
    wanted = letter.wanted
    said: dict[str, Any] = {
        name: getattr(wanted, name)
        for name in (
            "message",
            "purpose",
            "channel",
            "address",
            "title",
            "text",
            "html",
            "pixel",
            "language",
            "subject",
        )
    }
    said |= {"data": list(wanted.data), "papers": dict(wanted.papers), "token": letter.token}
    said["links"] = {name: [link.plain, link.personal] for name, link in wanted.links.items()}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def letter_of(data: bytes) -> Letter:
    """The letter back."""
    said = json.loads(data)
    token = said.pop("token")
    said["data"] = tuple(said["data"])
    said["links"] = {name: Link(*pair) for name, pair in said["links"].items()}
    return Letter(Wanted(**said), token)


def parcel_of(id: str, letter: Letter, tracking: Tracking, leave: str) -> Parcel:
    """The parcel as it leaves; `leave` is the address that unsubscribes, '' where the class has no opt-out."""
    wanted = letter.wanted
    urls = {
        name: link.personal if tracking.links and link.personal else link.plain
        for name, link in wanted.links.items()
    }
    text = PLACE.sub(lambda place: urls[place[1]], wanted.text)
    body = PLACE.sub(lambda place: html.escape(urls[place[1]], quote=True), wanted.html)
    headers: tuple[tuple[str, str], ...] = ()
    if leave:
        words = FOOTERS.get(wanted.language, FOOTERS["en"])
        text = f"{text.rstrip()}\n\n{words}: {leave}\n"
        body = (
            _before_end(body, f'<p><a href="{html.escape(leave, quote=True)}">{words}</a></p>')
            if body
            else ""
        )
        headers = (("List-Unsubscribe", f"<{leave}>"), ("List-Unsubscribe-Post", ONE_CLICK))
    if tracking.pixel and wanted.pixel and body:
        image = f'<img src="{html.escape(wanted.pixel, quote=True)}" width="1" height="1" alt="">'
        body = _before_end(body, image)
    return Parcel(id, wanted.address, wanted.title, text, body, headers, wanted.language)


def _before_end(body: str, more: str) -> str:
    at = body.lower().rfind("</body>")
    return f"{body[:at]}{more}{body[at:]}" if at >= 0 else body + more
