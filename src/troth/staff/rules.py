"""How the record of somebody moves with an event, whether a role may be given, and how many hold it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from troth.decide.reads import unlearnt
from troth.ledger import Event
from troth.policy.model import StaffRole
from troth.staff import evidence
from troth.staff.model import Granted, Held, Member


def heads(members: Iterable[Member], at: datetime) -> Counter[str]:
    """How many hold each role at an instant."""
    return Counter(
        role for one in members for role in {held.role for held in one.roles} if one.holds(role, at)
    )


def granted(role: StaffRole, member: Member, holders: int, at: datetime) -> Granted:
    """Whether somebody may be given a role that so many others hold now."""
    most = None if role.at_most is None else int(role.at_most)
    missing = unlearnt(role, member.courses(at))
    reason = "full" if most is not None and holders >= most else "untrained" if missing else ""
    return Granted(not reason, reason, missing if reason == "untrained" else (), holders, most)


def moved(member: Member, event: Event) -> Member:
    """The record of somebody after an event about them."""
    if event.kind == evidence.GRANTED:
        held = evidence.held_of(event)
        return replace(member, roles=(*_without(member, held.role), held))
    if event.kind == evidence.REVOKED:
        return replace(member, roles=_without(member, evidence.role_of(event)))
    if event.kind == evidence.TRAINED:
        training = evidence.training_of(event)
        others = tuple(one for one in member.trainings if one.course != training.course)
        return replace(member, trainings=(*others, training))
    if event.kind == evidence.LEFT:
        return replace(member, left=event.occurred_at, roles=())
    if event.kind == evidence.NAMED:
        return replace(member, named=event.sequence)
    return member


def _without(member: Member, role: str) -> tuple[Held, ...]:
    return tuple(one for one in member.roles if one.role != role)
