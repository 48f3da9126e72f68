"""Which tasks a policy makes, how one stands, and when its owner is reminded: pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from troth.decide.contacts import SELF, WORD, ways_of
from troth.kernel.calendars import Period, Unit, due
from troth.policy.catalogue import Catalogue
from troth.policy.model import Entity, Safeguard
from troth.policy.terms import PeriodTerm
from troth.tasks.model import State, Task, Wish

UNTOLD: Final = PeriodTerm(12, "months")
"""How long evidence lasts where the policy gives no period. Chosen, not promised."""
REACHED: Final = PeriodTerm(3, "months")
"""How long somebody's word lasts that a contact can be reached. Chosen."""
FIRST: Final = timedelta(days=14)
"""How long a new task is given before it is due. Chosen."""
AHEAD: Final = timedelta(days=14)
AFTER: Final = timedelta(days=7)
STEPS: Final = ("ahead", "due", "late")


def wishes(catalogue: Catalogue) -> Iterator[Wish]:
    """Everything a policy wants shown by people: each item of evidence of a safeguard, and contacts that no program can try."""
    for one in catalogue.all(Safeguard):
        for item, words in enumerate(one.evidence, 1):
            yield Wish(one.key, item, words, one.fresh or UNTOLD, one.fresh is None)
    for entity in catalogue.all(Entity):
        if entity.role not in SELF and not can_be_tried(entity):
            yield Wish(
                entity.key,
                1,
                f"{' '.join(entity.channels) or entity.role} can be reached",
                REACHED,
                chosen=True,
            )


def can_be_tried(entity: Entity) -> bool:
    """Whether a program can see that a contact is reached: a mailbox by a mail that arrives, a page by looking at it."""
    return WORD not in ways_of(entity)


def id_of(statement: str, item: int) -> str:
    """The id of a task: the same for the same item of the same statement, in every version of the policy."""
    return f"tsk_{hashlib.sha256(f'{statement}#{item}'.encode()).hexdigest()[:16]}"


def first_due(wish: Wish, at: datetime) -> datetime:
    """By when a new task is to be done."""
    return min(at + FIRST, ends(at, wish.lasts))


def ends(at: datetime, lasts: PeriodTerm) -> datetime:
    """When what was shown at an instant lasts no longer."""
    years = lasts.unit == "years"
    period = Period(lasts.value * 12, Unit.MONTHS) if years else Period(lasts.value, Unit(lasts.unit))
    return due(at, period, "PLAIN").at


def state_of(task: Task, now: datetime) -> State:
    """How a task stands."""
    if task.dropped:
        return State.DROPPED
    if task.done_at is None:
        return State.OPEN if now <= task.due_at else State.OVERDUE
    return State.DONE if task.expires_at is None or now <= task.expires_at else State.EXPIRED


def step_of(task: Task, now: datetime) -> str:
    """Of what its owner should be reminded now: '' for nothing."""
    if task.dropped:
        return ""
    at = task.next_at
    if now > at + AFTER:
        return "late"
    if now > at:
        return "due"
    short = task.lasts.unit == "hours" or ends(at, task.lasts) - at < AHEAD * 2
    return (
        "ahead" if not short and now > at - AHEAD and (task.done_at or now > task.made_at + FIRST / 2) else ""
    )


def reminder_id(task: Task, step: str) -> str:
    """One reminder for each step of each round."""
    return f"{task.id}.{step}.{task.next_at:%Y%m%d}"
