"""Sealed parts of tickets: as bytes, under which key, and how they go over to the key of the person once that is known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from troth.intake.checking import file_name, media_type
from troth.intake.model import PERSON, Attachment, Contact, Opened, Part, Received, What
from troth.vault import Item

BUCKET: Final = "intake"
"""The retention bucket of what tickets say."""


class Keys(Protocol):
    """Whoever seals what tickets say. Threads may share it."""

    def seal_many(self, items: Sequence[Item], *, bucket: str = "") -> list[bytes]:
        """Each (owner, cell, plain) sealed. Raises KeyDestroyed, for all."""

    def open_many(self, items: Sequence[Item]) -> list[bytes | None]:
        """Each (owner, cell, sealed) opened; None where the key was destroyed."""

    def destroy(self, owners: Collection[str]) -> int:
        """Destroy the keys of these owners, for good."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A part before it is sealed."""

    what: What
    by: str
    data: bytes
    size: int
    digest: str = ""
    """Of a file: SHA-256 in hex."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A part as it is kept."""

    part: Part
    owner: str
    sealed: bytes

    def row(self, ticket: str) -> dict[str, Any]:
        """The row of its table."""
        one = self.part
        return {
            "ticket": ticket, "part": one.number, "what": one.what.value, "by": one.by, "at": one.at, "size": one.size,
            "owner": self.owner, "sealed": self.sealed,
        }  # fmt: skip


def of_received(received: Received) -> list[Plain]:
    """The parts that what came in is made of."""
    found = []
    if received.contact.address or received.contact.name:
        found.append(_contact(received.contact))
    found.append(words(What.WORDS, PERSON, received.words, received.title))
    if received.authority is not None:
        found.append(file(received.authority, received.agent, What.AUTHORITY))
    return [*found, *(file(one, PERSON) for one in received.files)]


def words(what: What, by: str, text: str, title: str = "") -> Plain:
    """Words as a part."""
    return Plain(what, by, _form({"title": title, "text": text}), len(text))


def file(one: Attachment, by: str, what: What = What.FILE) -> Plain:
    """A file as a part: its bytes as they came, beside its name and digest."""
    digest = hashlib.sha256(one.data).hexdigest()
    said = {"name": file_name(one.name), "media": media_type(one.media), "digest": f"sha256:{digest}"}
    return Plain(what, by, _form(said, one.data), len(one.data), digest)


def _contact(contact: Contact) -> Plain:
    said = {
        "address": contact.address, "channel": contact.channel, "name": contact.name,
        "language": contact.language,
    }  # fmt: skip
    return Plain(What.CONTACT, PERSON, _form(said), 0)


def _form(said: dict[str, str], data: bytes = b"") -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + data


def opened(part: Part, plain: bytes) -> Opened:
    """A part as it was before it was sealed."""
    head, _, data = plain.partition(b"\n")
    said: dict[str, str] = json.loads(head)
    if part.what is What.CONTACT:
        return Opened(part, contact=Contact(said["address"], said["channel"], said["name"], said["language"]))
    if part.what in (What.FILE, What.AUTHORITY):
        return Opened(part, name=said["name"], media=said["media"], digest=said["digest"], data=data)
    return Opened(part, title=said["title"], text=said["text"])


def sealed(
    keys: Keys, owner: str, ticket: str, plain: Sequence[Plain], at: datetime, first: int = 1
) -> list[Kept]:
    """Parts sealed for an owner, numbered from `first`. Raises KeyDestroyed."""
    made = [Part(number, one.what, one.by, at, one.size) for number, one in enumerate(plain, first)]
    items = [(owner, cell(ticket, part.number), one.data) for part, one in zip(made, plain, strict=True)]
    bytes_of = keys.seal_many(items, bucket=BUCKET) if items else []
    return [Kept(part, owner, one) for part, one in zip(made, bytes_of, strict=True)]


def open_all(keys: Keys, ticket: str, kept: Iterable[Kept]) -> list[Opened | None]:
    """Parts opened; None where the key was destroyed."""
    listed = list(kept)
    items = [(one.owner, cell(ticket, one.part.number), one.sealed) for one in listed]
    plain = keys.open_many(items) if items else []
    return [
        opened(one.part, data) if data is not None else None for one, data in zip(listed, plain, strict=True)
    ]


def moved(keys: Keys, owner: str, ticket: str, kept: Sequence[Kept]) -> list[Kept]:
    """Parts under the key of another owner. Raises KeyDestroyed."""
    items = [(one.owner, cell(ticket, one.part.number), one.sealed) for one in kept]
    plain = keys.open_many(items) if items else []
    again = [
        (owner, cell(ticket, one.part.number), data)
        for one, data in zip(kept, plain, strict=True)
        if data is not None
    ]
    bytes_of = iter(keys.seal_many(again, bucket=BUCKET) if again else ())
    return [
        Kept(one.part, owner, next(bytes_of))
        for one, data in zip(kept, plain, strict=True)
        if data is not None
    ]


def cell(ticket: str, part: int) -> str:
    """What a sealed part is bound to."""
    return f"intake_parts.sealed:{ticket}:{part}"
