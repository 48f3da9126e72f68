"""Random policies, questions and facts: small worlds in which everything meets everything."""

from __future__ import annotations

from dataclasses import dataclass
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

CATEGORIES = {"all": (), "contact": ("all",), "email": ("contact",), "phone": ("contact",), "health": ("all",), "lab": ("health", "contact")}
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
    """A policy, and something asked of it."""

    catalogue: Catalogue
    question: Question
    facts: Facts


def literals() -> st.SearchStrategy[Literal]:
    """A fact, or its absence."""
    return st.builds(Literal, st.sampled_from(FACTS), st.booleans())


def conditions(most: int = 2) -> st.SearchStrategy[tuple[Condition, ...]]:
    """A few conditions, mostly of one literal."""
    one = st.lists(literals(), min_size=1, max_size=3, unique=True).map(lambda some: Condition(tuple(some)))
    return st.lists(one, max_size=most).map(tuple)


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    """A few values, often none (which leaves the side open)."""
    return st.one_of(st.just(()), st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple))


@st.composite
def _scoped(draw: st.DrawFn, kind: type[Statement], id: str, **more: Any) -> Statement:
    sides = draw(st.sets(st.sampled_from(sorted(NAMES)), max_size=2))
    terms: dict[str, Any] = {side: draw(some(NAMES[side])) for side in sorted(sides)}
    drawn = {name: draw(value) for name, value in more.items()}
    return kind(id=id, clauses=(f"{kind.kind} {id}",), **terms, **drawn)


def _bar(kind: type[Statement], id: str, **more: Any) -> st.SearchStrategy[Statement]:
    return _scoped(kind, id, when=conditions(1), needs=conditions(), unless=conditions(1), duties=some(DUTIES), **more)


def _frames() -> list[st.SearchStrategy[Statement]]:
    """What is declared: most of it reaches far, so that many questions come through."""
    wide = st.sampled_from([("all",), ("all",), ("contact",), ("health", "email")])
    needs = conditions(1)

    def frame(kind: type[Statement], id: str, **more: Any) -> st.SearchStrategy[Statement]:
        fields = {"clauses": st.just((f"{kind.kind} {id}",)), "needs": needs, "duties": some(DUTIES, 1), **more}
        return st.builds(lambda **terms: kind(id=id, **terms), **fields)

    return [
        *(frame(Purpose, id, data=wide, optional=some(("health", "phone")), acts=some(ACTS, 4)) for id in PURPOSES),
        *(frame(Recipient, id, what=st.sampled_from(["affiliate", "processor"]), data=some(("all", "contact")), purposes=some(PURPOSES),
                places=some(PLACES), acts=some(("share", "export"))) for id in RECIPIENTS),
        *(frame(Point, id, what=st.just("form"), data=wide, purposes=some(PURPOSES), closable=st.booleans(),
                features=some(FEATURES)) for id in POINTS),
        *(frame(Source, id, what=st.just("self"), data=some(("all", "health"))) for id in SOURCES),
        *(frame(Message, id, what=st.just("marketing"), purposes=some(PURPOSES)) for id in MESSAGES),
    ]  # fmt: skip


def _many(make: Any, most: int) -> st.SearchStrategy[list[Statement]]:
    return st.integers(0, most).flatmap(lambda n: st.tuples(*(make(f"s{i}") for i in range(n)))).map(list)


@st.composite
def policies(draw: st.DrawFn) -> tuple[Statement, ...]:
    """The statements of a policy."""
    found: list[Statement] = [Category(id=id, part_of=above) for id, above in CATEGORIES.items()]
    found += [Category(id="stats", nature="non_personal"), Notice(id="form")]
    found += [SubjectClass(id=id, who={"en": id}) for id in ("child", "visitor")]
    found += [Consent(id=id, what="explicit") for id in ("news", "study")]
    found += [draw(one) for one in _frames()]
    basis = st.sampled_from(BASES)
    found += draw(_many(lambda id: _scoped(Ground, id, basis=basis, needs=conditions(), duties=some(DUTIES), exception=st.booleans()), 4))
    found += draw(_many(lambda id: _scoped(Export, id, basis=basis, needs=conditions(1), duties=some(DUTIES)), 1))
    only = some(BASES).map(lambda chosen: chosen or BASES)
    found += draw(_many(lambda id: _scoped(LawfulBasis, id, only=only, when=conditions()), 1))
    found += draw(_many(lambda id: _scoped(Residency, id, regions=some(PLACES).map(lambda r: r or ("CN",))), 1))
    found += draw(_many(lambda id: _bar(Requirement, id), 2))
    for kind, id, more in (
        (Objection, "mailing", {}), (Objection, "study", {}), (Feature, "search", {"switch": st.just("subject")}),
        (Feature, "maps", {"switch": st.just("tenant")}), (Minor, "child", {"who": st.just("child")}),
        (Acceptance, "terms", {"what": st.sampled_from(["deemed", "explicit"]), "notice": st.sampled_from(["", "form"])}),
        (TenantRule, "orders", {}), (Claim, "boast", {"says": st.just("x"), "instead": st.just("y")}),
    ):  # fmt: skip
        if kind is Feature or draw(st.integers(0, 3)) == 0:
            found.append(draw(_bar(kind, id, **more)))
    return tuple(found)


def questions(most_data: int = 3) -> st.SearchStrategy[Question]:
    """Questions, nearly all of them about what is declared."""

    def maybe(values: tuple[str, ...]) -> st.SearchStrategy[str]:
        return st.sampled_from(["", "", *values])

    data = st.lists(st.sampled_from([*CATEGORIES, *CATEGORIES, "stats"]), min_size=1, max_size=most_data).map(tuple)
    action = st.sampled_from([*ACTS, *ACTS, "publish"])
    usual = st.builds(Question, action, data, st.sampled_from(PURPOSES), maybe(RECIPIENTS), maybe(PLACES), maybe(POINTS),
                      maybe(SOURCES), maybe(MESSAGES))  # fmt: skip
    odd = st.builds(Question, st.sampled_from(["use", "dream"]), st.sampled_from([(), ("nothing",), ("email",)]),
                    st.sampled_from(["", "serve", "nowhere"]), st.sampled_from(["", "stranger"]))  # fmt: skip
    return st.one_of(*[usual] * 9, odd)


def facts(*, unknown: bool = False) -> st.SearchStrategy[Facts]:
    """What is known; with `unknown`, some of it is not."""
    chosen = st.frozensets(st.sampled_from(FACTS))
    return st.builds(Facts, chosen, st.frozensets(st.sampled_from(FACTS), max_size=4) if unknown else st.just(frozenset()))


def cases(*, unknown: bool = False, most_data: int = 3) -> st.SearchStrategy[Case]:
    """Policy, question and facts together."""
    return st.builds(Case, policies().map(Catalogue), questions(most_data), facts(unknown=unknown))
