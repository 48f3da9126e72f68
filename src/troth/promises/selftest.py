"""Self-tests: for each statement something whose answer depends on it, asked again of the live engine.

A trial is found once for a bundle (it is a search) and run as often as wanted. It passes when the live engine gives the answer
the specification gives, in the case where the statement decides and in the case where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from troth.decide.analysis import decides_acts, witness
from troth.decide.changes import Change, answer_change, steps
from troth.decide.leaving import Leaving, answer_leaving
from troth.decide.model import Answer, Facts, Question, Request
from troth.decide.naive import answer
from troth.decide.offers import WHEN, Offer, answer_offer
from troth.decide.reads import Read, answer_read, course_id, purposes_of
from troth.decide.requests import answer_request
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.check import check
from troth.policy.facts import Fact
from troth.policy.load import literals_of
from troth.policy.model import (
    Boundary,
    ChangeRule,
    Consent,
    Entity,
    Fee,
    Notice,
    Refusal,
    RequestGround,
    Right,
    StaffRole,
    Statement,
    SubjectClass,
    UserDuty,
)

Decide = Callable[[Question, Facts], Answer]
_NAMED_BY = {Consent: "consent", Notice: "shown", SubjectClass: "is"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to ask because of a statement, and the outcome it must have."""

    statement: str
    asks: Question | Request | Read | Change | Leaving | Offer | None
    facts: Facts
    outcome: str
    courses: frozenset[str] = frozenset()
    holders: int = 1


def find_trials(bundle: Bundle) -> tuple[Trial, ...]:
    """A trial or two for every statement of the enforced reading on which some answer depends; in the order of statements."""
    catalogue = Catalogue.of(bundle)
    finder = _Finder(catalogue)
    return tuple(trial for statement in catalogue.statements for trial in finder.trials(statement))


def run_trials(trials: tuple[Trial, ...], bundle: Bundle, decide: Decide) -> dict[str, bool]:
    """Ask them all; for each statement whether every one of its trials came out as it must."""
    catalogue = Catalogue.of(bundle)
    passed: dict[str, bool] = {}
    for trial in trials:
        passed[trial.statement] = (
            passed.get(trial.statement, True) and _asked(trial, bundle, catalogue, decide) == trial.outcome
        )
    return passed


def _asked(trial: Trial, bundle: Bundle, catalogue: Catalogue, decide: Decide) -> str:
    if isinstance(trial.asks, Question):
        return decide(trial.asks, trial.facts).outcome.value
    if isinstance(trial.asks, Request):
        return answer_request(catalogue, trial.asks, trial.facts).outcome.value
    if isinstance(trial.asks, Change):
        return answer_change(catalogue, trial.asks).outcome.value
    if isinstance(trial.asks, Leaving):
        return answer_leaving(catalogue, trial.asks).outcome.value
    if isinstance(trial.asks, Offer):
        return answer_offer(catalogue, trial.asks).outcome.value
    if isinstance(trial.asks, Read):
        return answer_read(catalogue, trial.asks, trial.courses, trial.holders).outcome.value
    return "refused" if _needs_controller(bundle) else "accepted"


def _needs_controller(bundle: Bundle) -> bool:
    """Whether this policy would be refused without its controllers."""
    findings = Findings()
    controllers = ("controller", "joint_controller")
    kept = [s for s in bundle.statements if not (isinstance(s, Entity) and s.role in controllers)]
    check(bundle.header, Catalogue(kept), {}, findings)
    return any(f.code == "no-controller" for f in findings.sorted)


class _Finder:
    """Finds trials; the facts that conditions name are indexed once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._naming: dict[Fact, list[Statement]] = {}
        for statement in catalogue.statements:
            for literal in literals_of(statement):
                self._naming.setdefault(literal.fact, []).append(statement)

    def trials(self, statement: Statement) -> Iterator[Trial]:
        if isinstance(statement, tuple(_NAMED_BY)):
            yield from self._of_fact(statement, Fact(_NAMED_BY[type(statement)], statement.id))
        elif isinstance(statement, (RequestGround, Refusal, Fee)):
            yield from self._of_request(statement)
        elif isinstance(statement, StaffRole):
            yield from self._of_role(statement)
        elif isinstance(statement, (ChangeRule, UserDuty)):
            asks = self._of_duty(statement) if isinstance(statement, UserDuty) else self._of_change(statement)
            yield from asks
        elif isinstance(statement, Boundary) and statement.leaving:
            yield from self._of_border(statement)
        elif isinstance(statement, Entity):
            if statement.role in ("controller", "joint_controller"):
                yield Trial(statement.key, None, Facts(), "refused")
        elif decides_acts(self._catalogue, statement):
            found = witness(self._catalogue, statement)
            if found is not None:
                yield Trial(statement.key, found.question, found.facts, found.answer.outcome.value)

    def _of_fact(self, statement: Statement, fact: Fact) -> Iterator[Trial]:
        """Two trials around one fact, the same but for it, whose outcomes differ."""
        for naming in self._naming.get(fact, ()):
            found = witness(self._catalogue, naming) if decides_acts(self._catalogue, naming) else None
            if found is None:
                continue
            for way in (
                found.facts,
                *(Facts.of(m) for m in found.answer.missing if not any(" " in f for f in m)),
            ):
                having = Facts(found.facts.holding | way.holding | {fact})
                lacking = Facts(having.holding - {fact})
                pair = [
                    (f, answer(self._catalogue, found.question, f).outcome.value) for f in (having, lacking)
                ]
                if pair[0][1] != pair[1][1]:
                    yield from (Trial(statement.key, found.question, f, outcome) for f, outcome in pair)
                    return

    def _of_duty(self, duty: UserDuty) -> Iterator[Trial]:
        """On each occasion on which it offers something: with nothing at hand, and with all of it."""
        for at in sorted({WHEN[one] for one in duty.means}):
            lacking = answer_offer(self._catalogue, Offer(at))
            whole = frozenset(lacking.missing)
            for given in (frozenset[str](), whole):
                asks = Offer(at, given)
                yield Trial(duty.key, asks, Facts(), answer_offer(self._catalogue, asks).outcome.value)

    def _of_request(self, statement: RequestGround | Refusal | Fee) -> Iterator[Trial]:
        """With all its evidence and with none, where that makes a difference."""
        rights = statement.rights or tuple(right.what for right in self._catalogue.all(Right))
        for right in rights[:1]:
            code = "" if isinstance(statement, Fee) else statement.code
            asks = Request(right, code) if isinstance(statement, RequestGround) else Request(right, "", code)
            proofs = [c for r in self._catalogue.all(Right) if r.what == right for c in r.proof]
            evidence = Facts(
                frozenset(
                    literal.fact
                    for c in (*proofs, *statement.needs)
                    for literal in c.ways[0]
                    if not literal.negated
                )
            )
            for facts in (evidence, Facts()):
                yield Trial(
                    statement.key, asks, facts, answer_request(self._catalogue, asks, facts).outcome.value
                )

    def _of_change(self, rule: ChangeRule) -> Iterator[Trial]:
        """A change of its kinds with every step taken; and with each that it asks for left out."""
        whole = frozenset(answer_change(self._catalogue, Change(rule.kinds)).duties)
        for done, outcome in ((whole, "settled"), *((whole - {step}, "owed") for step in steps(rule))):
            yield Trial(rule.key, Change(rule.kinds, done), Facts(), outcome)

    def _of_border(self, border: Boundary) -> Iterator[Trial]:
        """Leaving with all that the borders show; and with each that this one shows left out."""
        whole = frozenset(answer_leaving(self._catalogue, Leaving()).missing)
        for shown, outcome in ((whole, "go"), *((whole - {one}, "wait") for one in border.shows)):
            yield Trial(border.key, Leaving(shown), Facts(), outcome)

    def _of_role(self, role: StaffRole) -> Iterator[Trial]:
        """What the role covers, by somebody who learnt all it asks for; and the same with each of its limits passed."""
        purposes, seen = purposes_of(self._catalogue, role), self._catalogue.expand("category", role.data)
        if not seen or not purposes:
            return
        category, purpose = min(seen), min(purposes)
        read, courses = Read(role.id, (category,), purpose), frozenset(map(course_id, role.training))
        yield Trial(role.key, read, Facts(), "permit", courses)
        for other in sorted(self._catalogue.ids("category")):
            if not self._catalogue.covers(role.data, other):
                yield Trial(role.key, Read(role.id, (other,), purpose), Facts(), "deny", courses)
                break
        for other in sorted(self._catalogue.ids("purpose") - purposes)[:1]:
            yield Trial(role.key, Read(role.id, (category,), other), Facts(), "deny", courses)
        for course in sorted(courses):
            yield Trial(role.key, read, Facts(), "deny", courses - {course})
        if role.at_most is not None:
            yield Trial(role.key, read, Facts(), "deny", courses, int(role.at_most) + 1)
