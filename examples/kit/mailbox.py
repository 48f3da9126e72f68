"""A person's mailbox as a folder of files, and what a reader does with a mail: open it, follow a link, unsubscribe.

The folder is named by a digest of the address, so that a path shown as evidence tells nobody's address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

from examples.kit.waiting import until

PATIENCE = 45.0
"""Seconds that somebody waits for a mail: whoever gives up sooner lives another life on a busy machine than on an idle one."""


def box_of(room: Path, address: str) -> Path:
    """The folder of an address inside a mail room."""
    return room / hashlib.sha256(address.lower().encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it lies in its folder."""

    path: Path
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject line."""
        return str(self.message["Subject"] or "")

    def text(self) -> str:
        """Its plain text."""
        return self._part("plain")

    def html(self) -> str:
        """Its HTML, if it has any."""
        return self._part("html")

    def images(self) -> list[str]:
        """Addresses of the images a reader would load."""
        return [value for tag, value in _addresses(self.html()) if tag == "img"]

    def links(self) -> list[str]:
        """Addresses of its links."""
        return [value for tag, value in _addresses(self.html()) if tag == "a"]

    def one_click(self) -> str:
        """Where a mail program posts to unsubscribe (RFC 8058); empty when the mail offers no such way."""
        if "List-Unsubscribe-Post" not in self.message:
            return ""
        found = re.search(r"<(https?://[^>]+)>", str(self.message["List-Unsubscribe"] or ""))
        return found[1] if found else ""

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class Mailbox:
    """One person's mails."""

    def __init__(self, room: Path, address: str) -> None:
        self._folder = box_of(room, address)
        self._read: set[Path] = set()

    def all(self) -> list[Mail]:
        """Every mail, oldest first."""
        return list(self._mails(sorted(self._folder.glob("*.eml"))))

    def unread(self) -> list[Mail]:
        """What came since this was last asked."""
        new = [path for path in sorted(self._folder.glob("*.eml")) if path not in self._read]
        self._read.update(new)
        return list(self._mails(new))

    def wait(self, subject: str, seconds: float = PATIENCE) -> Mail:
        """The next unread mail with this in its subject. Raises TimeoutError."""
        return self.wait_for(lambda mail: subject in mail.subject, seconds)

    def wait_for(self, fits: Callable[[Mail], bool], seconds: float = PATIENCE) -> Mail:
        """The next unread mail that fits; those that came after it stay unread. Raises TimeoutError."""
        found: list[Mail] = []

        def came() -> bool:
            for path in sorted(self._folder.glob("*.eml")):
                if path not in self._read and not found:
                    self._read.add(path)
                    found.extend(filter(fits, self._mails([path])))
            return bool(found)

        until(came, seconds)
        return found[0]

    @staticmethod
    def _mails(paths: list[Path]) -> Iterator[Mail]:
        for path in paths:
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            yield Mail(path, message)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        address = said.get("src") if tag == "img" else said.get("href") if tag == "a" else None
        if address:
            self.found.append((tag, address))


def _addresses(html: str) -> list[tuple[str, str]]:
    parser = _Links()
    parser.feed(html)
    return parser.found
