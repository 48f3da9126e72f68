"""Accounts, sessions, tickets and levels of assurance: frozen types, and the moves that are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from troth.kernel.ids import SubjectId


class Level(StrEnum):
    """How sure it is who somebody is; in rising order."""

    NONE = "none"
    CODE = "code"
    """They read a code that was sent to an address."""
    PASSWORD = "password"  # noqa: S105
    """They know the password, or signed in at a provider that vouches for them."""
    PASSWORD_CODE = "password_code"  # noqa: S105
    """Both, one right after the other."""
    REAL_NAME = "real_name"
    """A document and a face were compared by a verifier, and they signed in."""

    @property
    def rank(self) -> int:
        """Its place in the order, from 0."""
        return list(Level).index(self)

    def reaches(self, other: Level) -> bool:
        """Whether it is at least the other."""
        return self.rank >= other.rank


@dataclass(frozen=True, slots=True)
class Assurance:
    """What a level corresponds to at most: NIST SP 800-63 (authentication and identity) and Regulation (EU) 910/2014 art. 8."""

    aal: str
    ial: str
    eidas: str


ASSURANCES: Final[Mapping[Level, Assurance]] = MappingProxyType(
    {
        Level.NONE: Assurance("", "", ""),
        Level.CODE: Assurance("AAL1", "IAL1", "low"),
        Level.PASSWORD: Assurance("AAL1", "IAL1", "low"),
        Level.PASSWORD_CODE: Assurance("AAL2", "IAL1", "low"),
        Level.REAL_NAME: Assurance("AAL1", "IAL2", "substantial"),
    }
)


class CodeFor(StrEnum):
    """What one-time codes are for; there is no other purpose."""

    REGISTER = "register"
    BIND = "bind"
    RECOVER = "recover"


class State(StrEnum):
    """Where an account stands."""

    OPEN = "open"
    CLOSED = "closed"
    """Access has ended; what is on record goes by its own rules."""


MOVES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {State.OPEN: frozenset({State.CLOSED}), State.CLOSED: frozenset()}
)
"""Where an account may go from each state. Whoever comes back opens another."""


class Why(StrEnum):
    """Why a session ended."""

    LEFT = "left"
    REVOKED = "revoked"
    PASSWORD = "password"  # noqa: S105
    RECOVERED = "recovered"
    CLOSED = "closed"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within a window."""

    most: int
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator may choose; each default is chosen, and promised by no text."""

    least_score: int = 3
    """Of zxcvbn's 0 to 4: 3 is safely unguessable where hashes are slow."""
    shortest: int = 8
    longest: int = 128
    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 4
    """RFC 9106, second recommended option: 64 MiB, three passes, four lanes."""
    code_lasts: timedelta = timedelta(minutes=10)
    code_tries: int = 5
    code_digits: int = 8
    session_lasts: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(minutes=45)
    free_tries: int = 5
    """Tries of one name before it is locked for a minute; each further one doubles that."""
    longest_lock: timedelta = timedelta(hours=1)
    forgotten_after: timedelta = timedelta(days=1)
    limits: Mapping[str, Limit] = field(
        default_factory=lambda: MappingProxyType(
            {
                "register:address": Limit(3),
                "register:whence": Limit(20),
                "register:all": Limit(600),
                "recover:address": Limit(3),
                "recover:whence": Limit(20),
                "recover:all": Limit(600),
                "bind:address": Limit(3),
                "bind:account": Limit(6),
                "sign_in:whence": Limit(60),
                "sign_in:all": Limit(6000),
                "confirm:whence": Limit(60),
                "confirm:all": Limit(6000),
                "password:account": Limit(10),
                "check:account": Limit(5, timedelta(days=1)),
            }
        )
    )
    purposes: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType(
            {
                CodeFor.REGISTER.value: ("registration_code", "create_account"),
                CodeFor.BIND.value: ("binding_code", "basic_functions"),
                CodeFor.RECOVER.value: ("recovery_code", "basic_functions"),
            }
        )
    )
    """Under which purpose of the policy a code travels: the first that it declares."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody can be written to: `email` or `phone`. Never shown whole in logs."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody gives who wants an account.

    `accurate`: they said that it is right. `shown`: the digest of the policy version they had before them.
    """

    name: str = field(repr=False)
    password: str = field(repr=False)
    address: Address
    language: str = "en"
    accurate: bool = False
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """How somebody came to a door: from where (an address of the network, or what else tells callers apart) and by which device.

    Both are kept as keyed digests at most.
    """

    whence: str = field(default="", repr=False)
    device: str = field(default="", repr=False)
    language: str = "en"


NOWHERE: Final = Came()


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the record tells it: whose (by pseudonym), where it stands, how sure it is who that is."""

    id: str
    subject: str
    state: State
    opened_at: datetime
    changed_at: datetime
    level: Level


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a code was sent for. Of the secret that names it and of the code only digests are kept."""

    digest: str
    id: str
    purpose: CodeFor
    code: str
    asked_at: datetime
    until: datetime
    tries: int
    account: str
    subject: str
    sealed: bytes | None

    def live(self, at: datetime, tries: int) -> bool:
        """Whether it can still be tried; before it was asked for it cannot, whatever a clock says."""
        return self.asked_at <= at < self.until and self.tries < tries


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person: which account, whose, since when and until when, how sure."""

    id: str
    account: str
    subject: SubjectId
    since: datetime
    seen_at: datetime
    until: datetime
    level: Level
    device: str = ""
    """A digest that is equal for one device; '' where none was named."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody came in: the secret of the new session, told this once, and the session."""

    secret: str = field(repr=False)
    session: Session


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code is on its way, if there is anybody to have it: the secret of the ticket to type it in with."""

    ticket: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How often something happened, from where, and when last: nobody's, and everybody's."""

    what: str
    detail: str
    origin: str
    count: int
    last_at: datetime
