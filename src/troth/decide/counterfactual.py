"""What would be different if something else were known: every declared act asked twice, on the facts as they are and as they would be.

A person who is about to withdraw a consent is shown what would stop, what would go on anyway and on which ground, and what
would begin (GDPR 7(3), 12(1), 13(2)(c); PIPL 15, 17). Nothing is guessed: whoever decides acts at the gate answers here too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from troth.decide.asking import Asking
from troth.decide.lower import in_order
from troth.decide.model import Facts, Question
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.model import Export, Ground


class Said(Protocol):
    """As much of an answer as matters here."""

    @property
    def permitted(self) -> bool:
        """Whether the act may go ahead."""

    @property
    def grounds(self) -> tuple[str, ...]:
        """The statements that permitted it."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that decided."""


Ask = Callable[[Question], Said]


@dataclass(frozen=True, slots=True)
class Change:
    """Facts that would come to hold, and facts that would hold no more."""

    set: frozenset[Fact] = frozenset()
    clear: frozenset[Fact] = frozenset()

    @property
    def facts(self) -> frozenset[Fact]:
        """All that it touches."""
        return self.set | self.clear

    def of(self, facts: Facts) -> Facts:
        """The facts as they would be: what is touched is known from then on."""
        return Facts((facts.holding - self.clear) | self.set, facts.unknown - self.facts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """An act with what permits it: before the change where it would stop, after it where it would begin or go on."""

    question: Question
    grounds: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What a change would do to acts, each in the order in which they were asked."""

    stops: tuple[Outlook, ...] = ()
    begins: tuple[Outlook, ...] = ()
    goes_on: tuple[Outlook, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether any act would be answered otherwise."""
        return bool(self.stops or self.begins)


def declared_acts(catalogue: Catalogue) -> tuple[Question, ...]:
    """Every act that some ground could permit, one category at a time, each once. What is not among them is refused anyway,
    or names a side that no statement tells apart from leaving it out."""
    asking = Asking(catalogue)
    grounds = in_order((*catalogue.all(Ground), *catalogue.all(Export)))
    return tuple(dict.fromkeys(question for ground in grounds for question in asking.about(ground)))


def compare(questions: Iterable[Question], before: Ask, after: Ask) -> Counterfactual:
    """Ask every question twice, and sort it by what the two answers say."""
    stops: list[Outlook] = []
    begins: list[Outlook] = []
    goes_on: list[Outlook] = []
    for question in questions:
        first, second = before(question), after(question)
        if first.permitted and not second.permitted:
            stops.append(_outlook(question, first))
        elif second.permitted:
            (goes_on if first.permitted else begins).append(_outlook(question, second))
    return Counterfactual(tuple(stops), tuple(begins), tuple(goes_on))


def permitted(questions: Iterable[Question], ask: Ask) -> Iterator[Outlook]:
    """The acts that are permitted, each with what permits it."""
    for question in questions:
        said = ask(question)
        if said.permitted:
            yield _outlook(question, said)


def touching(
    questions: Iterable[Question], purposes: Collection[str], data: Collection[str]
) -> Iterator[Question]:
    """The questions for one of these purposes or about one of these categories: what a person would want to hear of too."""
    return (
        question
        for question in questions
        if question.purpose in purposes or any(category in data for category in question.data)
    )


def _outlook(question: Question, said: Said) -> Outlook:
    return Outlook(question, said.grounds, said.clauses)
