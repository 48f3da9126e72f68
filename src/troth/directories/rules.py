"""What an app may do now, whether a prompt comes at its moment, and what a switch stops: all asked of the engine at the gate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from troth.decide.compiled import Decision
from troth.decide.model import Answer, Facts, Question
from troth.directories.lists import app_points, uses
from troth.directories.model import Allowed, Asking, Moment
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.model import Feature, Point, Purpose

Ask = Callable[[Question, Facts], Decision | Answer]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when somebody is to be asked for a permission."""

    facts: Facts
    first: bool
    """Whether this is the first run of this installation."""
    asked: Collection[str] = frozenset()
    """Permissions that somebody was asked for before in this installation."""


def allowed(catalogue: Catalogue, policy: str, ask: Ask, at: Situation) -> Allowed:
    """Everything an app may do with these facts: each category, for each purpose, by each point, as the engine answers."""
    points = app_points(catalogue)
    opened = {point.id: _opened(catalogue, ask, at.facts, point) for point in points}
    kits = {point.id for point in points if point.what == "sdk"}
    alone = {one.id: _used(ask, at.facts, one) for one in uses(catalogue)}
    return Allowed(
        policy,
        {point.id: asking(catalogue, ask, at, point) for point in points if point.what == "permission"},
        {id: found for id, found in opened.items() if found and id not in kits},
        {id: found for id, found in opened.items() if found and id in kits},
        {id: data for id, data in alone.items() if data},
        {one.id: Fact("on", one.id) in known(at.facts) for one in catalogue.all(Feature)},
    )


def asking(catalogue: Catalogue, ask: Ask, at: Situation, point: Point) -> Asking:
    """How a permission stands, and whether its moment can come."""
    moment = point.prompt or Moment.FIRST_USE
    tried = Situation(at.facts, True, at.asked)
    ready = not out_of_time(catalogue, ask, tried, point, moment, _some_on(at.facts, point))
    return Asking(
        Fact("allowed", point.id) in known(at.facts),
        point.prompt,
        point.features,
        point.id in at.asked,
        ready,
    )


def out_of_time(
    catalogue: Catalogue,
    ask: Ask,
    at: Situation,
    point: Point,
    moment: str,
    feature: str,
    papers: Iterable[str] = (),
) -> str:
    """Why a prompt does not come at its moment, in a stable word; '' where it does.

    `again`: the person was asked before. `early` and `late`: another moment is declared. `feature`: it is tied to others.
    `off`: the feature is off. `shut`: even a yes would open nothing, for the engine asks for more.
    """
    if point.id in at.asked:
        return "again"
    if moment not in tuple(Moment):
        return "moment"
    if point.prompt in tuple(Moment) and moment != point.prompt:
        return "early" if moment == Moment.FIRST_START else "late"
    if moment == Moment.FIRST_START and not at.first:
        return "late"
    if moment == Moment.FIRST_USE and point.features:
        if feature not in point.features:
            return "feature"
        if Fact("on", feature) not in known(at.facts):
            return "off"
    facts = _after_yes(at.facts, point, moment, papers)
    return "" if _opened(catalogue, ask, facts, point) else "shut"


def _after_yes(facts: Facts, point: Point, moment: str, papers: Iterable[str]) -> Facts:
    """What would be known after a yes: the prompt's own notice was shown, the permission is on. At the first start its features
    may still be off, and are taken to be on."""
    brought = {Fact("allowed", point.id)}
    brought |= {
        literal.fact for need in point.needs for literal in need.literals if literal.fact.family == "shown"
    }
    brought |= {Fact("paper", word) for word in papers}
    if moment == Moment.FIRST_START:
        brought |= {Fact("on", feature) for feature in point.features}
    return Facts(facts.holding | brought, facts.unknown - brought)


def stopped_by(catalogue: Catalogue, ask: Ask, before: Facts, after: Facts) -> tuple[str, ...]:
    """The points that could take something before a switch moved, and can take nothing any more."""
    return tuple(
        point.id
        for point in app_points(catalogue)
        if _opened(catalogue, ask, before, point) and not _opened(catalogue, ask, after, point)
    )


def known(facts: Facts) -> frozenset[Fact]:
    """What certainly holds."""
    return facts.holding - facts.unknown


def _some_on(facts: Facts, point: Point) -> str:
    return next((one for one in point.features if Fact("on", one) in known(facts)), "")


def _opened(catalogue: Catalogue, ask: Ask, facts: Facts, point: Point) -> Mapping[str, tuple[str, ...]]:
    """What a point may take, by purpose."""
    found = {}
    for purpose in sorted(catalogue.expand("purpose", point.purposes) or catalogue.ids("purpose")):
        data = tuple(
            one
            for one in point.data
            if ask(Question("collect", (one,), purpose, via=point.id), facts).permitted
        )
        if data:
            found[purpose] = data
    return found


def _used(ask: Ask, facts: Facts, purpose: Purpose) -> tuple[str, ...]:
    return tuple(one for one in purpose.data if ask(Question("use", (one,), purpose.id), facts).permitted)
