"""A policy made for measuring: 12 purposes, 60 categories in 3 levels, 20 recipients, 4 bases, 6 exceptions, 3 jurisdictions.

Every combination of 4 actions, 12 purposes, 60 categories, 20 recipients and 3 places is a question: 172,800 of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from troth.decide.asks import BARS, asks_of
from troth.decide.compiled import Engine
from troth.decide.model import Facts, Question
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact
from troth.policy.model import (
    Acceptance,
    Bar,
    Category,
    Consent,
    Ground,
    Minor,
    Objection,
    Purpose,
    Recipient,
    Requirement,
    Statement,
    SubjectClass,
)

ACTIONS = ("use", "store", "share", "transfer")
PLACES = ("CN", "MY", "EU")
PURPOSES = tuple(f"p{n:02}" for n in range(12))
RECIPIENTS = tuple(f"r{n:02}" for n in range(20))
CLASSES = ("processor", "affiliate", "separate_handler", "authority")
TOPS = ("identity", "contact", "behaviour", "money", "health")
CATEGORIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TOPS, ()),
    **{f"m{n:02}": (TOPS[n % 5],) for n in range(15)},
    **{f"c{n:02}": (f"m{n % 15:02}",) for n in range(40)},
}
GIVEN = ("recipient:protection", "recipient:contract")
"""What is on record about every recipient in the questions that are measured."""


def needs(*texts: str) -> tuple[Condition, ...]:
    """Conditions from their written form."""
    return tuple(Condition.parse(text) for text in texts)


def catalogue() -> Catalogue:
    """The policy."""
    return Catalogue((*_declared(), *_grounds(), *_bars()))


def questions() -> Iterator[Question]:
    """All 172,800 of them."""
    for action, purpose, category, recipient, place in product(
        ACTIONS, PURPOSES, CATEGORIES, RECIPIENTS, PLACES
    ):
        yield Question(action, (category,), purpose, recipient=recipient, place=place)


def _declared() -> Iterator[Statement]:
    for name, above in CATEGORIES.items():
        yield Category(id=name, part_of=above, nature="special" if name == "health" else "")
    for n, name in enumerate(PURPOSES):
        data = tuple(TOPS[(n + step) % 5] for step in range(3))
        yield Purpose(
            id=name, clauses=(f"2.{n}",), data=data, duties=("only_needed_fields",) if n % 3 else ()
        )
    for n, name in enumerate(RECIPIENTS):
        serves = tuple(PURPOSES[(n % 4 + 3 * step) % 12] for step in range(4)) if n % 4 else ()
        yield Recipient(id=name, clauses=(f"4.{n % 4}",), what=CLASSES[n % 4], purposes=serves)
    for name in ("p00", "p01", "p02", "sharing", "transfer", "special", "guardian", "apart", "health_my"):
        yield Consent(id=name, what="explicit")
    yield SubjectClass(id="child", who={"en": "a child"})


def _grounds() -> Iterator[Statement]:
    wants = ("consent:{}", "registered", "paper:citation", "not objects:interest")
    bases = ("consent", "contract", "legal_obligation", "legitimate_interest")
    for n, name in enumerate(PURPOSES):
        group = n // 3
        yield Ground(id=f"for_{name}", clauses=(f"3.{n}",), acts=("use", "store"), purposes=(name,), basis=bases[group],
                     needs=needs(wants[group].format(name)))  # fmt: skip
    disclosed = ("record_disclosure",)
    yield Ground(id="to_processors", clauses=("4(a)",), acts=("share",), recipients=("class:processor",), basis="contract",
                 needs=needs("accepted", "recipient:protection"), duties=disclosed)  # fmt: skip
    yield Ground(id="to_affiliates", clauses=("4(b)",), acts=("share", "transfer"), recipients=("class:affiliate",),
                 basis="contract", needs=needs("registered", "recipient:contract"), duties=disclosed)  # fmt: skip
    yield Ground(
        id="to_others",
        clauses=("4(c)",),
        acts=("share",),
        basis="consent",
        needs=needs("consent:sharing"),
        duties=disclosed,
    )
    yield Ground(
        id="handed_over",
        clauses=("4(d)",),
        acts=("transfer",),
        basis="consent",
        needs=needs("consent:transfer"),
    )
    papers = ("paper:order", "paper:case", "paper:incident", "paper:dispute", "paper:deal", "paper:source")
    for n, paper in enumerate(papers):
        yield Ground(id=f"exception_{n}", clauses=(f"5({n})",), acts=ACTIONS[n % 2 :], basis="legal_obligation", exception=True,
                     purposes=PURPOSES[n : n + 6], needs=needs(paper, "paper:reviewer"), duties=("log_exception",))  # fmt: skip


def _bars() -> Iterator[Statement]:
    yield Requirement(id="special", clauses=("6.1",), data=("nature:special",), needs=needs("consent:special"),
                      unless=needs("paper:order"))  # fmt: skip
    yield Requirement(
        id="restricted", clauses=("6.2",), acts=("use", "share", "transfer"), needs=needs("not restricted")
    )
    yield Requirement(id="closed", clauses=("6.3",), purposes=PURPOSES[:6], needs=needs("not closed"))
    yield Requirement(
        id="cn", clauses=("7.1",), places=("CN",), acts=("share", "transfer"), needs=needs("consent:apart")
    )
    yield Requirement(
        id="my",
        clauses=("7.2",),
        places=("MY",),
        data=("health",),
        needs=needs("consent:health_my or paper:order"),
    )
    yield Requirement(id="eu", clauses=("7.3",), places=("EU",), acts=("transfer",),
                      needs=needs("recipient:contract or recipient:adequate"), duties=("log_read",))  # fmt: skip
    yield Objection(id="interest", clauses=("8.1",), purposes=PURPOSES[9:])
    yield Objection(id="marketing", clauses=("8.2",), purposes=PURPOSES[10:], acts=("use", "share"))
    yield Acceptance(id="terms", clauses=("1.1",), what="deemed", acts=("use", "store"))
    yield Minor(id="children", clauses=("9.1",), who="child", needs=needs("consent:guardian"))


# --- people ----------------------------------------------------------------------------------------------------------------

COMMON = {"accepted": 0.9, "registered": 0.7, "restricted": 0.02, "closed": 0.05, "is:child": 0.08, "objects:interest": 0.1,
          "objects:marketing": 0.2}  # fmt: skip


def chance_of(fact: Fact) -> float:
    """How many people of whom a fact holds."""
    return COMMON.get(str(fact), 0.5)


@dataclass(frozen=True)
class Asked:
    """A question with the facts it is asked with."""

    question: Question
    facts: Facts


def sample(policy: Catalogue, subject_facts: tuple[Fact, ...], count: int, seed: int = 7) -> list[Asked]:
    """Questions drawn from all of them, each with a person of its own; one in ten with the papers of an exception.

    Half of them are permitted: acts that a company plans mostly are, and an engine that stops at the first "no" would look
    faster on a sample that is nearly all denials, as a plain draw would be.
    """
    dice = random.Random(seed)
    engine = Engine(policy)
    drawn: dict[bool, list[Asked]] = {True: [], False: []}
    for question in dice.sample(list(questions()), 20 * count):
        asked = Asked(question, _facts(subject_facts, dice))
        drawn[engine.answer(question, asked.facts).permitted].append(asked)
    mixed = [*drawn[True][: count // 2], *drawn[False][: count - count // 2]]
    dice.shuffle(mixed)
    return mixed


def _facts(subject_facts: tuple[Fact, ...], dice: random.Random) -> Facts:
    person = [str(fact) for fact in subject_facts if dice.random() < chance_of(fact)]
    papers = ["paper:citation"] if dice.random() < 0.5 else []
    papers += ["paper:order", "paper:reviewer"] if dice.random() < 0.1 else []
    return Facts.of([*person, *papers, *GIVEN])


# --- the same policy for other engines -------------------------------------------------------------------------------------


def plain(policy: Catalogue) -> dict[str, Any]:
    """The policy as rules that any engine can hold: permits and forbids with a scope and conditions, all ids written out."""
    return {
        "permits": [_rule(policy, ground) for ground in policy.all(Ground)],
        "forbids": [
            *(_rule(policy, bar) for kind in BARS for bar in policy.all(kind)),
            *(_beyond(policy, purpose) for purpose in policy.all(Purpose)),
            *(_unserved(recipient) for recipient in policy.all(Recipient) if recipient.purposes),
        ],
        "categories": {name: sorted(policy.wider(name)) for name in CATEGORIES},
    }


def _rule(policy: Catalogue, statement: Ground | Bar) -> dict[str, Any]:
    asks = asks_of(policy, statement)
    assert asks is not None
    return {
        "id": statement.key,
        "acts": list(statement.acts),
        "data": sorted(policy.expand("category", statement.data)),
        "purposes": list(statement.purposes),
        "recipients": sorted(policy.expand("recipient", statement.recipients)),
        "places": list(statement.places),
        **{part: [[str(one) for (one,) in condition.ways] for condition in getattr(asks, part)]
           for part in ("when", "unless", "needs")},
    }  # fmt: skip


def _beyond(policy: Catalogue, purpose: Purpose) -> dict[str, Any]:
    """Data a purpose does not cover."""
    return {"id": purpose.key, "purposes": [purpose.id], "data_beyond": list(purpose.data)}


def _unserved(recipient: Recipient) -> dict[str, Any]:
    """Purposes a recipient does not serve."""
    beyond = [purpose for purpose in PURPOSES if purpose not in recipient.purposes]
    return {"id": recipient.key, "recipients": [recipient.id], "purposes": beyond}
