"""Safeguards about who may enter, shown by our own record: the reads and refusals, the roles and who holds them, their training.

A safeguard is about staff when it shares a clause with a role of the policy, or names access by staff among its proofs. What an
item asks for is read off its words. As long as an emergency waits to be judged, what shows the roles counts until the day by which
it has to be: the safeguard is at risk as that day comes near, and shown by nothing once it has passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.app.organisation import Organisation
from troth.decide.reads import unlearnt
from troth.decide.register import Shown, end_of
from troth.kernel.canonical import digest
from troth.operators import REVIEW_WITHIN
from troth.policy.catalogue import Catalogue
from troth.policy.model import Safeguard, StaffRole
from troth.safeguards import Proof

OURSELVES: Final = "probe:troth"
READS: Final = re.compile(r"\breads\b", re.IGNORECASE)
ROLES: Final = re.compile(r"\blist of role", re.IGNORECASE)
COURSES: Final = re.compile(r"\bcourse\b.*\bholder of a role", re.IGNORECASE)


def show_access(organisation: Organisation) -> tuple[Proof, ...]:
    """Put on record what our own record shows of the safeguards about staff; which that was."""
    with organisation.database.read() as connection:
        found = tuple(_proofs(organisation, connection, organisation.clock.now()))
    declared = organisation.policy()
    for one in found:
        organisation.act(
            lambda acts, one=one: organisation.safeguards.show(  # type: ignore[misc]
                acts.work, declared, one, now=acts.at, origin=acts.origin
            )
        )
    return found


def _proofs(organisation: Organisation, connection: Connection, now: datetime) -> Iterator[Proof]:
    catalogue = organisation.policy().catalogue
    for statement in catalogue.all(Safeguard):
        for number, item in enumerate(statement.evidence, 1):
            if READS.search(item) or ROLES.search(item):
                what = (
                    _reads(organisation, connection)
                    if READS.search(item)
                    else _roles(organisation, connection, now)
                )
                spell = _spell(organisation, connection, statement, now)
                if spell is not None:
                    at, until = spell
                    yield Proof(
                        statement.id, number, at, OURSELVES, document=digest(what), until=until, grade="log"
                    )
            elif COURSES.search(item):
                yield _courses(organisation, connection, catalogue, statement.id, number, now)


def _spell(
    organisation: Organisation, connection: Connection, statement: Safeguard, now: datetime
) -> tuple[datetime, datetime | None] | None:
    """From when until when a proof counts; None while an emergency waits longer than it may."""
    waiting = [
        one.since for one in organisation.operators.glass.listed(connection) if one.reviewed_at is None
    ]
    if not waiting:
        return now, None
    first = min(waiting)
    due = first + REVIEW_WITHIN
    if due <= now:
        return None
    spans = end_of(statement, Shown(1, True, first)) >= due
    return (first if spans else now), due


def _reads(organisation: Organisation, connection: Connection) -> Any:
    """How often was read, and refused, in which role and for which purpose."""
    return [
        [one.role, one.purpose, str(one.origin), one.permitted, one.refused]
        for one in organisation.access.counted(connection)
    ]


def _roles(organisation: Organisation, connection: Connection, now: datetime) -> Any:
    """Which role may do what, and who holds which, by random id."""
    table, operators = organisation.operators.table, organisation.operators
    held = [[one.member, one.role] for one in operators.held(connection) if one.holds(now)]
    policy = [
        [one.id, sorted(role.role for role in one.roles if role.holds(now))]
        for one in organisation.staff.members(connection)
        if one.left is None
    ]
    return [{role: sorted(actions) for role, actions in table.roles.items()}, held, policy]


def _courses(
    organisation: Organisation,
    connection: Connection,
    catalogue: Catalogue,
    safeguard: str,
    item: int,
    now: datetime,
) -> Proof:
    """Whether every holder of a role has what it asks for, and until when that stays so."""
    members = organisation.staff.members(connection)
    wanted = [(role, one) for role in catalogue.all(StaffRole) for one in members if one.holds(role.id, now)]
    passed = all(not unlearnt(role, one.courses(now)) for role, one in wanted)
    ends = [
        course.expires
        for role, one in wanted
        if role.training
        for course in one.trainings
        if course.holds(now)
    ]
    what = sorted([role.id, str(one.id)] for role, one in wanted)
    until = min(ends, default=None)
    return Proof(safeguard, item, now, OURSELVES, passed, digest(what), until, grade="log")
