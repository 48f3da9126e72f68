"""Recipients in use: put a fact on record, end it, and look up what holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, Table

from troth.kernel.clock import utc
from troth.ledger import Event, Origin, Payload, Work
from troth.policies import Declared
from troth.policy.facts import Fact
from troth.recipients import evidence, rules, store
from troth.recipients.errors import StakeTooSmall, WhenUnreadable
from troth.recipients.model import Entry


class Recipients:
    """The recipients of one organisation. Every verb takes the work it is part of; threads may share the room."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    def record(
        self,
        work: Work,
        declared: Declared,
        recipient: str,
        facts: Iterable[str],
        *,
        at: datetime,
        since: datetime | None = None,
        until: datetime | None = None,
        stake: Decimal | None = None,
        origin: Origin = Origin.OBSERVED,
    ) -> None:
        """Put facts on record, in place of what was there; they hold from `since` (default: now) until before `until`.

        Raises NotDeclared, WhenUnreadable, and StakeTooSmall where the policy asks for more control than is claimed.
        """
        work.lock()
        begins, ends = utc(since or at), utc(until) if until else None
        if ends is not None and ends <= begins:
            raise WhenUnreadable("A fact about a recipient would end before it begins.", "Give a later end.")
        declared.recipient(recipient)
        for word in facts:
            fact = declared.fact(f"recipient:{word}", ("recipient",))
            if fact.name == "controlled":
                _check_stake(declared, recipient, stake)
            entry = Entry(fact.name, begins, ends, stake if fact.name == "controlled" else None)
            work.record(evidence.recorded(recipient, entry, at, declared.digest, origin))

    def end(
        self,
        work: Work,
        declared: Declared,
        recipient: str,
        facts: Iterable[str],
        *,
        at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> None:
        """Let facts end now. Raises NotDeclared."""
        work.lock()
        declared.recipient(recipient)
        for word in facts:
            fact = declared.fact(f"recipient:{word}", ("recipient",))
            work.record(evidence.ended(recipient, fact.name, at, declared.digest, origin))

    def entries(self, connection: Connection, recipient: str) -> tuple[Entry, ...]:
        """All that is on record about a recipient, in force or not."""
        return tuple(store.load(connection, self._organisation, recipient).values())

    def held(
        self, connection: Connection, recipient: str, declared: Declared, at: datetime
    ) -> frozenset[Fact]:
        """The facts that hold at an instant; none for a recipient nobody recorded anything about."""
        return rules.held(recipient, self.entries(connection, recipient), declared, at)


def _check_stake(declared: Declared, recipient: str, stake: Decimal | None) -> None:
    found = declared.recipient(recipient)
    if declared.exceeds(recipient, stake):
        return
    clauses = ", ".join(found.clauses)
    where = f" (clause {clauses})" if clauses else ""
    given = "no stake was given" if stake is None else f"{stake} % is not over that"
    raise StakeTooSmall(
        f"'{recipient}' counts as controlled over {found.over} %{where}, and {given}.",
        "Give the stake in percent that is on record.",
        recipient=recipient,
        over=str(found.over),
        clauses=clauses,
    )


class RecipientsProjection:
    """What is on record about recipients, as the headers tell it."""

    name = "recipients"
    kinds = ("recipients:",)
    opens = ()
    tables: tuple[Table, ...] = (store.facts,)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the record up to this event."""
        recipient = evidence.recipient_of(event)
        before = store.load(connection, event.organisation, recipient)
        store.save(connection, event.organisation, recipient, before, rules.entered(before, event))
