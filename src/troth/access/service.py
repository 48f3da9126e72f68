"""Access in use: fields are declared, values kept, tokens given out, values read; and reads seen outside are judged."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from troth.access import evidence, reading, rules, store, writing
from troth.access.desk import Desk, fields_of, known_field
from troth.access.errors import TokenRefused
from troth.access.model import (
    LONGEST_TOKEN,
    Asked,
    Counted,
    Field,
    FoundRead,
    Issued,
    ObservedRead,
    Put,
    Token,
    Told,
    Wrote,
    field_name,
)
from troth.decide.reads import crowded, purposes_of, unlearnt
from troth.kernel.clock import utc
from troth.kernel.errors import TrothError
from troth.kernel.findings import did_you_mean
from troth.ledger import Event, Origin, Work
from troth.policies import Declared, NotDeclared
from troth.policy.model import StaffRole
from troth.staff import Member, StaffUnknown
from troth.subjects import SubjectUnknown
from troth.vault import Item

COVERS: Final = timedelta(minutes=5)
"""How long after its entry a read that is observed may be the one it permitted. Chosen, not promised by any text."""


class Access:
    """The sealed fields of one organisation's people. Threads may share it.

    Writing and reading take transactions of their own, because keys are made before the one and values opened after the other.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- fields and cells ----------------------------------------------------------------------------------------------

    def declare(
        self, work: Work, field: str, category: str, search: Iterable[str] = (), *, at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Field:  # fmt: skip
        """Let people have values in a field of a category, found again for these purposes; `reindex` what was there before.

        Raises FieldUnknown for a name that is none, NotDeclared.
        """
        work.lock()
        declared = self._desk.declared(work.connection)
        purposes = tuple(sorted(set(search)))
        _must_know(declared, "category", category)
        for purpose in purposes:
            _must_know(declared, "purpose", purpose)
        found = Field(field_name(field), category, purposes)
        if fields_of(self._desk, work.connection).get(field) != found:
            work.record(evidence.field_declared(found, declared.digest, at, origin))
        return found

    def fields(self, connection: Connection) -> tuple[Field, ...]:
        """Every field that was declared, by name."""
        return tuple(sorted(fields_of(self._desk, connection).values(), key=lambda one: one.name))

    def write(self, puts: Sequence[Put], *, origin: Origin = Origin.OBSERVED) -> list[Wrote | TrothError]:
        """Keep the values of each, sealed; durable when this returns. An error in the place of what was refused."""
        return writing.write(self._desk, puts, origin)

    def remove(
        self,
        work: Work,
        subject: str,
        fields: Sequence[str] = (),
        *,
        at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> tuple[str, ...]:
        """Take values of a person away (no fields: all); which there were. Raises SubjectUnknown, FieldUnknown."""
        return writing.remove(self._desk, work, subject, fields, at, origin)

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of people's cells, nor of what leads to them: for whoever erases a person, and says so."""
        store.forget(connection, self._desk.organisation, pseudonyms)

    def lying(self, connection: Connection, pseudonyms: Collection[str]) -> list[Item]:
        """What lies sealed of these people, as (owner, cell, sealed): for whoever tries whether it can still be opened."""
        names = store.declared(connection, self._desk.organisation)
        found = store.find(connection, self._desk.organisation, pseudonyms, names)
        return [(cell.subject, cell.place, cell.sealed) for cell in found.values()]

    def reindex(self, field: str) -> int:
        """Let every value of a field be found again under the keys and purposes of now; how many. Raises FieldUnknown."""
        return writing.reindex(self._desk, field)

    # --- tokens --------------------------------------------------------------------------------------------------------

    def issue(
        self, member: str, role: str, purpose: str, lasts: timedelta, *, origin: Origin = Origin.OBSERVED
    ) -> Issued:
        """A token for somebody who holds the role, whose training is current, for a purpose of that role.

        Raises StaffUnknown, NotDeclared, and TokenRefused, with the refusal on record.
        """
        found = self._desk.recorder.run(lambda work: self._issued(work, member, role, purpose, lasts, origin))
        if isinstance(found, Issued):
            return found
        raise TokenRefused(found, "See what the role asks for, and who holds it.", role=role)

    def revoke(self, work: Work, token: str, *, at: datetime, origin: Origin = Origin.OBSERVED) -> None:
        """Let a token count no more, by its id; harmless when it does not."""
        work.lock()
        if store.tokens_of(work.connection, self._desk.organisation, (token,)):
            work.record(evidence.token_revoked(token, at, origin))

    def _issued(
        self, work: Work, member: str, role: str, purpose: str, lasts: timedelta, origin: Origin
    ) -> Issued | str:
        work.lock()
        at, declared = self._desk.clock.now(), self._desk.declared(work.connection)
        statement = declared.catalogue.get(StaffRole, role)
        if statement is None:
            raise _not_declared(declared, "role", role)
        _must_know(declared, "purpose", purpose)
        if not timedelta(0) < lasts <= LONGEST_TOKEN:
            raise TokenRefused(f"A token lasts up to {LONGEST_TOKEN}.", "Ask for a shorter one.")
        holder = self._desk.staff.member(work.connection, member)
        reason = self._reason(work.connection, statement, purpose, holder, declared, at)
        if reason:
            missing = unlearnt(statement, holder.courses(at))
            work.record(evidence.token_refused(holder.id, role, reason, missing, declared.digest, at, origin))
            return _SENTENCES[reason]
        text, token = self._made(holder, role, purpose, at, lasts)
        work.record(evidence.token_issued(token, declared.digest, origin))
        return Issued(text, token)

    def _reason(
        self,
        connection: Connection,
        role: StaffRole,
        purpose: str,
        holder: Member,
        declared: Declared,
        at: datetime,
    ) -> str:
        if not holder.holds(role.id, at):
            return rules.NOT_HELD
        if purpose not in purposes_of(declared.catalogue, role):
            return "purpose"
        if unlearnt(role, holder.courses(at)):
            return "untrained"
        heads = self._desk.staff.heads(connection, at) if role.at_most is not None else {}
        return "crowded" if crowded(role, heads.get(role.id, 0)) else ""

    def _made(
        self, holder: Member, role: str, purpose: str, at: datetime, lasts: timedelta
    ) -> tuple[str, Token]:
        id, secret = self._desk.entropy.bytes(8).hex(), self._desk.entropy.bytes(32)
        text = f"{rules.PREFIX}_{id}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"
        return text, Token(id, rules.digest_of(text), holder.id, role, purpose, at, at + lasts)

    # --- reading -------------------------------------------------------------------------------------------------------

    def read(
        self, asked: Sequence[Asked], *, origin: Origin = Origin.OBSERVED
    ) -> list[tuple[Told, ...] | TrothError]:
        """What is told about the fields of each: values, or refusals with what is missing. Every read is on disk before its
        value is here. An error in the place of what made no sense."""
        return reading.read(self._desk, asked, origin)

    def search(
        self, token: str, field: str, value: str, *, origin: Origin = Origin.OBSERVED
    ) -> tuple[str, ...] | Told:
        """Whose field has exactly this value, of those for whom the token's purpose is alive; or a refusal."""
        return reading.search(self._desk, token, field, value, origin)

    def counted(self, connection: Connection) -> list[Counted]:
        """How many reads there were, by role, purpose and origin."""
        return store.counts(connection, self._desk.organisation)

    # --- what was seen outside -----------------------------------------------------------------------------------------

    def observe(
        self, work: Work, seen: Iterable[ObservedRead], *, origin: Origin = Origin.OBSERVED
    ) -> tuple[FoundRead, ...]:
        """Judge reads that were seen outside: one that no entry of ours permitted shortly before is a breach of the roles that
        promise who may see such data. Raises SubjectUnknown, FieldUnknown, StaffUnknown, NotDeclared."""
        return tuple(self._judged(work, one, origin) for one in seen)

    def _judged(self, work: Work, seen: ObservedRead, origin: Origin) -> FoundRead:
        connection, at = work.connection, utc(seen.at)
        declared = self._desk.declared(connection)
        field = known_field(fields_of(self._desk, connection), seen.field)
        people = self._desk.people(connection, (seen.subject,))
        if seen.subject not in people:
            raise SubjectUnknown("No subject of this id is known here.", "Open the subject first.")
        if seen.member and not self._desk.staff.found(connection, (seen.member,)):
            raise StaffUnknown("Nobody of this id works here.", "Leave the id out where it is not known.")
        if seen.role and declared.catalogue.get(StaffRole, seen.role) is None:
            raise _not_declared(declared, "role", seen.role)
        entry = self._permitting(connection, seen, people[seen.subject], at)
        roles = [seen.role] if seen.role else _roles_for(declared, field.category)
        work.record(evidence.observed(seen, roles, entry is None, declared.digest, origin))
        work.settle()
        return FoundRead(entry is None, work.sequences[-1], entry)

    def _permitting(
        self, connection: Connection, seen: ObservedRead, group: Sequence[str], at: datetime
    ) -> int | None:
        """The entry that permitted this read, if there is one: recorded shortly before, of the same field and reader."""
        for name in group:
            events = self._desk.ledger.events(
                connection, kinds=(evidence.READ,), subject=name, newest_first=True
            )
            for event in events:
                if event.recorded_at < at - COVERS:
                    break
                if event.recorded_at <= at and _same(event, seen):
                    return event.sequence
        return None


def _same(event: Event, seen: ObservedRead) -> bool:
    said = evidence.pairs(event)
    return (
        seen.field in said.get("field", ())
        and seen.member in ("", *said.get("staff", ()))
        and seen.role in ("", *said.get("role", ()))
    )


def _roles_for(declared: Declared, category: str) -> list[str]:
    """The roles that may see a category, for a read of which nobody knows who made it; all, where none may."""
    roles = declared.catalogue.all(StaffRole)
    covering = [role.id for role in roles if declared.catalogue.covers(role.data, category)]
    return covering or [role.id for role in roles]


_SENTENCES: Final = {
    rules.NOT_HELD: "Whoever asks for this token does not hold the role.",
    "purpose": "The role does not read for this purpose.",
    "untrained": "The training that the role asks for is not current.",
    "crowded": "More people hold the role than the policy allows.",
}


def _must_know(declared: Declared, kind: str, id: str) -> None:
    if id not in declared.catalogue.ids(kind):
        raise _not_declared(declared, kind, id)


def _not_declared(declared: Declared, kind: str, id: str) -> NotDeclared:
    return NotDeclared(
        f"This policy declares no such {kind}.", did_you_mean(id, declared.catalogue.ids(kind))
    )
