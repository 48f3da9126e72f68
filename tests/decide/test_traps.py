"""Traps that other engines fell into, each with a test of its own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.decide import generators
from troth.decide import naive
from troth.decide.batch import Batch, codes_of, lanes_of
from troth.decide.compiled import Engine
from troth.decide.masks import MOST_ROWS, TooManyWays
from troth.decide.model import Facts, Question
from troth.policy.catalogue import Catalogue
from troth.policy.model import Ground, Minor, Objection, Purpose, SubjectClass

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
