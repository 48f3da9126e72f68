"""How consent moves with an event, what two states become in a merge, which facts hold at an instant, and what changes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from troth.consent import evidence
from troth.consent.model import (
    MOVES,
    NO,
    SATISFIED_BY,
    AcceptanceKind,
    ConsentAct,
    ConsentState,
    Said,
    Stand,
)
from troth.ledger import Event
from troth.policy.facts import Fact
from troth.subjects.evidence import detail

_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_DECLINED: Final = ("", AcceptanceKind.DECLINED.value)


def may_follow(state: ConsentState, item: str, act: ConsentAct, kind: str, at: datetime) -> bool:
    """Whether an act may follow where an item stands: every no may, and every yes but a deemed one after a no."""
    if act is not ConsentAct.GIVEN:
        return True
    return MOVES[stand(state, item, at), act, kind == "deemed"]


def stand(state: ConsentState, item: str, at: datetime) -> Stand:
    """Where an item stands at an instant. A consent that ran out leaves it open: that was no answer of the person."""
    no = state.said.get((item, NO))
    if no is not None and no.act in (ConsentAct.REFUSED, ConsentAct.WITHDRAWN):
        return Stand.NO
    return (
        Stand.YES
        if any(_live(said, at) for (of, _), said in state.said.items() if of == item)
        else Stand.OPEN
    )


def moved(state: ConsentState, event: Event) -> ConsentState:
    """The state after an event about this person; events of other kinds leave it as it is."""
    if event.kind.startswith(evidence.ITEM):
        return replace(state, said=_said(state.said, event))
    if event.kind in (evidence.ACCEPTED, evidence.DECLINED):
        return replace(state, accepted=_accepted(state.accepted, event))
    if event.kind in (evidence.RAISED, evidence.LIFTED):
        return replace(state, objections=_objections(state.objections, event))
    return state


def _said(before: Mapping[tuple[str, str], Said], event: Event) -> Mapping[tuple[str, str], Said]:
    named, kind, act = evidence.said_in(event)
    item = evidence.key_of(named, detail(event, "only"))
    said = Said(
        act,
        event.occurred_at,
        evidence.expiry(event),
        event.policy or "",
        detail(event, "notice"),
        detail(event, "version"),
        detail(event, "language"),
    )
    after = dict(before)
    if act is ConsentAct.GIVEN:
        after.pop((item, NO), None)
        after[item, kind] = said
    elif act is ConsentAct.EXPIRED:
        after.pop((item, kind), None)
        after.setdefault((item, NO), said)
    else:
        after = {key: value for key, value in after.items() if key[0] != item}
        after[item, NO] = said
    return MappingProxyType(after)


def _accepted(before: Mapping[tuple[str, str], datetime], event: Event) -> Mapping[tuple[str, str], datetime]:
    after = dict(before)
    if event.kind == evidence.DECLINED:
        after[_DECLINED] = event.occurred_at
    else:
        after.pop(_DECLINED, None)
        after[event.policy or "", event.codes[0].partition(":")[2]] = event.occurred_at
    return MappingProxyType(after)


def _objections(before: Mapping[str, datetime], event: Event) -> Mapping[str, datetime]:
    after = dict(before)
    id = event.codes[0].partition(":")[2]
    if event.kind == evidence.RAISED:
        after[id] = event.occurred_at
    else:
        after.pop(id, None)
    return MappingProxyType(after)


# --- merging -------------------------------------------------------------------------------------------------------------


def merged(one: ConsentState, other: ConsentState) -> ConsentState:
    """The stricter of two states: a yes counts only as far and as long as both said it; a no, a decline and an objection
    of either stand."""
    said: dict[tuple[str, str], Said] = {}
    for item in {key[0] for key in (*one.said, *other.said)}:
        said |= _merged_item(item, one, other)
    mine, theirs = _reaching(one.accepted), _reaching(other.accepted)
    accepted = {key: max(mine[key], theirs[key]) for key in mine.keys() & theirs.keys()}
    declined = [state.accepted[_DECLINED] for state in (one, other) if _DECLINED in state.accepted]
    if declined:
        accepted[_DECLINED] = max(declined)
    objections = dict(one.objections)
    for id, since in other.objections.items():
        objections[id] = max(since, objections.get(id, since))
    return ConsentState(MappingProxyType(said), MappingProxyType(accepted), MappingProxyType(objections))


def _reaching(accepted: Mapping[tuple[str, str], datetime]) -> dict[tuple[str, str], datetime]:
    """What was accepted, with a clear act counting as a deemed one too; a decline left out."""
    deemed = {(policy, AcceptanceKind.DEEMED.value): since for (policy, _), since in accepted.items()}
    return {key: since for key, since in (deemed | dict(accepted)).items() if key[0]}


def _merged_item(item: str, one: ConsentState, other: ConsentState) -> dict[tuple[str, str], Said]:
    found: dict[tuple[str, str], Said] = {}
    for kind in SATISFIED_BY:
        mine, theirs = _longest(one, item, kind), _longest(other, item, kind)
        if mine is not None and theirs is not None:
            found[item, kind] = min(mine, theirs, key=_order)
    noes = [state.said[item, NO] for state in (one, other) if (item, NO) in state.said]
    if noes:
        found[item, NO] = max(noes, key=lambda no: (no.act is not ConsentAct.EXPIRED, no.since, _order(no)))
    return found


def _longest(state: ConsentState, item: str, kind: str) -> Said | None:
    """The yes that is enough for a kind and lasts longest."""
    enough = [said for given in SATISFIED_BY[kind] if (said := state.said.get((item, given))) is not None]
    return max(enough, key=_order, default=None)


def _order(said: Said) -> tuple[object, ...]:
    return (
        said.expires or _FOR_EVER,
        said.since,
        said.act,
        said.policy,
        said.notice,
        said.version,
        said.language,
    )


# --- at an instant -------------------------------------------------------------------------------------------------------


def held(state: ConsentState, at: datetime, asked: Mapping[str, str], policy: str) -> frozenset[Fact]:
    """The facts that hold at an instant under one policy version; `asked` is the kind each of its consent items asks for."""
    facts = {Fact("consent", item) for item, what in asked.items() if holds(state, item, what, at)}
    facts |= {Fact("objects", id) for id in state.objections}
    kinds = {kind for digest, kind in state.accepted if digest == policy}
    if kinds:
        facts.add(Fact("accepted"))
    if AcceptanceKind.EXPLICIT in kinds:
        facts.add(Fact("accepted", "explicit"))
    if _DECLINED in state.accepted:
        facts.add(Fact("declined"))
    return frozenset(facts)


def holds(state: ConsentState, item: str, what: str, at: datetime) -> bool:
    """Whether some live yes is of a kind that is enough for what the item asks."""
    return any(
        _live(said, at) for kind in SATISFIED_BY[what] if (said := state.said.get((item, kind))) is not None
    )


def narrowed(
    holding: frozenset[Fact],
    state: ConsentState,
    asked: Mapping[str, str],
    at: datetime,
    scopes: Iterable[str],
) -> frozenset[Fact]:
    """The facts that hold for an act towards one recipient, or in one case: what was said of that alone comes before what was
    said of all, unless that was said later. A yes for one case is none for another, and none for all; so is a no."""
    found = set(holding)
    for only in scopes:
        for item, what in asked.items():
            key = evidence.key_of(item, only)
            if _last_yes(state, key, what, at) > _last_no(state, item):
                found.add(Fact("consent", item))
            elif stand(state, key, at) is Stand.NO and state.said[key, NO].since >= _last(state, item):
                found.discard(Fact("consent", item))
    return frozenset(found)


def _last_yes(state: ConsentState, key: str, what: str, at: datetime) -> datetime:
    """When the newest live yes was said that is enough for what is asked."""
    enough = (state.said.get((key, kind)) for kind in SATISFIED_BY[what])
    return max((said.since for said in enough if said is not None and _live(said, at)), default=_NEVER)


def _last_no(state: ConsentState, item: str) -> datetime:
    """When somebody last said no to all that an item is about; that it ran out is no answer of theirs."""
    no = state.said.get((item, NO))
    return _NEVER if no is None or no.act is ConsentAct.EXPIRED else no.since


def _last(state: ConsentState, item: str) -> datetime:
    """When something was last said of all that an item is about."""
    return max((said.since for (of, _), said in state.said.items() if of == item), default=_NEVER)


def next_change(state: ConsentState, at: datetime) -> datetime | None:
    """The next instant after this one at which something runs out by itself."""
    ends = (said.expires for said in state.said.values() if said.act is ConsentAct.GIVEN)
    return min((end for end in ends if end is not None and end > at), default=None)


def lapsed(state: ConsentState, at: datetime) -> Iterable[tuple[str, str]]:
    """Items and kinds of consent that ran out and of which no event says so yet."""
    return sorted(
        key
        for key, said in state.said.items()
        if said.act is ConsentAct.GIVEN and said.expires is not None and said.expires <= at
    )


def _live(said: Said, at: datetime) -> bool:
    return said.act is ConsentAct.GIVEN and (said.expires is None or said.expires > at)
