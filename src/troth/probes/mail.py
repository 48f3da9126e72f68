"""A look into a mail room: do mails to certain people watch them, by an image that loads or by a link that is followed, or lead
where none may lead?

Whom it concerns a read-only query says (`email`, and `since` when it must not be). Of each of them it looks at everything
that came since its own last look, and at least at the last mail: a clean mail mends what an earlier one broke.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe
from troth.probes.sql import read_rows


@dataclass(frozen=True, slots=True)
class _Mail:
    """What is kept of a mail between looks."""

    path: Path
    address: str
    came: datetime
    watches: tuple[str, ...]


class MailEye:
    """Looks through a folder of mail files; each file is read once."""

    def __init__(self, probe: Probe, folder: str, people: str) -> None:
        self._probe = probe
        self._folder = Path(folder)
        self._people = people
        self._read: dict[Path, _Mail] = {}
        self._last: datetime | None = None

    def look(self, now: datetime) -> Look:
        """Passed when none of the mails looked at watches its reader, or leads where none may."""
        if not self._folder.is_dir():
            raise CannotLook(f"There is no mail folder {self._folder.name}.", "It may not be there yet.")
        since = {
            row["email"].lower(): _instant(row["since"]) for row in read_rows(self._people, self._probe.query)
        }
        self._read_new()
        looked, seen, found = 0, list[dict[str, Any]](), 0
        for mail in self._to_look_at(since):
            looked += 1
            if mail.watches:
                found += 1
                if len(seen) < MOST_SHOWN:
                    path = mail.path.relative_to(self._folder).as_posix()
                    seen.append({"mail": path, "came": mail.came.isoformat(), "holds": list(mail.watches)})
        self._last = now
        return Look(self._probe.id, not found, now, tuple(seen), found, looked)

    def _to_look_at(self, since: dict[str, datetime]) -> Iterator[_Mail]:
        boxes: dict[str, list[_Mail]] = defaultdict(list)
        for mail in self._read.values():
            if mail.address in since and mail.came > since[mail.address]:
                boxes[mail.address].append(mail)
        for mails in boxes.values():
            *earlier, last = sorted(mails, key=lambda mail: (mail.came, mail.path))
            yield from (mail for mail in earlier if self._last is not None and mail.came > self._last)
            yield last

    def _read_new(self) -> None:
        for path in self._folder.rglob("*.eml"):
            if path not in self._read:
                self._read[path] = _read(path, self._probe)


class _Watching(HTMLParser):
    """Finds what watches in HTML: images that are fetched, and links that are counted; and links that lead where none may."""

    def __init__(self, tracked: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
        super().__init__()
        self._tracked = tracked
        self._unwanted = unwanted
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "img" and (said.get("src") or "").startswith(("http://", "https://", "//")):
            self.found.append("an image that is fetched when the mail is opened")
        if tag == "a" and any(piece in (said.get("href") or "") for piece in self._tracked):
            self.found.append("a link that is counted")
        if tag == "a":
            self.found += [
                f"a link to {piece}" for piece in self._unwanted if piece in (said.get("href") or "")
            ]


def _read(path: Path, probe: Probe) -> _Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    address = str(message["Delivered-To"] or message["To"] or "").strip().lower()
    came = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    watching = _Watching(probe.tracked, probe.unwanted)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            watching.feed(str(part.get_content()))
    return _Mail(path, address, came, tuple(sorted(set(watching.found))))


def _instant(text: object) -> datetime:
    found = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
