"""Random policies, questions and facts: small worlds in which everything meets everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import strategies as st

from troth.decide.model import Facts, Question
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact, Literal
from troth.policy.model import (
    Acceptance,
    Category,
    Claim,
    Consent,
    Export,
    Feature,
    Ground,
    LawfulBasis,
    Message,
    Minor,
    Notice,
    Objection,
    Point,
    Purpose,
    Recipient,
    Requirement,
    Residency,
    Source,
    Statement,
    SubjectClass,
    TenantRule,
)
from troth.policy.terms import AllBut
from troth.policy.vocabulary import SIDES

CATEGORIES = {
    "all": (),
    "contact": ("all",),
    "email": ("contact",),
    "phone": ("contact",),
    "health": ("all",),
    "lab": ("health", "contact"),
}
PURPOSES = ("serve", "mail", "study")
RECIPIENTS = ("partner", "helper")
POINTS = ("signup", "pixel")
SOURCES = ("person", "partner_feed")
MESSAGES = ("news", "code_mail")
FEATURES = ("search", "maps")
PLACES = ("CN", "MY")
ACTS = ("collect", "use", "store", "share", "export")
BASES = ("consent", "contract", "legal_obligation")
DUTIES = ("log_read", "record_disclosure", "deidentify", "keep_source")
NAMES = {
    "data": tuple(CATEGORIES), "purposes": PURPOSES, "recipients": RECIPIENTS, "points": POINTS, "sources": SOURCES,
    "messages": MESSAGES, "places": PLACES, "acts": ACTS,
}  # fmt: skip
FACTS = tuple(
    Fact.parse(text)
    for text in (
        "accepted", "accepted:explicit", "declined", "registered", "closed", "consent:news", "consent:study", "objects:mailing",
        "objects:study", "on:search", "on:maps", "allowed:pixel", "is:child", "is:visitor", "shown:form", "paper:citation",
        "paper:reviewer", "recipient:contract", "recipient:protection",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A policy, and things asked of it."""

    catalogue: Catalogue
    questions: tuple[Question, ...]
    facts: tuple[Facts, ...]

    def asked(self) -> Iterator[tuple[Question, Facts]]:
        """Every question with every set of facts."""
        return product(self.questions, self.facts)


def literals() -> st.SearchStrategy[Literal]:
    """A fact, or its absence."""
    return st.builds(Literal, st.sampled_from(FACTS), st.booleans())


def conditions(most: int = 2) -> st.SearchStrategy[tuple[Condition, ...]]:
    """A few conditions, mostly of one literal."""
    way = st.lists(literals(), min_size=1, max_size=2, unique=True).map(tuple)
    plain = st.lists(literals(), min_size=1, max_size=3, unique=True).map(
        lambda some: Condition.any_of(*some)
    )
    joint = st.lists(way, min_size=1, max_size=3, unique=True).map(lambda some: Condition(tuple(some)))
    return st.lists(st.one_of(plain, plain, joint), max_size=most).map(tuple)


def seldom(strategy: st.SearchStrategy[Any], otherwise: Any = ()) -> st.SearchStrategy[Any]:
    """One time in four something, else the usual."""
    return st.integers(0, 3).flatmap(lambda n: strategy if n == 3 else st.just(otherwise))


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    """At least one of these values."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def _scoped(draw: st.DrawFn, kind: type[Statement], id: str, **more: Any) -> Statement:
    sides = draw(st.sets(st.sampled_from(sorted(NAMES)), max_size=2))
    terms: dict[str, Any] = {side: draw(some(NAMES[side])) for side in sorted(sides)}
    terms |= {side: AllBut(value) for side, value in terms.items() if draw(st.integers(0, 2)) == 2}
    drawn = {name: draw(value) for name, value in more.items()}
    return kind(id=id, clauses=(f"{kind.kind} {id}",), **terms, **drawn)


def _bar(kind: type[Statement], id: str, **more: Any) -> st.SearchStrategy[Statement]:
    return _scoped(
        kind,
        id,
        when=seldom(conditions()),
        needs=conditions(),
        unless=seldom(conditions(1)),
        duties=seldom(some(DUTIES)),
        must_name=seldom(must_name()),
        **more,
    )


def must_name() -> st.SearchStrategy[tuple[str, ...]]:
    """Now and then a side or two that must be named."""
    return seldom(some(tuple(SIDES)))


def _frames() -> list[st.SearchStrategy[Statement]]:
    """What is declared: most of it reaches far, so that many questions come through."""
    narrow = st.sampled_from([("contact",), ("health", "email"), ("email", "phone")])

    def frame(kind: type[Statement], id: str, **more: Any) -> st.SearchStrategy[Statement]:
        fields = {
            "clauses": st.just((f"{kind.kind} {id}",)),
            "needs": seldom(conditions(1)),
            "duties": seldom(some(DUTIES, 1)),
            "must_name": seldom(must_name()),
            **more,
        }
        return st.builds(lambda **terms: kind(id=id, **terms), **fields)

    wide = seldom(narrow, ("all", "stats"))
    return [
        *(frame(Purpose, id, data=wide, optional=seldom(some(("health", "phone"))), acts=seldom(some(ACTS, 4))) for id in PURPOSES),
        *(frame(Recipient, id, what=st.sampled_from(["affiliate", "processor"]), data=seldom(narrow), purposes=seldom(some(PURPOSES)),
                places=seldom(some(PLACES)), acts=seldom(some(("share", "export")))) for id in RECIPIENTS),
        *(frame(Point, id, what=st.just("form"), data=wide, purposes=seldom(some(PURPOSES)), closable=st.booleans(),
                features=seldom(some(FEATURES))) for id in POINTS),
        *(frame(Source, id, what=st.just("self"), data=seldom(narrow)) for id in SOURCES),
        *(frame(Message, id, what=st.just("marketing"), purposes=seldom(some(PURPOSES))) for id in MESSAGES),
    ]  # fmt: skip


def bar() -> st.SearchStrategy[Statement]:
    """A requirement nobody had."""
    return _bar(Requirement, "new")


def needs(*texts: str) -> tuple[Condition, ...]:
    """Conditions from their written form."""
    return tuple(Condition.parse(text) for text in texts)


def categories() -> tuple[Statement, ...]:
    """The categories of these worlds."""
    return tuple(Category(id=id, part_of=above) for id, above in CATEGORIES.items())


@st.composite
def policies(draw: st.DrawFn) -> tuple[Statement, ...]:
    """The statements of a policy."""
    found: list[Statement] = [*categories()]
    found += [Category(id="stats", nature="non_personal"), Notice(id="form")]
    found += [SubjectClass(id=id, who={"en": id}) for id in ("child", "visitor")]
    found += [Consent(id=id, what="explicit") for id in ("news", "study")]
    found += [draw(one) for one in _frames()]
    found += [Ground(id="open", clauses=("open",), basis="contract", needs=draw(conditions(1)))]
    kinds: tuple[tuple[type[Statement], str, dict[str, Any]], ...] = (
        (Ground, "a", _ground()), (Ground, "b", _ground()), (Ground, "c", {**_ground(), "exception": st.just(True)}),
        (Export, "abroad", _ground()), (LawfulBasis, "list", {"only": some(BASES), "when": conditions(), "must_name": must_name()}),
        (Residency, "home", {"regions": some(PLACES), "must_name": must_name()}),
    )  # fmt: skip
    found += [draw(_scoped(kind, id, **more)) for kind, id, more in kinds if draw(st.booleans())]
    bars: tuple[tuple[type[Statement], str, dict[str, Any]], ...] = (
        (Requirement, "r", {}), (Requirement, "s", {}), (Objection, "mailing", {}), (Objection, "study", {}),
        (Feature, "search", {"switch": st.just("subject")}), (Feature, "maps", {"switch": st.just("tenant")}),
        (Minor, "child", {"who": st.just("child")}), (TenantRule, "orders", {}), (Claim, "boast", {"says": st.just("x")}),
        (Acceptance, "terms", {"what": st.sampled_from(["deemed", "explicit"]), "notice": st.sampled_from(["", "form"])}),
    )  # fmt: skip
    found += [draw(_bar(kind, id, **more)) for kind, id, more in bars if draw(st.integers(0, 2)) == 0]
    return tuple(found)


def _ground() -> dict[str, Any]:
    return {"basis": st.sampled_from(BASES), "needs": conditions(), "duties": seldom(some(DUTIES))}


@st.composite
def questions(draw: st.DrawFn, most_data: int = 2) -> Question:
    """Questions, nearly all of them about what is declared."""
    if draw(st.integers(0, 9)) == 9:
        return Question(
            draw(st.sampled_from(["use", "dream", "share", "export"])),
            draw(st.sampled_from([(), ("nothing",), ("email",), ("email",)])),
            draw(st.sampled_from(["", "serve", "serve", "nowhere"])),
            draw(st.sampled_from(["", "stranger"])),
        )
    action = draw(st.sampled_from([*ACTS, "publish"]))
    released = action in ("share", "export")
    categories = st.sampled_from([*CATEGORIES, *CATEGORIES, "stats"])
    return Question(
        action,
        tuple(draw(st.lists(categories, min_size=1, max_size=most_data))),
        draw(st.sampled_from(PURPOSES)),
        recipient=draw(st.sampled_from(RECIPIENTS) if released else seldom(st.sampled_from(RECIPIENTS), "")),
        place=draw(
            st.sampled_from(PLACES) if action in ("export", "store") else seldom(st.sampled_from(PLACES), "")
        ),
        via=draw(seldom(st.sampled_from(POINTS), "")),
        source=draw(seldom(st.sampled_from(SOURCES), "")),
        message=draw(seldom(st.sampled_from(MESSAGES), "")),
    )


@st.composite
def facts(draw: st.DrawFn, *, unknown: bool = False) -> Facts:
    """What is known; with `unknown`, some of it is not."""
    return Facts(
        _chosen(draw(BITS)), _chosen(draw(BITS) & draw(BITS) & draw(BITS)) if unknown else frozenset()
    )


BITS = st.integers(0, (1 << len(FACTS)) - 1)


def _chosen(bits: int) -> frozenset[Fact]:
    return frozenset(fact for at, fact in enumerate(FACTS) if bits >> at & 1)


@st.composite
def cases(
    draw: st.DrawFn, *, unknown: bool = False, most_data: int = 2, asked: int = 4, known: int = 6
) -> Case:
    """A policy with several questions and several sets of facts."""
    return Case(
        Catalogue(draw(policies())),
        tuple(draw(questions(most_data)) for _ in range(asked)),
        tuple(draw(facts(unknown=unknown)) for _ in range(known)),
    )
