"""Traps that other engines fell into, each with a test of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.decide import generators
from troth.decide import naive
from troth.decide.batch import Batch, codes_of, lanes_of
from troth.decide.compiled import Engine
from troth.decide.masks import MOST_ROWS, TooManyWays
from troth.decide.model import Answer, Facts, Question
from troth.policy.catalogue import Catalogue
from troth.policy.model import Ground, Message, Minor, Objection, Purpose, Requirement, Source, SubjectClass
from troth.policy.terms import AllBut

MAIL = Question("use", ("email",), "mail")
POLICY = Catalogue(
    (
        *generators.categories(),
        Purpose(id="mail", data=("contact",)),
        SubjectClass(id="child", who={"en": "a child"}),
        Ground(id="agreed", basis="consent", needs=generators.needs("consent:news")),
        Objection(id="mailing", purposes=("mail",)),
        Minor(id="children", who="child", needs=generators.needs("consent:guardian")),
    )
)


@pytest.mark.parametrize("flag", ["objects:mailing", "is:child", "consent:news"])
def test_a_missing_flag_means_the_same_in_every_mode(flag: str) -> None:
    """A missing objection or minor flag restricts, a missing consent permits nothing: asked singly, prepared, or listed."""
    engine = Engine(POLICY)
    known = {"consent:news"} - {flag}
    facts = Facts.of(known, unknown=[flag])
    words = engine.layout.pack(facts)
    assert not words.unknown
    assert not naive.answer(POLICY, MAIL, facts).permitted
    assert not engine.answer(MAIL, facts).permitted
    assert not engine.prepare(MAIL)(words.subject).permitted
    lanes = lanes_of(engine.layout, [words.subject])
    assert Batch(engine, lanes).codes(MAIL).tolist() == codes_of(engine, MAIL, lanes).tolist() == [0]


def test_what_was_permitted_a_moment_ago_is_not_remembered() -> None:
    """A batch is a snapshot of its words; asking again about those who changed sees the change."""
    engine = Engine(POLICY)
    consent = engine.layout.pack(Facts.of(["consent:news"])).subject
    lanes = lanes_of(engine.layout, [consent] * 130)
    batch = Batch(engine, lanes)
    assert len(batch.ids(MAIL)) == 130
    lanes = tuple(lane.copy() for lane in lanes)
    lanes[0][64] = 0
    changed = np.array([64])
    assert codes_of(engine, MAIL, [lane[changed] for lane in lanes]).tolist() == [0]
    assert not engine.decide(MAIL, int(lanes[0][64])).permitted
    assert len(Batch(engine, lanes).ids(MAIL)) == 129


def test_nobody_is_a_number_not_an_absence() -> None:
    """Codes are whole numbers from 1; a denial is 0, never missing."""
    engine = Engine(POLICY)
    codes = Batch(
        engine, lanes_of(engine.layout, [0, engine.layout.pack(Facts.of(["consent:news"])).subject])
    ).codes(MAIL)
    assert codes.dtype == np.int16
    assert codes.tolist() == [0, 1]
    assert engine.codes == {1: "ground:agreed"}
    assert engine.decide(MAIL, 0).code == 0


def test_nobody_stands_beyond_the_last_person() -> None:
    """A policy that permits all of 65 people permits 65, not the rest of the last 64 bits."""
    open_to_all = Catalogue(
        (*generators.categories(), Purpose(id="mail", data=("all",)), Ground(id="g", basis="contract"))
    )
    engine = Engine(open_to_all)
    batch = Batch(engine, lanes_of(engine.layout, [0] * 65))
    assert batch.ids(MAIL).tolist() == list(range(65))
    assert batch.bitmap(MAIL).tolist() == [255] * 8 + [1]
    assert batch.codes(MAIL).tolist() == [1] * 65


def test_a_lane_never_needs_the_sign_bit() -> None:
    facts = [f"consent:c{number}" for number in range(200)]
    grounds = (
        Ground(id=f"g{number}", basis="consent", needs=generators.needs(fact))
        for number, fact in enumerate(facts)
    )
    layout = Engine(Catalogue((*generators.categories(), *grounds))).layout
    lanes = lanes_of(layout, [layout.pack(Facts.of(facts)).subject])
    assert layout.lanes == 4
    assert [int(lane[0]) for lane in lanes] == [(1 << 62) - 1] * 3 + [(1 << 14) - 1]


def test_too_many_alternatives_are_refused_when_the_policy_is_made_ready() -> None:
    ways = " or ".join(
        f"paper:{paper}"
        for paper in ("order", "case", "source", "dispute", "term", "harm", "belief", "ticket")
    )
    needs = [ways.replace("paper:", f"consent:c{number}_") for number in range(5)]
    engine = Engine(
        Catalogue(
            (*generators.categories(), Ground(id="wide", basis="consent", needs=generators.needs(*needs)))
        )
    )
    with pytest.raises(TooManyWays, match=f"ground:wide: .*{MOST_ROWS}"):
        engine.fold.unfold()


def _says(catalogue: Catalogue, question: Question, *facts: str) -> Answer:
    """What the specification says, and the engine with it."""
    wanted = naive.answer(catalogue, question, Facts.of(facts))
    assert Engine(catalogue).answer(question, Facts.of(facts)) == wanted
    return wanted


def test_a_question_does_not_slip_past_a_bar_by_leaving_a_side_out() -> None:
    """Two sides a bar is about are both left out: both must be named, and naming one of them is not enough."""
    bar = Requirement(
        id="fed", purposes=("mail",), sources=("feed",), messages=("news",), must_name=("source", "message"),
        needs=generators.needs("consent:news"),
    )  # fmt: skip
    frames = (
        Source(id="feed", what="partner"),
        Source(id="form", what="self"),
        Message(id="news", what="marketing", purposes=("mail",)),
    )
    purpose, ground = Purpose(id="mail", data=("contact",)), Ground(id="g", basis="contract")
    policy = Catalogue((*generators.categories(), purpose, ground, *frames, bar))
    assert _says(policy, MAIL).missing == (("name the message", "name the source"),)
    assert _says(policy, replace(MAIL, source="feed")).missing == (("name the message",),)
    assert _says(policy, replace(MAIL, source="form")).permitted, (
        "mail from the form is no concern of this bar"
    )
    assert _says(policy, replace(MAIL, source="feed", message="news")).missing == (("consent:news",),)
    assert _says(policy, replace(MAIL, source="feed", message="news"), "consent:news").permitted


def test_a_name_is_demanded_while_the_bar_stands_and_nothing_lifts_it() -> None:
    bar = Requirement(
        id="fed", sources=("feed",), must_name=("source",), when=generators.needs("registered"),
        unless=generators.needs("paper:order"),
    )  # fmt: skip
    frames = (Source(id="feed", what="partner"), Source(id="form", what="self"))
    purpose, ground = Purpose(id="mail", data=("contact",)), Ground(id="g", basis="contract")
    policy = Catalogue((*generators.categories(), purpose, ground, *frames, bar))
    assert _says(policy, MAIL).permitted, "the bar does not stand"
    assert _says(policy, MAIL, "registered").missing == (("name the source",),)
    assert _says(policy, MAIL, "registered", "paper:order").permitted, "it is lifted"
    unknown = Facts.of([], unknown=["registered"])
    assert not naive.answer(policy, MAIL, unknown).permitted
    assert Engine(policy).answer(MAIL, unknown) == naive.answer(policy, MAIL, unknown)


def test_a_ground_on_all_but_health_does_not_reach_what_holds_health() -> None:
    """`all` holds health, and `lab` is both health and contact: a ground on all but health reaches neither, nor `contact`."""
    ground = Ground(id="g", basis="contract", data=AllBut(("health",)))
    policy = Catalogue((*generators.categories(), Purpose(id="mail", data=("all",)), ground))
    permitted = {id for id in policy.ids("category") if _says(policy, replace(MAIL, data=(id,))).permitted}
    assert permitted == {"email", "phone"}


def test_a_bar_on_all_but_health_holds_for_what_holds_health() -> None:
    bar = Requirement(id="r", data=AllBut(("health",)))
    purpose, ground = Purpose(id="mail", data=("all",)), Ground(id="g", basis="contract")
    policy = Catalogue((*generators.categories(), purpose, ground, bar))
    permitted = {id for id in policy.ids("category") if _says(policy, replace(MAIL, data=(id,))).permitted}
    assert permitted == {"health", "lab"}


def test_leaving_a_side_out_falls_under_a_bar_and_under_no_ground() -> None:
    """All but the feed: a question that does not say where data come from might mean the feed."""
    frames = (Source(id="feed", what="partner"), Source(id="form", what="self"))
    purpose = Purpose(id="mail", data=("contact",))
    ground = Ground(id="g", basis="contract", sources=AllBut(("feed",)))
    policy = Catalogue((*generators.categories(), purpose, ground, *frames))
    assert not _says(policy, MAIL).permitted
    assert _says(policy, replace(MAIL, source="form")).permitted
    bar = Requirement(id="r", sources=AllBut(("feed",)))
    barred = Catalogue((*generators.categories(), purpose, Ground(id="g", basis="contract"), *frames, bar))
    assert [_says(barred, replace(MAIL, source=one)).permitted for one in ("", "form", "feed")] == [
        False,
        False,
        True,
    ]


def test_a_place_that_is_none_is_refused() -> None:
    assert not _says(POLICY, replace(MAIL, place="Atlantis"), "consent:news").permitted
    assert _says(POLICY, replace(MAIL, place="MY"), "consent:news").permitted
