"""What each statement about acts asks of the facts: when it speaks, what lifts it, what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact, Literal
from troth.policy.model import (
    Acceptance,
    Bar,
    Claim,
    Export,
    Feature,
    Frame,
    Ground,
    LawfulBasis,
    Minor,
    Objection,
    Point,
    Requirement,
    Residency,
    Statement,
    TenantRule,
)
from troth.policy.vocabulary import SIDES

QUESTION_SIDE = {side: "via" if side == "point" else side for side in SIDES}
"""The field of a question for each side that can be demanded."""
BARS: tuple[type[Bar], ...] = (Requirement, Objection, Acceptance, Feature, Minor, TenantRule, Claim)
"""The kinds of bars, in the order in which an answer names them."""
SCOPE = ("acts", "data", "purposes", "recipients", "places", "points", "sources", "messages")


@dataclass(frozen=True, slots=True)
class Asks:
    """`when` a statement speaks (all of these), what lifts it (`unless`: any of these), what it `needs` (all of these)."""

    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    needs: tuple[Condition, ...] = ()

    def literals(self) -> Iterator[Literal]:
        """Every literal, as it must be for the act to go ahead: those of `when` turned round."""
        for condition in (*self.unless, *self.needs):
            yield from condition.literals
        for condition in self.when:
            yield from (literal.inverse() for literal in condition.literals)


def asks_of(catalogue: Catalogue, statement: Statement) -> Asks | None:
    """What a statement asks for; None when it decides no act by conditions of its own."""
    if isinstance(statement, Frame):
        return Asks(needs=(*statement.needs, *_point(catalogue, statement)))
    if isinstance(statement, (Ground, Export)):
        return Asks(needs=statement.needs)
    if isinstance(statement, LawfulBasis):
        return Asks(when=statement.when)
    if isinstance(statement, Bar) and _says_something(statement):
        return _bar(statement)
    return None


def namings(catalogue: Catalogue) -> list[tuple[Bar | Residency | LawfulBasis, str]]:
    """Every side that a statement with a scope says an act must name, in the order in which an answer tells of them."""
    bars = [bar for kind in BARS for bar in catalogue.all(kind)]
    others: list[Bar | Residency | LawfulBasis] = [*catalogue.all(Residency), *catalogue.all(LawfulBasis)]
    statements = (*bars, *others)
    return [(statement, side) for statement in statements for side in statement.must_name]


def naming_asks(statement: Statement) -> Asks:
    """When a statement says what must be named, and what lifts it."""
    when: tuple[Condition, ...] = getattr(statement, "when", ())
    if isinstance(statement, Minor):
        when = (*when, _holds("is", statement.who))
    return Asks(when, getattr(statement, "unless", ()))


def _says_something(bar: Bar) -> bool:
    """A minor or tenant rule that asks for nothing bars nothing, nor does a feature or a claim that names no act."""
    if isinstance(bar, (Minor, TenantRule)):
        return bool(bar.needs or bar.unless)
    if isinstance(bar, (Feature, Claim)):
        return any(getattr(bar, term) for term in SCOPE)
    return True


def _bar(bar: Bar) -> Asks:
    if isinstance(bar, Minor):
        return _minor(bar)
    return Asks(bar.when, bar.unless, (*bar.needs, *_of_its_kind(bar)))


def _minor(bar: Minor) -> Asks:
    """A minor rule speaks of a person of its class, and is lifted for anybody who is not."""
    grown_up = _not("is", bar.who)
    needs = tuple(Condition((*need.ways, *grown_up.ways)) for need in bar.needs)
    return Asks((*bar.when, _holds("is", bar.who)), bar.unless, needs or (grown_up,))


def _of_its_kind(bar: Bar) -> Iterator[Condition]:
    if isinstance(bar, Objection):
        yield _not("objects", bar.id)
    elif isinstance(bar, Feature):
        yield _holds("on", bar.id)
    elif isinstance(bar, Acceptance):
        yield _holds("accepted", "" if bar.what == "deemed" else "explicit")
        yield _not("declined")
        if bar.notice:
            yield _holds("shown", bar.notice)


def _point(catalogue: Catalogue, frame: Frame) -> Iterator[Condition]:
    """A collection point that can be closed must be allowed; one that belongs to features works while one of them is on."""
    if not isinstance(frame, Point):
        return
    if frame.closable:
        yield _holds("allowed", frame.id)
    features = sorted(catalogue.expand("feature", frame.features))
    if features:
        yield Condition.any_of(*(Literal(Fact("on", feature)) for feature in features))


def _holds(family: str, name: str = "") -> Condition:
    return Condition.any_of(Literal(Fact(family, name)))


def _not(family: str, name: str = "") -> Condition:
    return Condition.any_of(Literal(Fact(family, name), negated=True))
