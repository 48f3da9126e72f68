"""How the state of a person moves with an event, what two states become in a merge, and which facts then hold."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from troth.decide.model import Facts
from troth.ledger import Event
from troth.policy.facts import FAMILIES, Fact
from troth.subjects import evidence
from troth.subjects.model import Known, PersonState, Standing


def moved(state: PersonState, event: Event) -> PersonState:
    """The state after an event about this person; events of other kinds leave it as it is."""
    if event.kind == evidence.BOUND and event.policy:
        return PersonState(state.facts, frozenset({event.policy}))
    if event.kind not in (evidence.SET, evidence.CLEARED, evidence.DOUBTED):
        return state
    fact = evidence.fact_of(event)
    facts = {known: how for known, how in state.facts.items() if known != fact}
    if event.kind != evidence.CLEARED:
        facts[fact] = _known(event)
    return PersonState(MappingProxyType(facts), state.bound)


def _known(event: Event) -> Known:
    return Known(
        Standing.HOLDS if event.kind == evidence.SET else Standing.DOUBTED,
        event.occurred_at,
        event.policy or "",
        evidence.detail(event, "notice"),
        evidence.detail(event, "language"),
        evidence.detail(event, "rendered"),
    )


def merged(one: PersonState, other: PersonState) -> PersonState:
    """The stricter of two states: what permits must hold for both, what restricts for either.

    Where only one of them belongs to a class nobody can say what the person is: that is in doubt, and restricts.
    Every policy version that bound either binds.
    """
    facts: dict[Fact, Known] = {}
    for fact in {*one.facts, *other.facts}:
        stricter = _stricter(fact, one.facts.get(fact), other.facts.get(fact))
        if stricter is not None:
            facts[fact] = stricter
    return PersonState(MappingProxyType(facts), one.bound | other.bound)


def _stricter(fact: Fact, one: Known | None, other: Known | None) -> Known | None:
    found = sorted((k for k in (one, other) if k is not None), key=_order)
    latest = found[-1]
    standings = {k.standing for k in found}
    if FAMILIES[fact.family].restricts:
        holding = [k for k in found if k.standing is Standing.HOLDS]
        return (holding or found)[-1]
    if len(found) == 2 and standings == {Standing.HOLDS} and _same_showing(found[0], latest):
        return latest
    if fact.family == "is" or Standing.DOUBTED in standings:
        return Known(Standing.DOUBTED, latest.since, latest.policy)
    return None


def _order(known: Known) -> tuple[object, ...]:
    return (known.since, known.policy, known.version, known.language, known.rendered, known.standing)


def _same_showing(one: Known, other: Known) -> bool:
    return one.version == other.version


def held(state: PersonState, notice_versions: Mapping[str, str]) -> Facts:
    """The facts that hold, and those in doubt. A notice counts as shown in the version the policy has of it."""
    holding = {
        fact
        for fact, known in state.facts.items()
        if known.standing is Standing.HOLDS
        and (fact.family != "shown" or known.version == notice_versions.get(fact.name))
    }
    doubted = {fact for fact, known in state.facts.items() if known.standing is Standing.DOUBTED}
    return Facts(frozenset(holding), frozenset(doubted))
