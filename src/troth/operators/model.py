"""What is known of operators: ways in, sessions, roles, requests for a second person, emergency elevations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from troth.kernel.ids import StaffId


class Way(StrEnum):
    """What somebody shows to come in."""

    PASSWORD = "password"  # noqa: S105  the name of a way in
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Account:
    """That a member of staff enrolled, since when, and the ways in they have."""

    member: StaffId
    since: datetime
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A product role somebody holds, from an instant until before another."""

    member: StaffId
    role: str
    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is in. `id` names it in lists and evidence; of its secret a digest alone is kept."""

    id: str
    member: StaffId
    ways: tuple[Way, ...]
    opened_at: datetime
    seen_at: datetime
    until: datetime
    language: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts, in which session, with which roles and rights at this instant; `glass` is the elevation that adds to them."""

    organisation: str
    member: StaffId
    session: Session
    roles: tuple[str, ...]
    policy_roles: tuple[str, ...]
    actions: frozenset[str]
    glass: str = ""
    by_glass: frozenset[str] = frozenset()
    """Rights that come from the elevation alone."""

    def may(self, action: str) -> bool:
        """Whether this action is among the rights."""
        return action in self.actions


class Entered(StrEnum):
    """What came of a step of signing in."""

    IN = "in"
    SECOND = "second"
    REFUSED = "refused"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a step, and the secret of what follows: a ticket for the second step, or the session."""

    entered: Entered
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Vouch:
    """What a provider says of somebody at this very sign-in, read by what the operator wrote about it."""

    provider: str
    issuer: str
    subject: str = field(repr=False)
    second: bool = False
    """Whether it checked a second factor that the operator trusts it with (`amr`, RFC 8176)."""
    roles: frozenset[str] = frozenset()
    """Roles, of the product or of the policy, that their groups give."""
    governed: frozenset[str] = frozenset()
    """Roles that groups there can give; none where no group is mapped, and then roles are given by hand."""

    @property
    def value(self) -> str:
        """By what somebody is found: issuer and subject together (OpenID Connect Core 1.0, 5.7)."""
        return f"{self.issuer} {self.subject}"


@dataclass(frozen=True, slots=True)
class Invite:
    """What an enrolment link leads to: whom it is for, until when, and the secret for their authenticator."""

    member: StaffId
    until: datetime
    totp: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody enrolled; the recovery codes are shown this once."""

    member: StaffId
    recovery: tuple[str, ...] = field(repr=False, default=())


class Stage(StrEnum):
    """Where a request for a second person stands."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    BEGUN = "begun"
    CARRIED = "carried"
    FAILED = "failed"


STAGES: dict[Stage, frozenset[Stage]] = {
    Stage.ASKED: frozenset({Stage.APPROVED, Stage.DECLINED}),
    Stage.APPROVED: frozenset({Stage.BEGUN, Stage.DECLINED}),
    Stage.BEGUN: frozenset({Stage.CARRIED, Stage.FAILED}),
    Stage.DECLINED: frozenset(),
    Stage.CARRIED: frozenset(),
    Stage.FAILED: frozenset(),
}
"""The moves a request may make. What was begun is never begun again, also where the program died over it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A request to have something done, by the digest of exactly what; who asked, who decided, when it was carried out."""

    id: str
    action: str
    digest: str
    stage: Stage
    asked_by: StaffId
    asked_at: datetime
    expires_at: datetime
    decided_by: StaffId | None = None
    decided_at: datetime | None = None
    carried_at: datetime | None = None

    def live(self, at: datetime) -> bool:
        """Whether it still waits for somebody, and has not run out."""
        return self.stage in (Stage.ASKED, Stage.APPROVED) and at < self.expires_at


@dataclass(frozen=True, slots=True)
class Elevation:
    """An emergency: a named operator held a further role for a short while. `told` counts the administrators who were written to."""

    id: str
    member: StaffId
    role: str
    since: datetime
    until: datetime
    told: int = 0
    acts: int = 0
    reviewed_by: StaffId | None = None
    reviewed_at: datetime | None = None
    justified: bool | None = None

    def live(self, at: datetime) -> bool:
        """Whether it adds rights at an instant."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key somebody registered, with the counter of their authenticator."""

    id: bytes
    member: StaffId
    public_key: bytes = field(repr=False)
    count: int = 0
    created_at: datetime | None = None
