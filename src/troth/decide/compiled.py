"""The engine: a policy folded into tables at compile time, so that one decision is two look-ups and a mask.

Everything but the facts is settled once per question: its residuals, the bits they read, and a table from those bits to a
`Decision` that is immutable, shared and already serialised. Tables fill as words are met; beyond `TABLE_SIZE` entries (some
twelve bits) a residual is judged anew each time. The naive interpreter is the specification; nothing here asks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from troth.decide.explain import Explainer
from troth.decide.fold import Fold
from troth.decide.layout import Layout
from troth.decide.masks import View
from troth.decide.model import Answer, Facts, Outcome, Question
from troth.decide.residual import Residual, Verdict, judge
from troth.kernel.canonical import canonical
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact

TABLE_SIZE = 4096
"""Entries a table holds at most."""
MOST_QUESTIONS = 1 << 16
"""Questions, and plans, kept ready at most; beyond, all are forgotten and made anew as they are asked."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an engine says at once: everything of an answer but the obstacles and what is missing."""

    permitted: bool
    code: int
    """Number of the first deciding ground (`Engine.codes`); 0 for a denial."""
    grounds: tuple[str, ...]
    clauses: tuple[str, ...]
    duties: tuple[str, ...]
    applied: tuple[str, ...]
    policy: str
    body: bytes
    """Outcome, ground, grounds, clauses, duties and policy as canonical JSON."""

    @property
    def outcome(self) -> Outcome:
        """Permit or deny."""
        return Outcome.PERMIT if self.permitted else Outcome.DENY


Prepared = Callable[..., Decision]
"""A question made ready: `prepared(word, request_word=0)`."""


class Plan:
    """One way to decide, shared by all questions that come to the same residuals."""

    __slots__ = ("declared", "mask", "residuals")

    def __init__(self, residuals: tuple[Residual, ...], declared: bool) -> None:
        self.residuals = residuals
        self.declared = declared
        self.mask = 0
        for residual in residuals:
            self.mask |= residual.reads


class Table(dict[int, Decision]):
    """Decisions of one plan by the bits that it reads, made when first met."""

    __slots__ = ("_judge", "_plan")

    def __init__(self, plan: Plan, judge: Callable[[Plan, View], Decision]) -> None:
        self._plan = plan
        self._judge = judge

    def __missing__(self, key: int) -> Decision:
        decision = self._judge(self._plan, View.of(key))
        if len(self) < TABLE_SIZE:
            self[key] = decision
        return decision


class Ready(dict[Question, tuple[int, Table]]):
    """The mask and the table of every question asked so far."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[Question], tuple[int, Table]]) -> None:
        self._make = make

    def __missing__(self, question: Question) -> tuple[int, Table]:
        if len(self) >= MOST_QUESTIONS:
            self.clear()
        found = self[question] = self._make(question)
        return found


class Engine:
    """A policy version made ready to decide. What it says never changes; another bundle is another engine."""

    def __init__(self, catalogue: Catalogue, layout: Layout | None = None, policy: str = "") -> None:
        self.layout = layout or Layout.reading([catalogue])
        self.policy = policy
        self.fold = Fold(catalogue, self.layout)
        self._ready = Ready(self._make_ready)
        self._plans: dict[tuple[object, ...], tuple[int, Table]] = {}
        self._decisions: dict[object, Decision] = {}
        self._explainer = Explainer(self.fold, lambda *asked: self._decide(*asked).permitted)

    @classmethod
    def compile(cls, bundle: Bundle, reading: str = "") -> Engine:
        """The engine of a bundle under a reading (default: the one enforced). Raises `TooManyWays`."""
        engine = cls(Catalogue.of(bundle, reading), Layout.of(bundle), bundle.digest)
        engine.fold.unfold()
        return engine

    @property
    def codes(self) -> dict[int, str]:
        """The grounds by their number."""
        return self.fold.lowered.codes

    def decide(self, question: Question, word: int, request_word: int = 0) -> Decision:
        """Decide for a person's word and the word of the request (`layout.pack`)."""
        mask, table = self._ready[question]
        return table[(word | request_word) & mask]

    def prepare(self, question: Question) -> Prepared:
        """A question made ready for a loop over people."""
        mask, table = self._ready[question]

        def prepared(word: int, request_word: int = 0) -> Decision:
            return table[(word | request_word) & mask]

        return prepared

    def asking(self, facts: Facts) -> Callable[[Question], Decision]:
        """What decides many questions on the same facts; as `answer`, without obstacles and what is missing."""
        packed = self.layout.pack(facts)

        def decided(question: Question) -> Decision:
            mask, _ = self._ready[question]
            return self._decide(question, packed.word & mask, packed.unknown & mask)

        return decided

    def decision(self, question: Question, facts: Facts) -> Decision:
        """As `answer`, without obstacles and what is missing: that is a search, and takes far longer than the decision."""
        return self.asking(facts)(question)

    def reads(self, question: Question, fact: Fact) -> bool:
        """Whether a fact can matter to the answer of a question: where it cannot, the answer is the same with and without it."""
        return bool(self._ready[question][0] & self.layout.bit(fact))

    def answer(self, question: Question, facts: Facts) -> Answer:
        """The whole answer, with obstacles and what is missing."""
        words = self.layout.pack(facts)
        return self.answer_words(question, words.subject, words.request, words.unknown)

    def answer_words(self, question: Question, word: int, request_word: int = 0, unknown: int = 0) -> Answer:
        """The whole answer for packed facts; `unknown` are bits nothing is known of (`layout.pack`)."""
        mask, _ = self._ready[question]
        whole, unknown = (word | request_word) & mask, unknown & mask
        said = self._decide(question, whole, unknown)
        if said.permitted:
            return Answer(
                Outcome.PERMIT, said.grounds, said.clauses, said.duties, (), said.applied, (), self.policy
            )
        obstacles, missing, more = self._explainer.explain(question, whole, unknown)
        return Answer(Outcome.DENY, (), said.clauses, (), missing, said.applied, obstacles, self.policy, more)

    def _decide(self, question: Question, word: int, unknown: int) -> Decision:
        if not unknown:
            return self.decide(question, word)
        return self._judge(self._plan(question), View.of(word, unknown))

    # making --------------------------------------------------------------------------------------------------------------

    def _plan(self, question: Question) -> Plan:
        return Plan(self.fold.residuals(question), self.fold.declared(question))

    def _make_ready(self, question: Question) -> tuple[int, Table]:
        plan = self._plan(question)
        key = (plan.declared, *map(id, plan.residuals))
        if len(self._plans) >= MOST_QUESTIONS:
            self._plans.clear()
        return self._plans.setdefault(key, (plan.mask, Table(plan, self._judge)))

    def _judge(self, plan: Plan, view: View) -> Decision:
        verdict = Verdict(refused=not plan.declared)
        for residual in plan.residuals:
            judge(residual, view, verdict)
        return self._denial(verdict) if verdict.refused else self._permit(verdict)

    def _permit(self, verdict: Verdict) -> Decision:
        code = next(iter(verdict.grounds.values()))
        return self._shared(code, tuple(verdict.grounds), verdict.clauses, verdict.duties, verdict.applied)

    def _denial(self, verdict: Verdict) -> Decision:
        return self._shared(0, (), verdict.blamed_clauses, set(), verdict.blamed)

    def _shared(
        self, code: int, grounds: tuple[str, ...], clauses: set[str], duties: set[str], applied: set[str]
    ) -> Decision:
        """One object for equal decisions, written out as JSON once."""
        parts = (grounds, tuple(sorted(clauses)), tuple(sorted(duties)), tuple(sorted(applied)))
        found = self._decisions.get(parts)
        if found is None:
            body = self._body(code > 0, *parts[:3])
            found = self._decisions.setdefault(parts, Decision(code > 0, code, *parts, self.policy, body))
        return found

    def _body(
        self, permitted: bool, grounds: tuple[str, ...], clauses: tuple[str, ...], duties: tuple[str, ...]
    ) -> bytes:
        return canonical(
            {
                "outcome": str(Outcome.PERMIT if permitted else Outcome.DENY),
                "ground": grounds[0] if grounds else "",
                "grounds": grounds,
                "clauses": clauses,
                "duties": duties,
                "policy": self.policy,
            }
        )
