"""Questions and answers: what may be asked, and what an answer says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from troth.policy.facts import Fact, Literal, Way


@dataclass(frozen=True, slots=True)
class Question:
    """May we do this with these data of this person, for this purpose?

    `data` are category ids; `via` is a collection point, `source` where the data come from, `message` a message class.
    The facts that decide come beside it: about the subject, the recipient, and the papers given with the question.
    """

    action: str
    data: tuple[str, ...]
    purpose: str
    recipient: str = ""
    place: str = ""
    via: str = ""
    source: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known that can matter: the facts that hold, and those nobody knows. What is in neither does not hold.

    An unknown fact helps nobody: no need is met by it, in either sense, and every `when` that reads it is taken to hold.
    So an unknown consent is none, an unknown objection stands, and a person of unknown age is guarded like a minor.
    """

    holding: frozenset[Fact] = frozenset()
    unknown: frozenset[Fact] = frozenset()
    """Facts of which nothing is known; one that is also in `holding` counts as unknown."""

    @classmethod
    def of(cls, facts: Iterable[str | Fact], *, unknown: Iterable[str | Fact] = ()) -> Facts:
        """Facts from their written form (`consent:newsletter`, `paper:citation`)."""
        return cls(_parsed(facts), _parsed(unknown))

    def holds(self, literal: Literal) -> bool:
        """Whether a literal is known to be met."""
        return literal.fact not in self.unknown and (literal.fact in self.holding) != literal.negated

    def may_hold(self, literal: Literal) -> bool:
        """Whether a literal is met, for all that is known."""
        return literal.fact in self.unknown or (literal.fact in self.holding) != literal.negated


def _parsed(facts: Iterable[str | Fact]) -> frozenset[Fact]:
    return frozenset(f if isinstance(f, Fact) else Fact.parse(f) for f in facts)


class Outcome(StrEnum):
    """What an answer says."""

    PERMIT = "permit"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an act is refused, and what would change that.

    `code` is `undeclared`, `outside` (a frame does not reach so far), `unnamed`, `bar` or `no_ground`; `statement` the one that
    stands in the way ('' when nothing is declared); `missing` the ways that would remove it, empty when nothing can.
    """

    code: str
    statement: str
    clauses: tuple[str, ...]
    category: str
    detail: str
    missing: tuple[Way, ...] = ()
    nearest: tuple[str, ...] = ()
    """With `no_ground`: the grounds whose scope and basis fit, whose conditions did not hold, in the order they are tried."""
    name: str = ""
    """The side that the question leaves out and must name before anything else helps."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Permit or deny, with the grounds and clauses that decided, the duties, and what is missing (smallest set first)."""

    outcome: Outcome
    grounds: tuple[str, ...]
    """Statements that permitted, one a category, in the order of the question, without repetition."""
    clauses: tuple[str, ...]
    """Clauses of what decided: of the frames and grounds on a permit, of the obstacles on a denial; sorted."""
    duties: tuple[str, ...]
    """What a permitted act must bring about; sorted."""
    missing: tuple[tuple[str, ...], ...]
    """Sets of literals, each of which would turn this denial into a permit and none of which holds another: those that change who
    a person is (`is:`) last, the smallest first, then alphabetical. Unless `more_missing` says so, there are no others.

    Where the question leaves out a side that it must name, there is one set, of steps such as `name the place`: once they are
    taken it is another question.
    """
    applied: tuple[str, ...] = ()
    """Every statement that was in play: on a permit the frames, standing bars and grounds, on a denial those in the way and the
    grounds that came nearest; sorted."""
    obstacles: tuple[Obstacle, ...] = field(default=())
    policy: str = ""
    """Digest of the bundle that decided."""
    more_missing: bool = False
    """Whether there may be further sets: eight are listed at most, and the search for them ends somewhere (`decide.ways`)."""

    @property
    def permitted(self) -> bool:
        """Whether the act may go ahead."""
        return self.outcome is Outcome.PERMIT


class RequestOutcome(StrEnum):
    """What is said to a rights request: `refer` sends it to review because no declared ground fits."""

    ACCEPT = "accept"
    MAY_REFUSE = "may_refuse"
    BARRED = "barred"
    REFER = "refer"
    AWAIT = "await"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Request:
    """A rights request: the right asked for, the ground the person names ('' = none), the refusal code considered ('' = none).

    `route` is the channel it came by; where that is not known ('') whatever any route asks for is asked.
    """

    right: str
    ground: str = ""
    refusal: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """What the policy says to a request, with statements, clauses, duties, what is missing, and the deadlines that bind."""

    outcome: RequestOutcome
    statements: tuple[str, ...]
    clauses: tuple[str, ...]
    duties: tuple[str, ...]
    missing: tuple[str, ...]
    within: tuple[str, ...]
    """Every period that binds, as `30 calendar days from receipt (right:access)`; the earliest counts."""
    fee: str = ""
    policy: str = ""
