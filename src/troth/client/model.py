"""What is asked and what comes back, as plain frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """May this be done? Who asks says the act, the categories, the purpose and the references; facts are looked up."""

    action: str
    data: tuple[str, ...]
    purpose: str
    recipient: str = ""
    place: str = ""
    via: str = ""
    source: str = ""
    message: str = ""
    papers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The body of the call: what is not said is left out."""
        said: dict[str, Any] = {"action": self.action, "data": list(self.data), "purpose": self.purpose}
        for name in ("recipient", "place", "via", "source", "message"):
            if value := getattr(self, name):
                said[name] = value
        return said | ({"papers": dict(self.papers)} if self.papers else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """Permit or deny, why, what must be done with a permit, and which sets of facts would turn a denial."""

    permitted: bool
    grounds: tuple[str, ...]
    clauses: tuple[str, ...]
    duties: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    policy: str
    sequence: int | None
    unanswered: str = ""
    """'' where it was answered; `open` or `held` where nobody did, and the contract let it be so."""

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Answer:
        """Read the answer of `peek`, `use` or `release`; anything but the word `permit` is a denial."""
        number = plain.get("sequence")
        return cls(
            plain.get("outcome") == "permit",
            tuple(map(str, plain.get("grounds") or ())),
            tuple(map(str, plain.get("clauses") or ())),
            tuple(map(str, plain.get("duties") or ())),
            tuple(tuple(map(str, way)) for way in plain.get("missing") or ()),
            str(plain.get("policy", "")),
            int(number) if number is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to somebody: class and purpose as the policy declares them, the data it uses, and its words.

    Text and HTML name links as `{{link:NAME}}`; `links` gives each its plain address and the one that tells who followed it. That
    one and `pixel` go along only where the policy lets them.
    """

    message: str
    purpose: str
    data: tuple[str, ...]
    address: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    pixel: str = field(default="", repr=False)
    papers: Mapping[str, str] = field(default_factory=dict)
    channel: str = "email"
    language: str = "en"

    def as_json(self) -> dict[str, Any]:
        """The body of the call."""
        links = {name: {"plain": plain, "personal": own} for name, (plain, own) in self.links.items()}
        return {
            "message": self.message, "purpose": self.purpose, "data": list(self.data), "address": self.address,
            "title": self.title, "text": self.text, "html": self.html, "links": links, "pixel": self.pixel,
            "papers": dict(self.papers), "channel": self.channel, "language": self.language,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of a message: queued, or refused for a `reason` (`gate`, `suppressed`, `channel`) with what is missing."""

    id: str
    state: str
    reason: str
    clauses: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]

    @property
    def queued(self) -> bool:
        """Whether it will be sent, unless something comes to stand against it."""
        return self.state == "queued"

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Queued:
        """Read the answer."""
        return cls(
            str(plain["id"]),
            str(plain["state"]),
            str(plain.get("reason") or ""),
            tuple(map(str, plain.get("clauses") or ())),
            tuple(tuple(map(str, way)) for way in plain.get("missing") or ()),
        )


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice as it reads in a language: its level, its words, their digest (`rendered`), and the version they belong to."""

    notice: str
    version: str
    language: str
    level: str
    text: str
    rendered: str

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> NoticeText:
        """Read the answer."""
        names = ("notice", "version", "language", "level", "text", "rendered")
        return cls(*(str(plain[name]) for name in names))


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission: taken under these versions of notices, or refused for what was not shown or not named."""

    taken: bool
    notices: Mapping[str, str]
    missing: tuple[str, ...]
    """Notices that were not shown in the version declared now (`shown:…`)."""
    lacking: tuple[str, ...]
    """Fields that no notice of the form names."""
    undeclared: int
    """How many fields belong to nothing that the form may take."""
    sequence: int

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Submitted:
        """Read the answer."""
        return cls(
            bool(plain["taken"]),
            dict(plain["notices"]),
            tuple(map(str, plain["missing"])),
            tuple(map(str, plain["lacking"])),
            int(plain["undeclared"]),
            int(plain["sequence"]),
        )


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody came in: the secret of the new session, which account, whose, how sure that is, and until when."""

    secret: str = field(repr=False)
    account: str
    subject: str
    level: str
    until: str
