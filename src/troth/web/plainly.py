"""Statements said plainly: terms, conditions and facts in words a reader of the policy knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact, Literal, Way
from troth.policy.load import term_fields
from troth.policy.model import Statement
from troth.policy.terms import AllBut, Term
from troth.policy.vocabulary import PAPERS, RECIPIENT_FACTS
from troth.web.speech import label

APART: Final = frozenset({"label", "clauses", "note", "cite", "src", "conf"})
"""Terms that a page shows in a place of their own."""
KIND_WORDS: Final[Mapping[str, str]] = {
    "text_claim": "claim about the text",
    "class": "class of persons",
    "change": "rule of change",
    "role": "role of staff",
    "tenant": "rule about tenants",
    "minor": "rule about minors",
    "point": "place of collection",
    "user_duty": "what the person is asked to do",
    "lawful_basis": "list of legal bases",
    "request_ground": "ground of a request",
    "message": "class of messages",
    "export": "route abroad",
    "residency": "place of storage",
    "category": "kind of data",
    "source": "source of data",
    "acceptance": "acceptance of the policy",
    "retention": "time of keeping",
    "claim": "claim",
}
FACT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "accepted": ("the person has accepted the policy", "{} acceptance of the policy"),
    "declined": ("the person has declined the policy", ""),
    "registered": ("the person has an account", ""),
    "verified": ("the person's identity is verified", ""),
    "closed": ("the account is closed", ""),
    "restricted": ("handling is restricted", ""),
    "consent": ("", "consent: {}"),
    "shown": ("", "was shown: {}"),
    "objects": ("", "objects to: {}"),
    "on": ("", "is switched on: {}"),
    "allowed": ("", "is allowed on the device: {}"),
    "is": ("", "belongs to: {}"),
    "paper": ("", "on file: {}"),
    "recipient": ("", "recipient: {}"),
}
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

    def name(self, statement: Statement) -> str:
        """A statement's own name, or its id in words."""
        own = label(statement.label, self.language)
        return own or words(statement.id.rpartition(".")[2])

    def kind(self, statement: Statement) -> str:
        """What kind of statement it is, in words."""
        return KIND_WORDS.get(statement.kind, words(statement.kind))

    def named(self, kind: str, id: str) -> str:
        """The name of the statement of a kind and id; a selector, or an id nobody declared, is said in words."""
        found = self.catalogue.by_key(f"{kind}:{id}")
        if found is not None:
            return self.name(found)
        selector, colon, value = id.partition(":")
        return f"all that are {words(value)}" if colon else words(selector)

    def key(self, key: str) -> str:
        """A statement named `kind:id`, in words."""
        kind, _, id = key.partition(":")
        return self.named(kind, id)

    def fact(self, fact: Fact) -> str:
        """A fact, in words."""
        bare, pattern = FACT_WORDS.get(fact.family, ("", f"{fact.family}: {{}}"))
        return pattern.format(self._fact_name(fact)) if fact.name else bare

    def literal(self, literal: Literal | str) -> str:
        """A literal, in words; a written one is read first."""
        if isinstance(literal, str):
            literal = Condition.parse(literal).literals[0]
        said = self.fact(literal.fact)
        return f"not: {said}" if literal.negated else said

    def condition(self, condition: Condition) -> str:
        """A condition, in words."""
        return ", or ".join(self.way(way) for way in condition.ways)

    def way(self, way: Way) -> str:
        """Literals that must all hold, in words."""
        return " and ".join(self.literal(literal) for literal in way)

    def terms(self, statement: Statement) -> tuple[TermRow, ...]:
        """The terms a statement has, in the order of the language."""
        return tuple(self._terms(statement))

    def _terms(self, statement: Statement) -> Iterator[TermRow]:
        for name, of in term_fields(type(statement)).items():
            value = getattr(statement, name)
            if name in APART or value in (None, "", (), {}, False):
                continue
            term: Term[Any] = of.metadata["term"]
            about = str(of.metadata["doc"]).partition(" (default")[0]
            yield TermRow(words(name), about, tuple(self._values(term, value)))

    def _values(self, term: Term[Any], value: Any) -> Iterator[str]:
        if value is True:
            yield "yes"
        elif isinstance(value, dict):
            yield label(value, self.language)
        elif isinstance(value, AllBut):
            yield f"all but {', '.join(self._one(term, one) for one in value)}"
        elif isinstance(value, tuple) and not isinstance(value, Condition):
            yield from (self._one(term, one) for one in value)
        else:
            yield self._one(term, value)

    def _one(self, term: Term[Any], value: Any) -> str:
        if isinstance(value, Condition):
            return self.condition(value)
        if term.refers_to:
            return self.named(term.refers_to, str(value))
        if term.vocabulary is not None:
            return words(str(value))
        return str(value)

    def _fact_name(self, fact: Fact) -> str:
        if fact.family == "paper" and fact.name in PAPERS:
            return PAPERS[fact.name].meaning
        if fact.family == "recipient" and fact.name in RECIPIENT_FACTS:
            return RECIPIENT_FACTS[fact.name].meaning
        kind = NAMED_BY.get(fact.family)
        return self.named(kind, fact.name) if kind else words(fact.name)


def words(text: str) -> str:
    """An identifier as words: `collection_point` as `collection point`."""
    return text.replace("_", " ")


def listed(items: Iterable[str], say: Callable[[str], str] = words) -> str:
    """Several, with commas."""
    return ", ".join(say(item) for item in items)
