"""What must hold of every implementation, as plain functions: the laws run them on random cases, the planted bugs against them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from tests.decide import listing
from tests.decide.generators import Case
from troth.decide import naive
from troth.decide.batch import Batch, codes_of, lanes_of
from troth.decide.compiled import Engine
from troth.decide.model import Facts, Outcome, Question
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact

MANY = 23
"""How often each of the people of a case stands in a list: more than a byte of a bitmap has bits, and no multiple of it."""


def same_answer(case: Case) -> None:
    """The engine's whole answer is the naive interpreter's, obstacles and what is missing included."""
    engine = Engine(case.catalogue, policy="p")
    for question, facts in case.asked():
        said = engine.answer(question, facts)
        wanted = naive.answer(case.catalogue, question, facts, "p")
        assert said == wanted, (question, facts)


def same_decision(case: Case) -> None:
    """A single decision, a prepared one and the bytes made at compile time say what the answer says."""
    engine = Engine(case.catalogue, policy="p")
    for question, facts in case.asked():
        wanted = naive.decide(case.catalogue, question, facts, "p")
        words = engine.layout.pack(facts)
        decided = engine.decide(question, words.subject, words.request)
        assert engine.prepare(question)(words.subject, words.request) is decided
        assert (decided.outcome, decided.grounds, decided.clauses) == (
            wanted.outcome,
            wanted.grounds,
            wanted.clauses,
        )
        assert (decided.duties, decided.applied) == (wanted.duties, wanted.applied)
        body = json.loads(decided.body)
        assert body == {
            "outcome": wanted.outcome, "ground": (*wanted.grounds, "")[0], "grounds": list(wanted.grounds), "policy": "p",
            "clauses": list(wanted.clauses), "duties": list(wanted.duties),
        }  # fmt: skip


def same_list(case: Case) -> None:
    """Listing is checking: bitmap, ids and deciding grounds, from bitmaps and from words, person by person."""
    engine = Engine(case.catalogue)
    packed = [engine.layout.pack(facts) for facts in case.facts]
    people = [words.subject for words in packed] * MANY
    lanes = lanes_of(engine.layout, people)
    batch = Batch(engine, lanes)
    for question in case.questions:
        for request in {words.request for words in packed}:
            wanted = [_code(engine, case, question, words.subject, request) for words in packed] * MANY
            codes = batch.codes(question, request)
            assert codes.tolist() == wanted, question
            assert codes_of(engine, question, lanes, request).tolist() == wanted, question
            permitted = [row for row, code in enumerate(wanted) if code]
            assert batch.ids(question, request).tolist() == permitted
            bits = np.unpackbits(batch.bitmap(question, request), bitorder="little")
            assert np.flatnonzero(bits).tolist() == permitted


def same_in_database(case: Case) -> None:
    """A list made by a database is the list made from columns."""
    engine = Engine(case.catalogue)
    packed = [engine.layout.pack(facts) for facts in case.facts]
    people = [words.subject for words in packed] * 3
    with closing(listing.in_sqlite(engine, people)) as held:
        for question in case.questions:
            for request in {words.request for words in packed}:
                same_rows(lambda query: held.execute(query).fetchall(), engine, question, people, request)


def same_rows(
    run: Callable[[str], Sequence[Any]],
    engine: Engine,
    question: Question,
    people: Sequence[int],
    request: int = 0,
    dialect: str = "sqlite",
) -> None:
    """Codes, ids, and ids by a filter over the codes, from whoever runs a query."""
    wanted = Batch(engine, lanes_of(engine.layout, people)).codes(question, request).tolist()
    permitted = [row for row, code in enumerate(wanted) if code]
    assert [code for _, code in run(listing.codes_query(engine, question, request, dialect))] == wanted
    assert [id for (id,) in run(listing.ids_query(engine, question, request, dialect))] == permitted
    assert [id for (id,) in run(listing.filtered_query(engine, question, request, dialect))] == permitted


def _code(engine: Engine, case: Case, question: Question, person: int, request: int) -> int:
    """The number of the first deciding ground, as the naive interpreter sees it."""
    known = engine.layout.unpack(person | request)
    grounds = naive.decide(case.catalogue, question, known).grounds
    numbers = {key: code for code, key in engine.codes.items()}
    return numbers[grounds[0]] if grounds else 0


def categories_add_up(case: Case) -> None:
    """Several categories are permitted when each is; grounds and duties are united."""
    engine = Engine(case.catalogue)
    for question, facts in case.asked():
        together = engine.answer(question, facts)
        alone = [engine.answer(_only(question, category), facts) for category in question.data]
        assert together.permitted == (bool(alone) and all(one.permitted for one in alone))
        if together.permitted:
            assert set(together.duties) == {duty for one in alone for duty in one.duties}
            assert together.grounds == tuple(dict.fromkeys(ground for one in alone for ground in one.grounds))


def _only(question: Question, category: str) -> Question:
    sides = ("recipient", "place", "via", "source", "message")
    return Question(
        question.action, (category,), question.purpose, **{side: getattr(question, side) for side in sides}
    )


def what_is_missing_permits(case: Case) -> None:
    """Every set listed as missing, once given, permits; none contains another, and the smallest stand first."""
    engine = Engine(case.catalogue)
    for question, facts in case.asked():
        answer = engine.answer(question, facts)
        missing = answer.missing
        if any(one.name for one in answer.obstacles):
            unnamed = {one.name for one in answer.obstacles if one.name}
            assert missing in ((), (tuple(f"name the {side}" for side in sorted(unnamed)),))
            continue
        order = [(sum("is:" in one for one in way), len(way), way) for way in missing]
        assert order == sorted(order)
        for way in missing:
            assert naive.decide(case.catalogue, question, given(facts, way)).outcome is Outcome.PERMIT
            assert not any(set(other) < set(way) for other in missing)


def nothing_is_missing_that_is_not_said(case: Case, most_facts: int = 8) -> None:
    """What is listed as missing is every smallest change of facts that permits, found by trying all changes there are; where
    the answer says that there may be more, it is some of them."""
    engine = Engine(case.catalogue)
    for question, facts in case.asked():
        read = [
            fact for fact in engine.layout.positions if engine._ready[question][0] & engine.layout.bit(fact)
        ]
        answer = engine.answer(question, facts)
        if len(read) > most_facts or answer.permitted or any(one.name for one in answer.obstacles):
            continue
        wanted = _smallest_changes(engine, question, facts, read)
        listed = {frozenset(way) for way in answer.missing}
        assert listed <= wanted
        assert answer.more_missing or listed == wanted


def _smallest_changes(
    engine: Engine, question: Question, facts: Facts, read: list[Fact]
) -> set[frozenset[str]]:
    """The changes of these facts that permit and hold no smaller one that does."""
    found: set[frozenset[str]] = set()
    options = [_changes_of(fact, facts) for fact in read]
    for choice in sorted(product(*options), key=lambda one: sum(map(bool, one))):
        change = tuple(one for one in choice if one)
        if not any(smaller <= set(change) for smaller in found):
            words = engine.layout.pack(given(facts, change))
            if engine._decide(question, words.word & engine._ready[question][0], words.unknown).permitted:
                found.add(frozenset(change))
    return found


def _changes_of(fact: Fact, facts: Facts) -> tuple[str, ...]:
    if fact in facts.unknown:
        return ("", str(fact), f"not {fact}")
    return ("", f"not {fact}" if fact in facts.holding else str(fact))


def naming_decides(case: Case) -> None:
    """An act that leaves out a side it must name is refused, whatever is known, and told which; without that demand it meets
    what it met before: naming adds refusals and nothing else."""
    plain = Catalogue(
        replace(one, must_name=()) if getattr(one, "must_name", ()) else one
        for one in case.catalogue.statements
    )
    engine, free = Engine(case.catalogue), Engine(plain)
    for question, facts in case.asked():
        said, before = engine.answer(question, facts), free.answer(question, facts)
        wanting = [one for one in said.obstacles if one.code == "unnamed"]
        assert tuple(one for one in said.obstacles if one.code != "unnamed") == before.obstacles
        assert said.permitted == (before.permitted and not wanting)
        assert all(one.detail == f"{one.statement}: name the {one.name}" for one in wanting)
        field = {"point": "via"}
        assert not any(getattr(question, field.get(one.name, one.name)) for one in wanting)


def given(facts: Facts, literals: tuple[str, ...]) -> Facts:
    """Facts after some literals have come true."""
    gained = Facts.of(one for one in literals if not one.startswith("not ")).holding
    lost = Facts.of(one.removeprefix("not ") for one in literals if one.startswith("not ")).holding
    return Facts((facts.holding | gained) - lost, facts.unknown - gained - lost)
