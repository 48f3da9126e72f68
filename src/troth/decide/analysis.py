"""What a policy says without being asked: the space of acts and facts is finite, so these are searches, not guesses.

`witness` shows that a statement matters: an act and facts whose answer changes when it is taken away. `newly_permitted` tells
what an edit opens, `idle_grounds` which grounds never decide, `unhandled_duties` which duties nobody brings about.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from troth.decide.asking import Asking
from troth.decide.asks import SCOPE, asks_of
from troth.decide.compiled import Decision, Engine
from troth.decide.layout import Layout
from troth.decide.lower import in_order
from troth.decide.masks import ALWAYS, Row, every, rows_when_met
from troth.decide.model import Answer, Facts, Question
from troth.decide.residual import Residual, Rule
from troth.decide.search import decided_by, permitted, permitted_by_one, solve
from troth.policy.catalogue import Catalogue
from troth.policy.load import term_fields
from troth.policy.model import Category, Export, Frame, Ground, LawfulBasis, Residency, Statement
from troth.policy.vocabulary import BASES

Ask = Callable[[Asking, Statement], Iterator[Question]]
MOST_QUESTIONS = 20_000
"""How many questions a search asks before it gives up."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A question with facts whose answer depends on a statement: as the policy stands, and without (or altered)."""

    question: Question
    facts: Facts
    answer: Answer
    otherwise: Answer

    planted: tuple[Statement, ...] = ()
    """Statements added to both sides so that the difference shows: a ground on a basis that a closed list leaves out."""

    @property
    def decides(self) -> bool:
        """Whether the outcome itself changes, not only its reasons or duties."""
        return self.answer.outcome is not self.otherwise.outcome


@dataclass(frozen=True, slots=True)
class Opened:
    """Something permitted that was not: the question, the facts, and the statement whose change opened it."""

    question: Question
    facts: Facts
    statement: str
    answer: Answer


def witness(catalogue: Catalogue, statement: Statement) -> Witness | None:
    """A question whose answer changes when a statement is removed; None when no answer depends on it.

    The search is exhaustive over the words of a person and guided over the questions; equal catalogues give equal witnesses.
    A closed list of bases that every ground keeps to shows itself on a ground planted beside it (`Witness.planted`).
    """
    found = None
    if not (isinstance(statement, LawfulBasis) and _kept_to(catalogue, statement)):
        found = _difference(catalogue, _without(catalogue, statement), [statement])
    return found or (_planted(catalogue, statement) if isinstance(statement, LawfulBasis) else None)


def witness_term(catalogue: Catalogue, statement: Statement, term: str) -> Witness | None:
    """A question whose answer changes when one term of a statement is emptied or altered; None when none does."""
    for changed in _alterations(statement, term):
        altered = Catalogue(
            changed if other.key == statement.key else other for other in catalogue.statements
        )
        found = _difference(catalogue, altered, [statement, changed])
        if found is not None:
            return found
    return None


def _without(catalogue: Catalogue, statement: Statement) -> Catalogue:
    return Catalogue(other for other in catalogue.statements if other.key != statement.key)


def _kept_to(catalogue: Catalogue, limit: LawfulBasis) -> bool:
    grounds = in_order((*catalogue.all(Ground), *catalogue.all(Export)))
    return all(ground.basis in limit.only for ground in grounds)


def _planted(catalogue: Catalogue, limit: LawfulBasis) -> Witness | None:
    """A witness for a closed list, on a ground as wide as the list that rests on a basis it leaves out."""
    scope = {term: getattr(limit, term) for term in SCOPE}
    for basis in (word for word in BASES if word not in limit.only):
        ground = Ground(id="planted", basis=basis, **scope)
        wider = Catalogue((*catalogue.statements, ground))
        found = _Pair(wider, _without(wider, limit)).first_turned([ground])
        if found is not None:
            return dataclasses.replace(found, planted=(ground,))
    return None


def decides_acts(catalogue: Catalogue, statement: Statement) -> bool:
    """Whether a statement can bear on the answer to a question at all."""
    if isinstance(statement, (Category, Frame, Ground, Export, Residency)):
        return True
    return asks_of(catalogue, statement) is not None or bool(getattr(statement, "must_name", ()))


def newly_permitted(old: Catalogue, new: Catalogue, most: int = 20) -> tuple[Opened, ...]:
    """Samples of what an edit permits that was denied before: one for each changed statement, where there is one."""
    found: dict[Question, Opened] = {}
    pair = _Pair(new, old)
    for before, after in _changes(old, new):
        statements = [one for one in (before, after) if one is not None]
        opened = pair.first_opened(statements)
        if opened is not None and len(found) < most:
            found.setdefault(opened.question, opened)
    return tuple(found.values())


def newly_denied(old: Catalogue, new: Catalogue, most: int = 20) -> tuple[Opened, ...]:
    """Samples of what was permitted before an edit and is denied after it; `answer` is that of before."""
    return newly_permitted(new, old, most)


def idle_grounds(catalogue: Catalogue) -> dict[str, str]:
    """Grounds that never decide: `unreachable` when no act and no facts bring them to permit, `shadowed` when others always
    decide first.
    """
    engine, asking = Engine(catalogue), Asking(catalogue)
    codes = {key: code for code, key in engine.codes.items()}
    found = {}
    for ground in in_order((*catalogue.all(Ground), *catalogue.all(Export))):
        permits, decides = _reach_of(engine, asking, ground, codes[ground.key])
        if not decides:
            found[ground.key] = "shadowed" if permits else "unreachable"
    return found


def unhandled_duties(catalogue: Catalogue, handled: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Duties that an answer can bring and nobody brings about, with the statements that ask for them."""
    known = frozenset(handled)
    found: dict[str, list[str]] = {}
    for statement in catalogue.statements:
        if decides_acts(catalogue, statement):
            for duty in getattr(statement, "duties", ()):
                if duty not in known:
                    found.setdefault(duty, []).append(statement.key)
    return {duty: tuple(sorted(keys)) for duty, keys in sorted(found.items())}


# --- two policies side by side ------------------------------------------------------------------------------------------


def _difference(catalogue: Catalogue, other: Catalogue, statements: list[Statement]) -> Witness | None:
    if not any(decides_acts(where, one) for where, one in zip((catalogue, other), statements, strict=False)):
        return None
    pair = _Pair(catalogue, other)
    return pair.first_turned(statements) or pair.first_reworded(statements)


class _Pair:
    """Two catalogues over one layout, so that a word means the same in both."""

    def __init__(self, one: Catalogue, other: Catalogue) -> None:
        layout = Layout.reading([one, other])
        self._layout = layout
        self._one, self._other = Engine(one, layout), Engine(other, layout)
        self._askings = (Asking(one), Asking(other))

    def first_turned(self, statements: list[Statement]) -> Witness | None:
        """The first question about some statements whose outcome differs between the two."""
        for question, one, other in self._rules(statements):
            row = permitted_by_one(one, other) or permitted_by_one(other, one)
            if row is not None:
                return self._witness(question, row.need)
        return None

    def first_opened(self, statements: list[Statement]) -> Opened | None:
        """The first question about some statements that the one permits and the other denies."""
        for question, one, other in self._rules(statements):
            row = permitted_by_one(one, other)
            if row is not None:
                answer = self._one.answer_words(question, row.need)
                return Opened(question, self._layout.unpack(row.need), statements[-1].key, answer)
        return None

    def first_reworded(self, statements: list[Statement]) -> Witness | None:
        """The first question whose outcome stays, but whose grounds, clauses, duties or obstacles differ."""
        seen: set[tuple[int, ...]] = set()
        for question in self._questions(statements, Asking.in_scope):
            one, other = self._one.fold.residuals(question), self._other.fold.residuals(question)
            key = (*map(id, one), *map(id, other))
            if key in seen:
                continue
            seen.add(key)
            for word in _telling_words(one, other):
                if _said(self._one.decide(question, word)) != _said(self._other.decide(question, word)):
                    return self._witness(question, word)
        return None

    def _rules(self, statements: list[Statement]) -> Iterator[tuple[Question, Rule, Rule]]:
        seen: set[tuple[Rule, Rule]] = set()
        for question in self._questions(statements):
            one, other = self._one.fold.rules(question)[0], self._other.fold.rules(question)[0]
            if one != other and (one, other) not in seen:
                seen.add((one, other))
                yield question, one, other

    def _questions(self, statements: list[Statement], kind: Ask = Asking.about) -> Iterator[Question]:
        """Questions about the statements, as each of the two catalogues sees them, none twice."""
        seen: set[Question] = set()
        streams = (kind(asking, statement) for statement in statements for asking in self._askings)
        for question in islice(chain.from_iterable(streams), 2 * MOST_QUESTIONS):
            if question not in seen:
                seen.add(question)
                yield question

    def _witness(self, question: Question, word: int) -> Witness:
        return Witness(
            question,
            self._layout.unpack(word),
            self._one.answer_words(question, word),
            self._other.answer_words(question, word),
        )


def _said(decision: Decision) -> tuple[object, ...]:
    """What people are told; which bars were in play on a permit is not a difference to them."""
    in_the_way = () if decision.permitted else decision.applied
    return decision.permitted, decision.grounds, decision.clauses, decision.duties, in_the_way


def _telling_words(*sides: tuple[Residual, ...]) -> Iterator[int]:
    """Words under which what is said may differ: those that permit, those under which each bar stands, and none."""
    words: dict[int, None] = {}
    for residual in chain(*sides):
        words |= dict.fromkeys(row.need for row in permitted(residual.rule))
        for barrier in residual.barriers:
            for row in every(rows_when_met(demand) for demand in barrier.when) or (ALWAYS,):
                words |= dict.fromkeys(_standing(row, residual.rule))
    return iter(words)


def _standing(row: Row, rule: Rule) -> Iterator[int]:
    for _, ways in rule.grounds:
        for way in ways:
            found = solve(way.also(row), rule.blocks)
            if found is not None:
                yield found.need
    yield row.need


def _reach_of(engine: Engine, asking: Asking, ground: Ground | Export, code: int) -> tuple[bool, bool]:
    """Whether a ground ever permits, and whether it ever decides."""
    permits = False
    for question in islice(asking.about(ground), MOST_QUESTIONS):
        rule = engine.fold.rules(question)[0]
        if decided_by(rule, code) is not None:
            return True, True
        alone = Rule(rule.blocks, tuple(one for one in rule.grounds if one[0] == code))
        permits = permits or next(permitted(alone), None) is not None
    return permits, False


# --- changes -------------------------------------------------------------------------------------------------------------


def _changes(old: Catalogue, new: Catalogue) -> Iterator[tuple[Statement | None, Statement | None]]:
    before = {statement.key: statement for statement in old.statements}
    after = {statement.key: statement for statement in new.statements}
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield before.get(key), after.get(key)


def _alterations(statement: Statement, term: str) -> Iterator[Statement]:
    """The statement with a term emptied, then with each item of a list left out, then with another word."""
    of = term_fields(type(statement))[term].metadata["term"]
    value = getattr(statement, term)
    values: list[Any] = []
    if value in (None, "", (), {}, False):
        return
    values.append(of.absent)
    if isinstance(value, tuple) and len(value) > 1:
        values += [type(value)(item for item in value if item != left_out) for left_out in value]
    if isinstance(value, str) and of.vocabulary:
        values += [word for word in of.vocabulary if word != value]
    for changed in values:
        yield dataclasses.replace(statement, **{term: changed})
