"""The third form of question: may somebody who holds a role look at a person's data, for a purpose?

The role answers for itself: what it covers, for which purposes, what whoever holds it must have learnt, how many may hold it.
Whether the purpose is alive for that person is the first form of question, asked at the gate. Sources: capabilities of access
control and training in the five policies, GDPR 29 and 32(4), PIPL 51(2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from troth.decide.model import Outcome
from troth.policy.catalogue import Catalogue
from troth.policy.model import StaffRole

UNDECLARED, DATA, PURPOSE, UNTRAINED, CROWDED = "undeclared", "data", "purpose", "untrained", "crowded"


@dataclass(frozen=True, slots=True)
class Read:
    """May whoever holds this role look at these categories of data, for this purpose?"""

    role: str
    data: tuple[str, ...]
    purpose: str


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """Permit or deny, the statements and clauses that decided, and which courses are missing.

    `reasons` are the words `undeclared`, `data`, `purpose`, `untrained` and `crowded`: all that stand in the way, worst first.
    """

    outcome: Outcome
    statements: tuple[str, ...]
    clauses: tuple[str, ...]
    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    policy: str = ""

    @property
    def permitted(self) -> bool:
        """Whether the role allows it."""
        return self.outcome is Outcome.PERMIT


def answer_read(
    catalogue: Catalogue, read: Read, courses: Collection[str], holders: int = 1, policy: str = ""
) -> ReadAnswer:
    """Answer from the role as declared, the ids of the courses that are current, and how many hold the role.

    A role that names no purposes is limited by those the gate permits alone; one that names no data sees none.
    """
    role = catalogue.get(StaffRole, read.role)
    if role is None:
        return ReadAnswer(Outcome.DENY, (), (), (), (UNDECLARED,), policy)
    missing = unlearnt(role, courses)
    reasons = tuple(_reasons(catalogue, role, read, missing, holders))
    outcome = Outcome.DENY if reasons else Outcome.PERMIT
    return ReadAnswer(
        outcome,
        (role.key,),
        tuple(sorted(role.clauses)),
        tuple(f"course:{id}" for id in missing),
        reasons,
        policy,
    )


def unlearnt(role: StaffRole, courses: Collection[str]) -> tuple[str, ...]:
    """The ids of the courses that a role asks for and that are not among these, in the order of the policy."""
    return tuple(id for name in role.training if (id := course_id(name)) not in courses)


def course_id(name: str) -> str:
    """The id of a course as a policy names it: `Information security` is `information_security`."""
    return "_".join(name.casefold().split())


def purposes_of(catalogue: Catalogue, role: StaffRole) -> frozenset[str]:
    """The purposes for which a role reads; where it names none, all that are declared, and the gate decides."""
    return catalogue.expand("purpose", role.purposes) if role.purposes else catalogue.ids("purpose")


def crowded(role: StaffRole, holders: int) -> bool:
    """Whether more hold a role than its policy allows."""
    return role.at_most is not None and holders > role.at_most


def _reasons(
    catalogue: Catalogue, role: StaffRole, read: Read, missing: tuple[str, ...], holders: int
) -> Iterator[str]:
    if not read.data or not all(catalogue.covers(role.data, category) for category in read.data):
        yield DATA
    if read.purpose not in purposes_of(catalogue, role):
        yield PURPOSE
    if missing:
        yield UNTRAINED
    if crowded(role, holders):
        yield CROWDED
