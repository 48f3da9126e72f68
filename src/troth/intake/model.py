"""Tickets: what somebody asked or said, by which route, where it stands, and until when it is due. Frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from troth.policy.terms import PeriodTerm


class Kind(StrEnum):
    """What a ticket is."""

    REQUEST = "request"
    """Somebody uses a right."""
    COMPLAINT = "complaint"
    FEEDBACK = "feedback"
    QUESTION = "question"
    UNSORTED = "unsorted"
    """Nobody has read it yet. Until somebody says what it is, the earliest date of anything it may be counts."""


class Route(StrEnum):
    """By which way it came; the words are those of the policy language for channels, and two more."""

    EMAIL = "email"
    FORM = "form"
    """The web form, without signing in."""
    SELF_SERVICE = "self_service"
    """The web form, signed in."""
    APP = "app"
    POST = "post"
    """A letter, typed in by staff."""
    PHONE = "phone"
    MANAGER = "manager"
    """An account manager or distributor acts for the person, with written authority."""
    TENANT = "tenant"
    """The administrator of a tenant acts within the tenant."""


TYPED: Final = frozenset({Route.POST, Route.PHONE, Route.MANAGER})
"""Routes where a member of staff writes down what somebody else said."""
WRITTEN: Final = frozenset({Route.EMAIL, Route.FORM, Route.SELF_SERVICE, Route.APP, Route.POST})
"""Routes by which the request itself is there in writing."""


class State(StrEnum):
    """Where a ticket stands."""

    RECEIVED = "received"
    IDENTITY = "identity"
    """Proof of identity was asked for."""
    OPEN = "open"
    """Somebody proved who they are, or nobody need."""
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    MERGED = "merged"


LIVE: Final = frozenset({State.RECEIVED, State.IDENTITY, State.OPEN})
"""States in which the clock runs."""
_ENDS: Final = frozenset({State.ANSWERED, State.CLOSED, State.WITHDRAWN, State.DUPLICATE, State.MERGED})
MOVES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.RECEIVED: _ENDS | {State.IDENTITY, State.OPEN},
        State.IDENTITY: _ENDS | {State.IDENTITY, State.OPEN},
        State.OPEN: _ENDS | {State.IDENTITY, State.OPEN},
        State.ANSWERED: frozenset({State.CLOSED, State.OPEN}),
        State.CLOSED: frozenset({State.OPEN}),
        State.WITHDRAWN: frozenset({State.OPEN}),
        State.DUPLICATE: frozenset({State.OPEN}),
        State.MERGED: frozenset(),
    }
)
"""Where a ticket may go from each state; what ended and is taken up again is open."""


class Proof(StrEnum):
    """How somebody showed who they are, the weakest first."""

    NONE = "none"
    ADDRESS = "address"
    """An answer came from the address, with what was sent there."""
    CODE = "code"
    """A one-time code, typed in."""
    PASSWORD = "password"  # noqa: S105
    """Signed in to an account by its password, or at a provider that vouches for them."""
    ACCOUNT = "account"
    """Signed in to an account, as whoever runs it says."""
    PASSWORD_CODE = "password_code"  # noqa: S105
    """Signed in by a password, and a one-time code beside it."""
    REAL_NAME = "real_name"
    """Signed in, after a verifier compared a document and a face."""
    DOCUMENT = "document"
    """Staff saw a document; the copy is not kept with the answer."""


BY_STAFF: Final = (Proof.ADDRESS, Proof.CODE, Proof.DOCUMENT)
"""What staff may say somebody showed them; all else is known from how they came in."""


class Match(StrEnum):
    """How many people what was given leads to. Nobody is ever guessed."""

    UNASKED = ""
    """Nothing was given that could lead to anybody."""
    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


class What(StrEnum):
    """What a sealed part of a ticket is."""

    CONTACT = "contact"
    WORDS = "words"
    ANSWER = "answer"
    NOTE = "note"
    """A remark among staff; the person does not see it."""
    FILE = "file"
    AUTHORITY = "authority"
    """The written authority by which somebody acts for the person."""


SHOWN: Final = frozenset({What.WORDS, What.ANSWER, What.FILE, What.AUTHORITY})
"""What the person sees of a ticket again."""
OUTCOMES: Final = ("granted", "partly", "refused", "informed", "noted")
"""What an answer says: done, done in part, refused on a listed ground, told what was asked, taken note of."""
CLOSINGS: Final = ("answered", "no_identity", "no_reply", "spam", "not_ours", "done_elsewhere")
"""Why a ticket is closed."""
PERSON: Final = "person"
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who works on a ticket: the random id of a member of staff, or the door they came by (`console`, `cli`, `key:…`)."""

    id: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where whoever wrote can be answered."""

    address: str = field(default="", repr=False)
    channel: str = "email"
    name: str = field(default="", repr=False)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along: kept as it is, never opened, never run."""

    name: str = field(repr=False)
    media: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, as a door hands it over.

    `subject` is whoever is signed in (with `proof`), '' otherwise; `identities` are (kind, value) that whoever wrote gave of the
    person it is about. `agent` is the id of the member of staff who typed it in, or the subject id of the administrator who
    acts within `tenant`, `within` what was agreed with that tenant. `mail` is the keyed digest of a mail that counts once.
    """

    kind: Kind
    route: Route
    words: str = field(repr=False)
    right: str = ""
    ground: str = ""
    title: str = field(default="", repr=False)
    contact: Contact = field(default_factory=Contact, repr=False)
    identities: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    subject: str = ""
    proof: Proof = Proof.NONE
    files: tuple[Attachment, ...] = field(default=(), repr=False)
    authority: Attachment | None = field(default=None, repr=False)
    agent: str = ""
    tenant: str = ""
    within: PeriodTerm | None = None
    mail: str = ""
    left_out: int = 0
    """Files that were too large or too many to be kept."""
    at: datetime | None = None
    """When it arrived, where that was before it was written down: a letter, a mail that lay in its box."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One period within which an answer is due: by which statement, whence, from which start; `at` None while it has not begun."""

    statement: str
    source: str
    """promise (the policy's own), standard, statute, or tenant (agreed with an enterprise)."""
    period: PeriodTerm
    start: str
    at: datetime | None
    provisional: bool = False
    reason: str = ""
    hedge: str = ""
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The earliest of all limits that run, and all of them; `due` None where nothing is promised, or nothing has begun."""

    due: datetime | None
    provisional: bool
    rule: str
    limits: tuple[Limit, ...]

    @property
    def hedges(self) -> tuple[str, ...]:
        """The words that soften a limit, where the policy has any."""
        return tuple(dict.fromkeys(one.hedge for one in self.limits if one.hedge))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as its events tell it: no name, no word, no address."""

    number: str
    kind: Kind
    right: str
    ground: str
    route: Route
    state: State
    subject: str
    """The pseudonym of the person once identity was proven, else ''."""
    sender: str
    """The keyed digest of the address it came from, else ''."""
    match: Match
    proof: Proof
    tenant: str
    agent: str
    within: str
    policy: str
    purpose: str
    received_at: datetime
    changed_at: datetime
    asked_at: datetime | None
    proven_at: datetime | None
    extended: str
    """By how long the law let the answer be put off ('14 calendar_days'), where the person was told."""
    due_at: datetime | None
    provisional: bool
    rule: str
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str
    refusal: str
    reason: str
    into: str
    alerted: str
    challenge: str
    """The keyed digest of what was sent to the address, to be sent back."""
    emptied: bool
    revision: int
    origin: str

    @property
    def live(self) -> bool:
        """Whether the clock runs."""
        return self.state in LIVE

    def overdue(self, now: datetime) -> bool:
        """Whether an answer should have been there."""
        return self.live and self.due_at is not None and self.due_at < now

    def as_json(self) -> dict[str, object]:
        """As plain JSON values, without pseudonyms and digests."""

        def plain(at: datetime | None) -> str | None:
            return at.isoformat() if at else None

        return {
            "number": self.number, "kind": self.kind.value, "right": self.right, "ground": self.ground,
            "route": self.route.value, "state": self.state.value, "identified": bool(self.subject),
            "match": self.match.value, "proof": self.proof.value, "tenant": self.tenant, "agent": self.agent,
            "policy": self.policy, "purpose": self.purpose, "received_at": plain(self.received_at),
            "due_at": plain(self.due_at), "provisional": self.provisional, "rule": self.rule,
            "extended": self.extended, "answered_at": plain(self.answered_at), "ended_at": plain(self.ended_at),
            "outcome": self.outcome, "refusal": self.refusal, "reason": self.reason, "into": self.into,
            "emptied": self.emptied, "revision": self.revision, "origin": self.origin,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed piece of a ticket, by number: what it is, by whom, when, how long; not what it says."""

    number: int
    what: What
    by: str
    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A part as it was opened for somebody who may read it: words, or a file with its name and digest."""

    part: Part
    title: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    media: str = ""
    digest: str = ""
    contact: Contact | None = field(default=None, repr=False)
    data: bytes = field(default=b"", repr=False)
