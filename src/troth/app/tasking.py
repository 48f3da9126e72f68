"""Tasks and the register of safeguards together: what somebody shows is put into the register, and the task is done by that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.intake.checking import is_mail_address
from troth.kernel.findings import did_you_mean
from troth.messages import Channel, Outcome, Parcel
from troth.policy.model import Entity, Safeguard
from troth.safeguards import Proof
from troth.staff import StaffUnknown
from troth.tasks import Document, Sending, State, Task, TaskRefused, Wish, state_of, wishes
from troth.tasks.rules import id_of

_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ahead": "To be shown by {day}: {about}",
        "due": "Due now: {about}",
        "late": "Overdue since {day}: {about}",
    }
)
_TEXT: Final = (
    "{words}\n\nThe policy of {organisation} asks for this ({clauses}). It is your task {task}.\n"
    "Bring the evidence on the page of tasks, or with `troth tasks done {organisation} {task}`.\n"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A task with what the policy says of it, and how it stands."""

    task: Task
    wish: Wish | None
    state: State
    clauses: tuple[str, ...]


def bring_up(organisation: Organisation) -> tuple[int, int]:
    """Make tasks for what the policy in force wants shown, drop those of former versions; addresses of those who left go."""
    declared = organisation.policy()
    with organisation.database.read() as connection:
        here = [one.id for one in organisation.staff.members(connection) if one.left is None]

    def act(acts: Acts) -> tuple[int, int]:
        organisation.tasks.forget_owners(acts.work, here)
        return organisation.tasks.bring_up(acts.work, declared, at=acts.at, origin=acts.origin)

    return organisation.act(act)


def lines(organisation: Organisation, *, state: str = "") -> list[Line]:
    """Every task that is asked for, the most urgent first."""
    now, catalogue = organisation.clock.now(), organisation.policy().catalogue
    wanted = {id_of(one.statement, one.item): one for one in wishes(catalogue)}
    with organisation.database.read() as connection:
        found = organisation.tasks.listed(connection, now, state=state)
    return [
        Line(one, wanted.get(one.id), state_of(one, now), _clauses(organisation, one.statement))
        for one in found
    ]


def done(
    organisation: Organisation, id: str, by: str, *, document: Document | None = None, heads: int | None = None,
    until: datetime | None = None,
) -> Task:  # fmt: skip
    """Somebody showed what a task asks for: into the register of safeguards, or as an attestation that a contact is reached.

    Raises TaskUnknown, TaskRefused, StaffUnknown, ItemRefused.
    """
    declared = organisation.policy()
    with organisation.database.read() as connection:
        task = organisation.tasks.task(connection, id)
        if task.dropped:
            raise TaskRefused("The policy asks for this no more.", "Nothing is to be done.")
        if by not in organisation.staff.found(connection, (by,)):
            raise StaffUnknown("Nobody of this id works here.", "Name a member of staff.")
    kind, _, name = task.statement.partition(":")

    def act(acts: Acts) -> None:
        digest = organisation.tasks.keep(acts.work, document, at=acts.at) if document is not None else ""
        if kind == Safeguard.kind:
            proof = Proof(name, task.item, acts.at, by, document=digest, until=until, heads=heads)
            organisation.safeguards.show(acts.work, declared, proof, now=acts.at, origin=acts.origin)
        else:
            organisation.tasks.attest(
                acts.work, declared, id, by, document=digest, at=acts.at, origin=acts.origin
            )

    organisation.act(act)
    with organisation.database.read() as connection:
        return organisation.tasks.task(connection, id)


def assign(organisation: Organisation, id: str, owner: str, address: str = "") -> Task:
    """Give a task to somebody who works here; with an address, that is where they are reminded. Raises TaskUnknown, TaskRefused,
    StaffUnknown."""
    with organisation.database.read() as connection:
        members = {one.id for one in organisation.staff.members(connection) if one.left is None}
    if owner and owner not in members:
        raise StaffUnknown(
            "Nobody of this id works here.", did_you_mean(owner, members) or "Name a member of staff."
        )
    if address and not is_mail_address(address):
        raise TaskRefused("That is no mail address.", "Correct it, or leave it out.")

    def act(acts: Acts) -> Task:
        found = organisation.tasks.assign(acts.work, id, owner, at=acts.at, origin=acts.origin)
        if owner and address:
            organisation.tasks.reach(acts.work, owner, address)
        return found

    return organisation.act(act)


def remind(organisation: Organisation, channel: Channel | None) -> dict[Sending, int]:
    """Remind owners of what is due: each step once. What nobody knows the fate of is not sent again; how many of each."""
    now, counts = organisation.clock.now(), dict[Sending, int]()
    with organisation.database.read() as connection:
        waiting = organisation.tasks.to_remind(connection, now)
        reached = organisation.tasks.reached(connection) if waiting else {}
    for task, one in waiting if channel is not None else ():
        address = reached.get(task.owner, "")
        if not address:
            continue
        organisation.act(
            lambda acts, one=one: organisation.tasks.reminded(acts.work, one, Sending.DUE, at=acts.at)  # type: ignore[misc]
        )
        assert channel is not None
        delivery = channel.send(_parcel(organisation, task, one.id, one.step, address))
        state = _FATES[delivery.outcome]
        organisation.act(
            lambda acts, one=one, state=state: organisation.tasks.reminded(acts.work, one, state, at=acts.at)  # type: ignore[misc]
        )
        counts[state] = counts.get(state, 0) + 1
    return counts


_FATES: Final[Mapping[Outcome, Sending]] = MappingProxyType(
    {
        Outcome.TAKEN: Sending.SENT,
        Outcome.LATER: Sending.WAITING,
        Outcome.REFUSED: Sending.FAILED,
        Outcome.UNKNOWN: Sending.UNKNOWN,
    }
)


def _parcel(organisation: Organisation, task: Task, id: str, step: str, address: str) -> Parcel:
    wanted = {id_of(one.statement, one.item): one for one in wishes(organisation.policy().catalogue)}
    words = wanted[task.id].words if task.id in wanted else task.statement
    clauses = ", ".join(_clauses(organisation, task.statement)) or task.statement
    said = {"day": f"{task.next_at:%Y-%m-%d}", "about": words[:120]}
    text = _TEXT.format(words=words, organisation=organisation.id, task=task.id, clauses=clauses)
    return Parcel(f"task-{id}", address, _TITLES[step].format(**said), text)


def _clauses(organisation: Organisation, statement: str) -> tuple[str, ...]:
    kind, _, id = statement.partition(":")
    found = organisation.policy().catalogue.get(Safeguard if kind == Safeguard.kind else Entity, id)
    return found.clauses if found is not None else ()
