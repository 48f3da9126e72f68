"""Statements said plainly: terms, conditions and facts in words a reader of the policy knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact, Literal, Way
from troth.policy.load import term_fields
from troth.policy.model import Statement
from troth.policy.terms import AllBut, PeriodTerm, Term
from troth.policy.vocabulary import PAPERS, RECIPIENT_FACTS
from troth.web.lexicon import Lexicon, in_words, lexicon
from troth.web.speech import Voice, label, speaker

APART: Final = frozenset({"label", "clauses", "note", "cite", "src", "conf"})
"""Terms that a page shows in a place of their own."""
NAMED_BY: Final[Mapping[str, str]] = {
    "consent": "consent",
    "shown": "notice",
    "objects": "objection",
    "on": "feature",
    "allowed": "point",
    "is": "class",
}


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term of a statement: what it is about, and its value as short texts."""

    name: str
    about: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Plainly:
    """Says the statements of one catalogue in one language."""

    catalogue: Catalogue
    language: str = "en"
    _labels: dict[tuple[str, str], str] = field(default_factory=dict, compare=False)

    @cached_property
    def t(self) -> Voice:
        """The sentences of the language."""
        return speaker(self.language)

    @cached_property
    def words(self) -> Lexicon:
        """The words that the policy language has in it."""
        return lexicon(self.language)

    def name(self, statement: Statement) -> str:
        """A statement's own name, or its id in words."""
        own = label(statement.label, self.language)
        return own or in_words(statement.id.rpartition(".")[2])

    def kind(self, statement: Statement) -> str:
        """What kind of statement it is, in words."""
        return self.words.kind(statement.kind)

    def named(self, kind: str, id: str) -> str:
        """The name of the statement of a kind and id; a selector, or an id nobody declared, is said in words."""
        found = self.catalogue.by_key(f"{kind}:{id}")
        if found is not None:
            return self.name(found)
        selector, colon, value = id.partition(":")
        return self._selected(selector, value) if colon else in_words(selector)

    def key(self, key: str) -> str:
        """A statement named `kind:id`, in words."""
        kind, _, id = key.partition(":")
        return self.named(kind, id)

    def fact(self, fact: Fact) -> str:
        """A fact, in words."""
        if fact.family == "accepted" and fact.name:
            return self.t("fact.accepted.explicit")
        return self.t(f"fact.{fact.family}", name=self.fact_name(fact))

    def literal(self, literal: Literal | str) -> str:
        """A literal, in words; a written one is read first."""
        if isinstance(literal, str):
            literal = Condition.parse(literal).literals[0]
        said = self.fact(literal.fact)
        return self.t("fact.not", fact=said) if literal.negated else said

    def condition(self, condition: Condition) -> str:
        """A condition, in words."""
        return self.t.listed(map(self.way, condition.ways), "join.or")

    def way(self, way: Way) -> str:
        """Literals that must all hold, in words."""
        return self.t.listed(map(self.literal, way), "join.and")

    def terms(self, statement: Statement) -> tuple[TermRow, ...]:
        """The terms a statement has, in the order of the language."""
        return tuple(self._terms(statement))

    def fact_name(self, fact: Fact) -> str:
        """What a fact is about, in words: the name of a statement, or what a paper shows."""
        if fact.family == "paper" and fact.name in PAPERS:
            return self.words.word("papers", fact.name)
        if fact.family == "recipient" and fact.name in RECIPIENT_FACTS:
            return self.words.word("recipient_facts", fact.name)
        kind = NAMED_BY.get(fact.family)
        return self.named(kind, fact.name) if kind else in_words(fact.name)

    def _selected(self, selector: str, value: str) -> str:
        """All statements that a selector names."""
        if selector == "nature":
            return self.t("select.all", what=self.words.word("natures", value))
        for vocabulary in ("points", "recipient_classes", "message_classes"):
            said = self.words.word(vocabulary, value)
            if said != in_words(value) or self.language == "en":
                return self.t("select.all", what=said)
        return self.t("select.all", what=in_words(value))

    def _terms(self, statement: Statement) -> Iterator[TermRow]:
        for name, of in term_fields(type(statement)).items():
            value = getattr(statement, name)
            if name in APART or value in (None, "", (), {}, False):
                continue
            term: Term[Any] = of.metadata["term"]
            about = self.words.about(statement.kind, name)
            yield TermRow(in_words(name), about, tuple(self._values(term, value)))

    def _values(self, term: Term[Any], value: Any) -> Iterator[str]:
        if value is True:
            yield self.t("term.yes")
        elif isinstance(value, dict):
            yield label(value, self.language)
        elif isinstance(value, AllBut):
            yield self.t("select.all_but", what=self.t.listed(self._one(term, one) for one in value))
        elif isinstance(value, tuple) and not isinstance(value, Condition):
            yield from (self._one(term, one) for one in value)
        else:
            yield self._one(term, value)

    def _one(self, term: Term[Any], value: Any) -> str:
        if isinstance(value, Condition):
            return self.condition(value)
        if isinstance(value, PeriodTerm):
            return self.words.period(value.value, value.unit)
        if term.refers_to:
            return self.named(term.refers_to, str(value))
        if term.vocabulary is not None:
            return self.words.of(term.vocabulary, str(value))
        return str(value)
