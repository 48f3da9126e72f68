"""The specification: an interpreter that reads the statements directly, one question at a time, and says why.

Slow and plain on purpose. Every faster implementation is held equal to it, on the corpus and on random policies.

An act is permitted when, for every category asked about,
  1. everything it names is declared and reaches so far (purpose, collection point, source, message class, recipient),
  2. it names every side that a statement about such acts says it must name,
  3. no bar stands: what a frame needs, a requirement, objection, acceptance, feature, minor or tenant rule, residency,
  4. at least one ground holds whose legal basis counts.
Anything else is denied: nothing undeclared is permitted, and a bar outweighs every ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from troth.decide.model import Answer, Facts, Obstacle, Outcome, Question
from troth.decide.ways import Family, Missing, family, naming_first, ways_out
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact, Literal, Way
from troth.policy.model import (
    Acceptance,
    Bar,
    Category,
    Claim,
    Export,
    Feature,
    Frame,
    Ground,
    LawfulBasis,
    Message,
    Minor,
    Objection,
    Point,
    Purpose,
    Recipient,
    Requirement,
    Residency,
    Scoped,
    Source,
    Statement,
    TenantRule,
)
from troth.policy.terms import AllBut
from troth.policy.vocabulary import ACTIONS, REGIONS

BAR_KINDS: tuple[type[Bar], ...] = (Requirement, Objection, Acceptance, Feature, Minor, TenantRule, Claim)
RELEASES_TO_SOMEBODY = ("share", "transfer")


def answer(catalogue: Catalogue, question: Question, facts: Facts, policy: str = "") -> Answer:
    """Decide one question from the statements alone; `policy` is the bundle digest the answer names."""
    found = decide(catalogue, question, facts, policy)
    if found.permitted:
        return found
    missing, more = _missing(catalogue, question, facts, found.obstacles)
    return replace(found, missing=missing, more_missing=more)


def decide(catalogue: Catalogue, question: Question, facts: Facts, policy: str = "") -> Answer:
    """As `answer`, without what is missing: that is a search, and takes far longer than the decision."""
    frames = _frames(catalogue, question)
    obstacles = [*_undeclared(catalogue, question)]
    grounds: list[Ground | Export] = []
    bars: list[Bar | Residency] = []
    for category in question.data:
        here = [*_frame_obstacles(catalogue, question, category, facts, frames)]
        standing = [
            bar
            for bar in _bars(catalogue)
            if in_scope(catalogue, bar, question, category) and _stands(bar, facts)
        ]
        homes = [r for r in catalogue.all(Residency) if _resides(catalogue, r, question, category)]
        bars += [*standing, *homes]
        for bar in standing:
            here += _bar_obstacles(bar, category, facts)
        for home in homes:
            here += _residency_obstacles(home, question, category)
        here += _nameless(catalogue, question, category, facts, frames)
        ground, without = _ground(catalogue, question, category, facts)
        grounds += [ground] if ground else []
        obstacles += [*here, *without]
    if obstacles:
        return _denial(catalogue, obstacles, policy)
    return _permit(frames, grounds, bars, policy)


def in_scope(catalogue: Catalogue, scope: Scoped, question: Question, category: str) -> bool:
    """Whether a statement about acts is about this one: every field it fills must match.

    Where a field excepts something, a bar is about acts that leave that side out, a ground is not; nor is a ground about data
    that hold something excepted.
    """
    named = (
        ("purpose", scope.purposes, question.purpose),
        ("recipient", scope.recipients, question.recipient),
        ("point", scope.points, question.via),
        ("source", scope.sources, question.source),
        ("message", scope.messages, question.message),
    )
    return (
        _among(scope, scope.acts, question.action, _words(scope.acts, ACTIONS))
        and (not scope.data or _about(catalogue, scope, category))
        and _among(scope, scope.places, question.place, _words(scope.places, REGIONS))
        and all(_among(scope, refs, value, catalogue.expand(kind, refs)) for kind, refs, value in named)
    )


def _among(scope: Scoped, refs: tuple[str, ...], value: str, values: frozenset[str]) -> bool:
    if isinstance(refs, AllBut) and not value:
        return not isinstance(scope, (Ground, Export))
    return not refs or value in values


def _about(catalogue: Catalogue, scope: Scoped, category: str) -> bool:
    if isinstance(scope.data, AllBut) and isinstance(scope, (Ground, Export)):
        return not catalogue.holds(category, tuple(scope.data))
    return catalogue.covers(scope.data, category)


def _words(named: tuple[str, ...], vocabulary: Iterable[str]) -> frozenset[str]:
    return frozenset(vocabulary).difference(named) if isinstance(named, AllBut) else frozenset(named)


# --- what is declared ----------------------------------------------------------------------------------------------------


def _frames(catalogue: Catalogue, question: Question) -> list[Frame]:
    named: tuple[tuple[type[Frame], str], ...] = (
        (Purpose, question.purpose),
        (Point, question.via),
        (Source, question.source),
        (Message, question.message),
        (Recipient, question.recipient),
    )
    return [frame for kind, id in named if id and (frame := catalogue.get(kind, id)) is not None]


def _undeclared(catalogue: Catalogue, question: Question) -> Iterator[Obstacle]:
    named = (
        ("purpose", question.purpose),
        ("point", question.via),
        ("source", question.source),
        ("message", question.message),
        ("recipient", question.recipient),
    )
    if question.action not in ACTIONS:
        yield _undeclared_obstacle("action", question.action)
    for kind, id in named:
        if id and id not in catalogue.ids(kind):
            yield _undeclared_obstacle(kind, id)
    if question.place and question.place not in REGIONS:
        yield _undeclared_obstacle("place", question.place)
    for category in question.data:
        if catalogue.get(Category, category) is None:
            yield _undeclared_obstacle("category", category)
    yield from _unnamed(question)


def _unnamed(question: Question) -> Iterator[Obstacle]:
    """What a question must name whatever the policy says."""
    if not question.data:
        yield Obstacle("undeclared", "", (), "", "the question names no data", name="data")
    if not question.purpose:
        yield Obstacle("undeclared", "", (), "", "the question names no purpose", name="purpose")
    if question.action in RELEASES_TO_SOMEBODY and not question.recipient:
        yield Obstacle(
            "undeclared", "", (), "", f"to {question.action} data, name the recipient", name="recipient"
        )
    if question.action == "export" and not question.place:
        yield Obstacle("undeclared", "", (), "", "to export data, name the place it goes to", name="place")


def _undeclared_obstacle(kind: str, id: str) -> Obstacle:
    return Obstacle("undeclared", "", (), "", f"the policy declares no {kind} '{id}'")


def _frame_obstacles(
    catalogue: Catalogue, question: Question, category: str, facts: Facts, frames: list[Frame]
) -> Iterator[Obstacle]:
    for frame in frames:
        yield from _reach(catalogue, frame, question, category)
        for condition in _frame_needs(catalogue, frame):
            if not _met(condition, facts):
                yield _bar(frame, category, condition)


def _reach(catalogue: Catalogue, frame: Frame, question: Question, category: str) -> Iterator[Obstacle]:
    """Where a frame ends: data it does not cover, purposes, acts or places it does not name."""
    data = getattr(frame, "data", ())
    if isinstance(frame, Purpose):
        data = (*frame.data, *frame.optional)
    if (data or isinstance(frame, (Purpose, Point))) and not catalogue.covers(data, category):
        yield _outside(frame, category, f"{frame.key} does not cover {category}")
    purposes = catalogue.expand("purpose", getattr(frame, "purposes", ()))
    if purposes and question.purpose not in purposes:
        yield _outside(frame, category, f"{frame.key} does not serve {question.purpose}")
    acts = getattr(frame, "acts", ())
    if acts and question.action not in acts:
        yield _outside(frame, category, f"{frame.key} does not allow to {question.action}")
    places = getattr(frame, "places", ())
    if places and question.place and question.place not in places:
        yield _outside(frame, category, f"{frame.key} does not reach {question.place}")


def _outside(frame: Frame, category: str, detail: str) -> Obstacle:
    return Obstacle("outside", frame.key, frame.clauses, category, detail)


def _frame_needs(catalogue: Catalogue, frame: Frame) -> Iterator[Condition]:
    yield from frame.needs
    if isinstance(frame, Point):
        if frame.closable:
            yield Condition.any_of(Literal(Fact("allowed", frame.id)))
        features = sorted(catalogue.expand("feature", frame.features))
        if features:
            yield Condition.any_of(*(Literal(Fact("on", feature)) for feature in features))


# --- bars ----------------------------------------------------------------------------------------------------------------


def _bars(catalogue: Catalogue) -> Iterator[Bar]:
    for kind in BAR_KINDS:
        yield from catalogue.all(kind)


def _stands(bar: Bar, facts: Facts) -> bool:
    """Whether a bar's `when` may hold and it demands anything at all."""
    return _demands(bar) and all(_may_be_met(condition, facts) for condition in _bar_when(bar))


def _bar_when(bar: Bar) -> tuple[Condition, ...]:
    """When a bar stands: its own `when`, and for a minor rule only while the person belongs to its class."""
    if isinstance(bar, Minor):
        return (*bar.when, Condition.any_of(Literal(Fact("is", bar.who))))
    return bar.when


def _demands(bar: Bar) -> bool:
    """Some bars speak only when they are given something to say."""
    if isinstance(bar, (Minor, TenantRule)):
        return bool(bar.needs or bar.unless)
    if isinstance(bar, (Feature, Claim)):
        return any(
            (
                bar.acts,
                bar.data,
                bar.purposes,
                bar.recipients,
                bar.places,
                bar.points,
                bar.sources,
                bar.messages,
            )
        )
    return True


def _bar_needs(bar: Bar) -> tuple[Condition, ...]:
    """What a bar asks for: its own `needs`, and what its kind means."""
    if isinstance(bar, Objection):
        return (*bar.needs, Condition.any_of(Literal(Fact("objects", bar.id), negated=True)))
    if isinstance(bar, Feature):
        return (*bar.needs, Condition.any_of(Literal(Fact("on", bar.id))))
    if isinstance(bar, Minor):
        return tuple(Condition((*c.ways, (Literal(Fact("is", bar.who), negated=True),))) for c in bar.needs)
    if isinstance(bar, Acceptance):
        kind = "" if bar.what == "deemed" else "explicit"
        shown = (Condition.any_of(Literal(Fact("shown", bar.notice))),) if bar.notice else ()
        declined = Condition.any_of(Literal(Fact("declined"), negated=True))
        return (*bar.needs, Condition.any_of(Literal(Fact("accepted", kind))), declined, *shown)
    return bar.needs


def _bar_obstacles(bar: Bar, category: str, facts: Facts) -> Iterator[Obstacle]:
    if any(_met(condition, facts) for condition in bar.unless):
        return
    ways = tuple(way for condition in bar.unless for way in condition.ways)
    needs = _bar_needs(bar)
    if isinstance(bar, Minor) and not needs:
        needs = (Condition.any_of(Literal(Fact("is", bar.who), negated=True)),)
    for condition in needs:
        if not _met(condition, facts):
            yield _bar(bar, category, Condition((*condition.ways, *ways)))
    if not needs:
        yield _bar(bar, category, Condition(ways))


def _bar(statement: Statement, category: str, condition: Condition) -> Obstacle:
    wanted = str(condition) if condition.ways else "nothing lifts it"
    return Obstacle("bar", statement.key, statement.clauses, category, f"{statement.key} needs {wanted}"
                    if condition.ways else f"{statement.key} forbids it", condition.ways)  # fmt: skip


def _resides(catalogue: Catalogue, home: Residency, question: Question, category: str) -> bool:
    return (bool(home.acts) or question.action == "store") and in_scope(catalogue, home, question, category)


def _residency_obstacles(home: Residency, question: Question, category: str) -> Iterator[Obstacle]:
    if question.place not in home.regions:
        said = f"not in {question.place}" if question.place else "and the question names no place"
        yield Obstacle("outside", home.key, home.clauses, category,
                       f"{home.key} keeps {category} in {', '.join(home.regions)}, {said}",
                       name="" if question.place else "place")  # fmt: skip


# --- sides that must be named ----------------------------------------------------------------------------------------------

_SIDES = {
    "recipient": ("recipient", "recipients"),
    "place": ("place", "places"),
    "point": ("via", "points"),
    "source": ("source", "sources"),
    "message": ("message", "messages"),
}
"""For each side the field of a question and the term of a scope."""


def _nameless(
    catalogue: Catalogue, question: Question, category: str, facts: Facts, frames: list[Frame]
) -> Iterator[Obstacle]:
    """The sides a question leaves out although a statement about such acts, seen without those sides, says it must name them."""
    scoped: list[Bar | Residency | LawfulBasis] = [*_bars(catalogue), *catalogue.all(Residency)]
    for statement in (*frames, *scoped, *catalogue.all(LawfulBasis)):
        left_out = [side for side in statement.must_name if not getattr(question, _SIDES[side][0])]
        if left_out and (
            isinstance(statement, Frame)
            or _speaks_without(catalogue, statement, left_out, question, category, facts)
        ):
            for side in left_out:
                yield Obstacle("unnamed", statement.key, statement.clauses, category,
                               f"{statement.key}: name the {side}", name=side)  # fmt: skip


def _speaks_without(
    catalogue: Catalogue,
    statement: Bar | Residency | LawfulBasis,
    left_out: list[str],
    question: Question,
    category: str,
    facts: Facts,
) -> bool:
    opened: dict[str, Any] = {_SIDES[side][1]: () for side in left_out}
    wider = replace(statement, **opened)
    if isinstance(wider, Residency):
        return _resides(catalogue, wider, question, category)
    if not in_scope(catalogue, wider, question, category):
        return False
    if isinstance(wider, LawfulBasis):
        return all(_may_be_met(condition, facts) for condition in wider.when)
    lifted = any(_met(condition, facts) for condition in wider.unless)
    return not lifted and all(_may_be_met(condition, facts) for condition in _bar_when(wider))


# --- grounds -------------------------------------------------------------------------------------------------------------


def _ground(
    catalogue: Catalogue, question: Question, category: str, facts: Facts
) -> tuple[Ground | Export | None, list[Obstacle]]:
    """The first ground that holds, or the obstacle that names every way to meet one."""
    candidates = [
        ground
        for ground in grounds_in_order(catalogue)
        if _reaches(catalogue, ground, question, category)
        and _counts(catalogue, ground, question, category, facts)
    ]
    for ground in candidates:
        if all(_met(condition, facts) for condition in ground.needs):
            return ground, []
    detail = f"no ground to {question.action} {category} for {question.purpose}"
    nearest = tuple(ground.key for ground in candidates)
    return None, [Obstacle("no_ground", "", _clauses(candidates), category, detail, nearest=nearest)]


def grounds_in_order(catalogue: Catalogue) -> list[Ground | Export]:
    """All grounds in the order in which they are tried: ordinary ones before exceptions, then by key."""
    found: list[Ground | Export] = [*catalogue.all(Ground), *catalogue.all(Export)]
    return sorted(found, key=lambda g: (getattr(g, "exception", False), g.key))


def _reaches(catalogue: Catalogue, ground: Ground | Export, question: Question, category: str) -> bool:
    if isinstance(ground, Export) and question.action != "export":
        return False
    return in_scope(catalogue, ground, question, category)


def _counts(
    catalogue: Catalogue, ground: Ground | Export, question: Question, category: str, facts: Facts
) -> bool:
    """Whether the basis of a ground counts for this person: no closed list that holds leaves it out."""
    return all(
        ground.basis in limit.only
        for limit in catalogue.all(LawfulBasis)
        if in_scope(catalogue, limit, question, category)
        and all(_may_be_met(condition, facts) for condition in limit.when)
    )


# --- the answer ----------------------------------------------------------------------------------------------------------


def _met(condition: Condition, facts: Facts) -> bool:
    return any(all(facts.holds(literal) for literal in way) for way in condition.ways)


def _may_be_met(condition: Condition, facts: Facts) -> bool:
    return any(all(facts.may_hold(literal) for literal in way) for way in condition.ways)


def _clauses(statements: Iterable[Statement]) -> tuple[str, ...]:
    return tuple(sorted({clause for statement in statements for clause in statement.clauses}))


def _denial(catalogue: Catalogue, obstacles: list[Obstacle], policy: str) -> Answer:
    unique = tuple(dict.fromkeys(obstacles))
    clauses = sorted({clause for obstacle in unique for clause in obstacle.clauses})
    applied = sorted({key for one in unique for key in (one.statement, *one.nearest) if key})
    return Answer(Outcome.DENY, (), tuple(clauses), (), (), tuple(applied), unique, policy)


def _permit(
    frames: list[Frame], grounds: list[Ground | Export], bars: list[Bar | Residency], policy: str
) -> Answer:
    deciding: list[Statement] = [*frames, *grounds]
    bringing = [*frames, *grounds, *(bar for bar in bars if isinstance(bar, Bar))]
    duties = sorted({duty for statement in bringing for duty in statement.duties})
    applied = sorted({statement.key for statement in (*deciding, *bars)})
    keys = tuple(dict.fromkeys(ground.key for ground in grounds))
    return Answer(Outcome.PERMIT, keys, _clauses(deciding), tuple(duties), (), tuple(applied), (), policy)


def _missing(
    catalogue: Catalogue, question: Question, facts: Facts, obstacles: tuple[Obstacle, ...]
) -> tuple[Missing, bool]:
    naming = naming_first(obstacles)
    if naming is not None:
        return naming, False

    def standing(way: Way) -> list[Family] | None:
        known = _changed(facts, way)
        found = decide(catalogue, question, known)
        if found.permitted:
            return None
        return [family(_mending(catalogue, question, one), known.holds) for one in found.obstacles]

    return ways_out(standing)


def _mending(catalogue: Catalogue, question: Question, obstacle: Obstacle) -> Iterator[Iterable[Literal]]:
    """Every way in which facts can remove an obstacle: meet it, or turn round when it stands."""
    statement = catalogue.by_key(obstacle.statement)
    if obstacle.code == "no_ground":
        yield from _ground_ways(catalogue, question, obstacle.category)
    elif obstacle.code in ("bar", "unnamed"):
        yield from obstacle.missing
        if isinstance(statement, Bar):
            yield from (way for condition in statement.unless for way in condition.ways)
            yield from _turned(_bar_when(statement))
        elif isinstance(statement, LawfulBasis):
            yield from _turned(statement.when)


def _ground_ways(catalogue: Catalogue, question: Question, category: str) -> Iterator[Iterable[Literal]]:
    """For every ground that reaches: a way for each condition, and one to silence each list that leaves its basis out."""
    limits = [one for one in catalogue.all(LawfulBasis) if in_scope(catalogue, one, question, category)]
    for ground in grounds_in_order(catalogue):
        if _reaches(catalogue, ground, question, category):
            met = [condition.ways for condition in ground.needs]
            silent = [tuple(_turned(limit.when)) for limit in limits if ground.basis not in limit.only]
            for choice in product(*met, *silent):
                yield [literal for way in choice for literal in way]


def _turned(conditions: Iterable[Condition]) -> Iterator[Way]:
    """The ways in which not all of some conditions hold: one of them fails, each of its ways by some literal."""
    for condition in conditions:
        for choice in product(*condition.ways):
            yield tuple(literal.inverse() for literal in choice)


def _changed(facts: Facts, wanted: tuple[Literal, ...]) -> Facts:
    gained = {literal.fact for literal in wanted if not literal.negated}
    lost = {literal.fact for literal in wanted if literal.negated}
    return Facts((facts.holding | gained) - lost, facts.unknown - gained - lost)
