"""What the verbs of this room share: the rooms below, the keys, the clock, numbers, and what a policy says of tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection

from troth.intake import rules
from troth.intake.model import Clock, Kind, Match, Ticket
from troth.intake.parts import Keys
from troth.kernel.clock import Clock as Hands
from troth.kernel.entropy import Entropy
from troth.ledger import Ledger, Recorder
from troth.policies import Declared, Policies
from troth.policy.catalogue import Catalogue
from troth.policy.model import Right, Statement
from troth.subjects import Identity, IdentityKind, Subjects, SubjectUnknown

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no two of them look alike."""


class Tenancy(Protocol):
    """Whoever knows which people belong to which tenant."""

    def belongs(self, connection: Connection, subject: str, tenant: str) -> bool:
        """Whether a person, by id, belongs to a tenant."""

    def administers(self, connection: Connection, subject: str, tenant: str) -> bool:
        """Whether a person, by id, administers a tenant."""


class Rooms(Protocol):
    """The rooms below that are asked: which version is in force, and who a person is."""

    @property
    def policies(self) -> Policies:
        """Versions of the policy."""

    @property
    def subjects(self) -> Subjects:
        """People."""


class NobodysTenant:
    """Where no tenants are on record: nobody belongs to any."""

    def belongs(self, connection: Connection, subject: str, tenant: str) -> bool:
        """Never."""
        return False

    def administers(self, connection: Connection, subject: str, tenant: str) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Desk:
    """What every verb needs; made once for an organisation."""

    organisation: str
    ledger: Ledger
    recorder: Recorder
    rooms: Rooms
    keys: Keys
    clock: Hands
    entropy: Entropy
    tenancy: Tenancy = field(default_factory=NobodysTenant)

    @property
    def policies(self) -> Policies:
        """Versions of the policy."""
        return self.rooms.policies

    @property
    def subjects(self) -> Subjects:
        """People."""
        return self.rooms.subjects

    def in_force(self, connection: Connection, at: datetime) -> Declared:
        """What the policy in force declares. Raises NoPolicyInForce."""
        return self.policies.declared(connection, self.policies.in_force(connection, at).digest)

    def number(self) -> str:
        """A new number of a ticket: fifty random bits, for people to read out."""
        return f"T-{self.phrase()}"

    def phrase(self) -> str:
        """Ten random signs, such as `K7QM2-9XD4R`."""
        drawn = int.from_bytes(self.entropy.bytes(8), "big")
        signs = "".join(SIGNS[(drawn >> (5 * at)) & 31] for at in range(10))
        return f"{signs[:5]}-{signs[5:]}"

    def owner(self, number: str) -> str:
        """Under whose key the parts of a ticket lie as long as nobody is known for it: its own."""
        return self.ledger.pseudonym(f"intake:ticket:{number}")

    def challenge(self, number: str, phrase: str) -> str:
        """The keyed digest of what was sent to an address about a ticket."""
        return self.ledger.pseudonym(f"intake:challenge:{number}:{plain_phrase(phrase)}")

    def sender(self, channel: str, address: str) -> str:
        """An address as a keyed digest, the same under which a person's identity is found; '' for none."""
        if not address.strip() or channel not in ("email", "phone", "sms"):
            return ""
        kind = IdentityKind.EMAIL if channel == "email" else IdentityKind.PHONE
        return self.subjects.digest(Identity(kind, address), self.ledger.pseudonym)

    def led_to(
        self, connection: Connection, identities: Sequence[tuple[str, str]]
    ) -> tuple[Match, tuple[str, ...]]:
        """To how many people these (kind, value) lead, and whom, by id."""
        if not identities:
            return Match.UNASKED, ()
        found = {
            self.subjects.find(connection, Identity(IdentityKind(kind), value), self.ledger.pseudonym)
            for kind, value in identities
            if kind in tuple(IdentityKind) and value.strip()
        }
        people = tuple(sorted(str(one) for one in found if one is not None))
        if not people:
            return Match.NONE, ()
        return (Match.ONE if len(people) == 1 else Match.SEVERAL), people

    def known(self, connection: Connection, pseudonym: str) -> str | None:
        """The id of a person, unless it may not be known any more."""
        if not pseudonym:
            return None
        try:
            return self.subjects.id_of(connection, self.subjects.root(connection, pseudonym))
        except SubjectUnknown:
            return None

    def clock_of(self, connection: Connection, ticket: Ticket, now: datetime, **changed: object) -> Clock:
        """The clock of a ticket under the version it was received under; `changed` is what is about to be different of it."""
        declared = self.policies.declared(connection, ticket.policy)
        return clock(declared, replace(ticket, **changed) if changed else ticket, now)  # type: ignore[arg-type]


def clock(declared: Declared, ticket: rules.Timed, now: datetime) -> Clock:
    """The clock of a ticket: text and regimes together, whichever reading decides about acts."""
    return rules.clock(law_of(declared), declared.calendar, ticket, now)


def law_of(declared: Declared) -> tuple[Statement, ...]:
    """The statements of the text and of every regime it names."""
    return declared.bundle.in_force("with_regimes")


def said_of(found: Clock) -> Mapping[str, str]:
    """A clock as codes."""
    due = found.due.isoformat() if found.due else ""
    return {"due": due, "provisional": "yes" if found.provisional else "no", "rule": found.rule}


def keys_of(declared: Declared, ticket: rules.Timed) -> tuple[str, ...]:
    """The statements of the policy that a ticket is an occasion of."""
    if not ticket.right:
        return ()
    found = rules.binding(law_of(declared), ticket.right, ticket.route)
    return tuple(one.key for one in found)


def purpose_of(catalogue: Catalogue, kind: Kind, right: str) -> str:
    """For which declared purpose what a ticket says is kept; '' where the policy declares none for it."""
    wanted = ("question", "access") if kind is Kind.UNSORTED else (right,)
    rights = [one for one in catalogue.all(Right) if one.purpose]
    return next((one.purpose for what in wanted for one in rights if one.what == what), "")


def plain_phrase(text: str) -> str:
    """A phrase as it is compared: capitals, what looks alike made alike, nothing between."""
    alike = str.maketrans("OIL", "011")
    return "".join(sign for sign in text.upper().translate(alike) if sign in SIGNS)
