"""What comes in becomes a ticket: sealed before any lock is held, numbered, matched, dated, and recorded in one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from troth.intake import checking, evidence, parts, rules, store
from troth.intake.desk import Desk, clock, keys_of, law_of, purpose_of, said_of
from troth.intake.errors import ReceivedRefused
from troth.intake.model import Match, Proof, Received, Route, Ticket
from troth.intake.parts import Kept
from troth.kernel.clock import utc
from troth.ledger import Origin, Work
from troth.policies import Declared
from troth.subjects import SubjectErased
from troth.vault import KeyDestroyed


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came in, checked, numbered and sealed."""

    number: str
    received: Received
    kept: tuple[Kept, ...]
    digests: tuple[str, ...]
    """Keyed digests of the files, in their order."""


@dataclass(frozen=True, slots=True)
class _Coming:
    """A ticket on its way in, as far as its clock needs to know it."""

    right: str
    route: Route
    within: str
    received_at: datetime
    asked_at: datetime | None
    proven_at: datetime | None
    extended: str = ""


def prepare(desk: Desk, received: Received) -> Prepared:
    """Check what came in, and seal it. Raises ReceivedRefused, SubjectErased."""
    checking.check(received)
    number, at = desk.number(), desk.clock.now()
    owner = desk.ledger.pseudonym(received.subject) if received.subject else desk.owner(number)
    plain = parts.of_received(received)
    try:
        kept = parts.sealed(desk.keys, owner, number, plain, at)
    except KeyDestroyed:
        raise SubjectErased("This person was erased.", "If they come back, open a new subject.") from None
    digests = [desk.ledger.pseudonym(f"intake:file:{one.digest}") for one in plain if one.digest]
    return Prepared(number, received, tuple(kept), tuple(digests))


def receive(desk: Desk, work: Work, prepared: Prepared, at: datetime, origin: Origin) -> Ticket:
    """Open a ticket for what was prepared; for a mail that was taken before, its ticket. Raises ReceivedRefused, SubjectUnknown."""
    work.lock()
    received, of = prepared.received, desk.organisation
    again = store.mail(work.connection, of, received.mail) if received.mail else None
    if again:
        found = store.find(work.connection, of, again)
        assert found is not None
        return found
    declared = desk.in_force(work.connection, at)
    match = _matched(desk, work, received)
    since = min(utc(received.at), at) if received.at is not None else at
    right = rules.right_of(law_of(declared), received.kind, received.right)
    proven = at if received.subject else None
    coming = _Coming(right, received.route, rules.term_text(received.within), since, None, proven)
    said = _said(desk, prepared, declared, coming, match)
    said |= said_of(clock(declared, coming, at))
    work.record(
        evidence.happened(
            evidence.RECEIVED, prepared.number, at, origin, subject=received.subject or None, policy=declared.digest,
            said=said, keys=(*keys_of(declared, coming), *(f"file={one}" for one in prepared.digests)),
        )
    )  # fmt: skip
    store.keep(work.connection, of, [one.row(prepared.number) for one in prepared.kept])
    found = store.find(work.connection, of, prepared.number)
    assert found is not None
    return found


def _matched(desk: Desk, work: Work, received: Received) -> Match:
    """To how many people what was given leads. Raises SubjectUnknown, ReceivedRefused for somebody of another tenant."""
    connection = work.connection
    if received.subject:
        desk.subjects.root(connection, work.pseudonym(received.subject))
    if received.route is Route.TENANT:
        _check_tenant(desk, connection, received)
    if received.subject:
        return Match.ONE
    return desk.led_to(connection, _identities(received))[0]


def _check_tenant(desk: Desk, connection: Connection, received: Received) -> None:
    """Pass where an administrator of the tenant acts for one of its people. Raises ReceivedRefused."""
    tenancy, tenant = desk.tenancy, received.tenant
    if not tenancy.administers(connection, received.agent, tenant):
        raise ReceivedRefused(
            "Whoever acts here is not on record as an administrator of this tenant.",
            "Record the membership first.",
        )
    if not tenancy.belongs(connection, received.subject, tenant):
        raise ReceivedRefused(
            "Nobody of this id is on record as one of this tenant's people.", "Act for your own people alone."
        )


def _identities(received: Received) -> tuple[tuple[str, str], ...]:
    """By what a person may be found: what was named, else the address it came from."""
    if received.identities:
        return received.identities
    contact = received.contact
    kinds = {"email": "email", "phone": "phone", "sms": "phone"}
    if not contact.address or contact.channel not in kinds:
        return ()
    return ((kinds[contact.channel], contact.address),)


def _said(
    desk: Desk, prepared: Prepared, declared: Declared, coming: _Coming, match: Match
) -> dict[str, str]:
    """What is recorded of a ticket by name; only what is there."""
    received = prepared.received
    proof = received.proof if received.subject else Proof.NONE
    agent = received.agent
    if (
        received.route is Route.TENANT
    ):  # the administrator is a person as well: their pseudonym stands for them
        agent = desk.ledger.pseudonym(agent)
    said = {
        "kind": received.kind.value, "right": coming.right, "ground": received.ground, "route": received.route.value,
        "since": coming.received_at.isoformat(), "match": match.value, "proof": proof.value,
        "sender": desk.sender(received.contact.channel, received.contact.address), "tenant": received.tenant,
        "agent": agent, "within": coming.within, "mail": received.mail,
        "purpose": purpose_of(declared.catalogue, received.kind, coming.right),
        "left_out": str(received.left_out) if received.left_out else "",
    }  # fmt: skip
    if proof is not Proof.NONE:
        said["state"] = "open"
    return {name: value for name, value in said.items() if value}
