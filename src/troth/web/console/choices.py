"""What can be asked of a policy: the fields of its two forms, each with the names the policy gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import QueryParams

from troth.app.hosting import Hosted
from troth.policy.facts import FAMILIES, Fact
from troth.policy.model import Right
from troth.policy.vocabulary import ACTIONS, PAPERS, READING_NAMES, REGIONS, RIGHTS
from troth.web.console.fields import Field, Option
from troth.web.plainly import NAMED_BY, Plainly

SIDES: Final = (
    ("purpose", "purpose"),
    ("recipient", "recipient"),
    ("via", "point"),
    ("source", "source"),
    ("message", "message"),
)
"""Sides of a question, and the kind of statement that declares their values."""
ABOUT_THE_PERSON: Final = ("accepted", "declined", "registered", "verified", "closed", "restricted")


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one family, to be ticked."""

    family: str
    options: tuple[Option, ...]

    @property
    def any(self) -> bool:
        """Whether one is ticked."""
        return any(option.chosen for option in self.options)


def act_fields(hosted: Hosted, say: Plainly) -> dict[str, Field]:
    """The fields of a question about an act, by name."""
    found = [
        _field(say, "action", {word: say.words.word("actions", word) for word in ACTIONS}),
        _field(say, "data", _by_name(hosted, say, "category"), many=True),
        *(_field(say, side, _by_name(hosted, say, kind)) for side, kind in SIDES),
        _field(say, "place", {word: say.words.word("regions", word) for word in REGIONS}),
        _facts(hosted, say),
        Field(
            "reading", say.t("ask.reading"), {name: say.t(f"board.reading.{name}") for name in READING_NAMES}
        ),
    ]
    return {field.name: field for field in found}


def request_fields(hosted: Hosted, say: Plainly) -> dict[str, Field]:
    """The fields of a question about a person's request, by name."""
    papers = {word: say.words.word("papers", word) for word in _needed_papers(hosted)}
    found = [
        _field(say, "right", {word: say.words.word("rights", word) for word in RIGHTS}),
        _field(say, "ground", _codes(hosted, say, "request_ground")),
        _field(say, "refusal", _codes(hosted, say, "refusal")),
        _field(say, "route", _routes(hosted, say)),
        Field("paper", say.t("family.paper"), papers, many=True, also=frozenset(PAPERS)),
        _facts(hosted, say),
    ]
    return {field.name: field for field in found}


def groups(say: Plainly, facts: Field, given: QueryParams) -> tuple[Group, ...]:
    """The facts some statement reads, family by family."""
    families = ("person", *(family for family in FAMILIES if family not in ABOUT_THE_PERSON))
    listed: dict[str, list[Option]] = {family: [] for family in families}
    for option in facts.shown(given):
        fact = Fact.parse(option.id)
        family = "person" if fact.family in ABOUT_THE_PERSON else fact.family
        listed[family].append(option)
    return tuple(Group(family, tuple(options)) for family, options in listed.items() if options)


def _field(say: Plainly, name: str, options: Mapping[str, str], *, many: bool = False) -> Field:
    return Field(name, say.t(f"ask.{name}"), options, many)


def _facts(hosted: Hosted, say: Plainly) -> Field:
    options = {str(fact): _fact_words(say, fact) for fact in hosted.layout.positions}
    also = frozenset(f"paper:{word}" for word in PAPERS)
    return Field("fact", say.t("ask.facts"), options, many=True, also=also)


def _fact_words(say: Plainly, fact: Fact) -> str:
    """A fact as the list of its family says it: the heading says the rest."""
    short = fact.family in NAMED_BY or fact.family in ("paper", "recipient")
    return say.fact_name(fact) if short and fact.name else say.fact(fact)


def _by_name(hosted: Hosted, say: Plainly, kind: str) -> dict[str, str]:
    """The statements of a kind with their names, in the order of these."""
    named = {id: say.named(kind, id) for id in hosted.catalogue.ids(kind)}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def _codes(hosted: Hosted, say: Plainly, kind: str) -> dict[str, str]:
    """The codes of grounds or refusals, each with the name of the first statement that has it."""
    found: dict[str, str] = {}
    for statement in hosted.catalogue.statements:
        if statement.kind == kind:
            found.setdefault(str(getattr(statement, "code", "")), say.name(statement))
    return found


def _routes(hosted: Hosted, say: Plainly) -> dict[str, str]:
    """The ways by which rights of this policy can be asked for."""
    routes = sorted({route for right in hosted.catalogue.all(Right) for route in right.routes})
    return {route: say.words.word("channels", route) for route in routes}


def _needed_papers(hosted: Hosted) -> Iterable[str]:
    """The papers that rights, grounds and refusals of this policy ask for."""
    found: set[str] = set()
    for statement in hosted.catalogue.statements:
        if statement.kind in ("right", "request_ground", "refusal", "fee", "tenant"):
            for condition in (*getattr(statement, "needs", ()), *getattr(statement, "proof", ())):
                found |= {one.fact.name for one in condition.literals if one.fact.family == "paper"}
    return sorted(found)
