"""What a press would do, said in rows a person can read: one for each purpose, with what is done, with which data, on which ground."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troth.decide.counterfactual import Change, Counterfactual, Outlook
from troth.decide.model import Question
from troth.policy.catalogue import Catalogue
from troth.policy.model import Export, Ground, Purpose, Retention
from troth.policy.terms import PeriodTerm
from troth.web.centre.frame import Looking
from troth.web.centre.person import Person
from troth.web.plainly import Plainly
from troth.web.speech import label

MOST_DATA = 8
"""Categories a row names; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is done for one purpose: the verbs, the data (and how many more), who receives them, the grounds, and how long."""

    purpose: str
    verbs: tuple[str, ...]
    data: tuple[str, ...]
    more: int
    recipients: tuple[str, ...]
    grounds: tuple[str, ...]
    clauses: tuple[str, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foretold:
    """A change, as rows."""

    stops: tuple[Row, ...]
    begins: tuple[Row, ...]
    goes_on: tuple[Row, ...]


def foretell(
    look: Looking, person: Person, change: Change, purposes: Iterable[str], ways: Sequence[Question] = ()
) -> Foretold:
    """What a change would do to this person now; `ways` are acts by a point that are asked about as well."""
    found: Counterfactual = look.hosted.foresight.outlook(
        person.views, change, frozenset(purposes), ways, said=person.said
    )
    catalogue = person.declared.catalogue
    say = Plainly(catalogue, look.language)
    return Foretold(
        rows(say, catalogue, found.stops),
        rows(say, catalogue, found.begins),
        rows(say, catalogue, found.goes_on, kept=True),
    )


def rows(
    say: Plainly, catalogue: Catalogue, outlooks: Iterable[Outlook], *, kept: bool = False
) -> tuple[Row, ...]:
    """Outlooks by purpose, in the order of the policy."""
    held: dict[str, list[Outlook]] = {}
    for one in outlooks:
        held.setdefault(one.question.purpose, []).append(one)
    order = {purpose.id: at for at, purpose in enumerate(catalogue.all(Purpose))}
    return tuple(
        _row(say, catalogue, id, held[id], kept) for id in sorted(held, key=lambda id: order.get(id, 0))
    )


def _row(say: Plainly, catalogue: Catalogue, purpose: str, held: list[Outlook], kept: bool) -> Row:
    data = dict.fromkeys(one for outlook in held for one in outlook.question.data)
    shown = narrowest(catalogue, data)
    grounds = dict.fromkeys(key for outlook in held for key in outlook.grounds)
    return Row(
        say.named("purpose", purpose),
        tuple(dict.fromkeys(say.words.word("actions", one.question.action) for one in held)),
        tuple(say.named("category", one) for one in shown[:MOST_DATA]),
        max(len(shown) - MOST_DATA, 0),
        tuple(
            dict.fromkeys(say.named("recipient", o.question.recipient) for o in held if o.question.recipient)
        ),
        tuple(dict.fromkeys(_basis(say, catalogue, key) for key in grounds)),
        tuple(dict.fromkeys(clause for key in grounds for clause in _clauses(catalogue, key)))[:4],
        tuple(keeping(say, catalogue, purpose, data)) if kept else (),
    )


def narrowest(catalogue: Catalogue, data: Iterable[str]) -> list[str]:
    """The categories without those that are part of another one named: the wide name says them all."""
    named = list(data)
    return [one for one in named if not (catalogue.wider(one) - {one}) & set(named)]


def keeping(say: Plainly, catalogue: Catalogue, purpose: str, data: Iterable[str]) -> Iterable[str]:
    """How long the policy keeps such data, for each rule that is about them."""
    named = list(data)
    for rule in catalogue.all(Retention):
        serves = not rule.purposes or purpose in catalogue.expand("purpose", rule.purposes)
        covers = not rule.data or any(catalogue.covers(rule.data, one) for one in named)
        if serves and covers and rule.period is not None:
            since = say.words.word("start_events", rule.start) if rule.start else ""
            yield f"{period(say, rule.period)}{f' ({since})' if since else ''}"


def period(say: Plainly, value: PeriodTerm) -> str:
    """A period of the policy in words."""
    return say.words.period(value.value, value.unit)


def _basis(say: Plainly, catalogue: Catalogue, key: str) -> str:
    found = catalogue.by_key(key)
    basis = found.basis if isinstance(found, (Ground, Export)) else ""
    return say.words.meaning("bases", basis) if basis else say.key(key)


def _clauses(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    found = catalogue.by_key(key)
    return found.clauses if found is not None else ()


def cost(catalogue: Catalogue, purposes: Iterable[str], language: str) -> list[tuple[str, str]]:
    """What refusing costs, as the policy says it: (purpose id, words) for each purpose that says so."""
    found = ((id, catalogue.get(Purpose, id)) for id in purposes)
    return [(id, label(one.refusing, language)) for id, one in found if one is not None and one.refusing]
