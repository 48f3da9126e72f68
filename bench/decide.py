"""Decisions on a made policy of 172,800 questions (`bench.made`), one core, beside four other engines in the same run.

Every engine is first checked against the naive interpreter on a sample. Other engines are called through their Python packages,
and that crossing is most of what Cedar and regorus cost here; none of them says which clause decided, what duties follow or
what is missing.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench import made, peers
from bench.rows import Row, median_seconds, row
from bench.start import start_rows
from bench.web import http_rows
from bench.words import word_rows
from troth.app.folders import compile_folder
from troth.decide import naive
from troth.decide.batch import Batch, Lane
from troth.decide.compiled import Engine
from troth.decide.model import Facts, Question
from troth.kernel.findings import Findings

SAMPLE = 1000
"""Questions, each with a person, that are timed."""
CHECKED = 300
"""How many of them are put to every engine and to the naive interpreter."""
PEOPLE = 10_000_000
EXAMPLES = Path(__file__).parents[1] / "examples"
Call = tuple[Question, int, int]


class Wrong(Exception):
    """An engine that is measured gives a wrong answer: its speed means nothing."""


def rows() -> list[Row]:
    """The rows of this bench."""
    policy = made.catalogue()
    engine = Engine(policy)
    asked = made.sample(policy, engine.layout.subject_facts, SAMPLE)
    wanted = [naive.answer(policy, one.question, one.facts).permitted for one in asked[:CHECKED]]
    their = _peers(asked[:CHECKED], wanted)
    calls = [(one.question, *engine.layout.pack(one.facts)[:2]) for one in asked]
    _agree("the engine", [engine.decide(*call).permitted for call in calls[:CHECKED]], wanted)
    return [
        *_single(engine, calls, asked, their),
        *_many(engine),
        *_examples(),
        *http_rows(),
        *start_rows(),
        *word_rows(),
    ]


# --- one decision ----------------------------------------------------------------------------------------------------------


def _single(engine: Engine, calls: list[Call], asked: list[made.Asked], their: dict[str, float]) -> list[Row]:
    single = _each(lambda: _decide_all(engine, calls), len(calls))
    prepared = _prepared(engine, calls)
    whole = _each(lambda: [engine.answer(one.question, one.facts) for one in asked], len(asked))
    fastest = min(their, key=lambda name: their[name])
    return [
        row("decide.single", single, "us", at_most=1, smaller_is_better=True),
        row("decide.prepared", prepared, "us", at_most=0.15, smaller_is_better=True),
        row("decide.answer_from_facts", whole, "us", smaller_is_better=True),
        *(
            row(f"decide.ratio.{name.split()[0].lower()}", single, "us", peer=f"{name}, through its Python package",
                peer_value=value, least_ratio=30 if name == fastest else None, smaller_is_better=True)
            for name, value in sorted(their.items(), key=lambda one: one[1])
        ),
    ]  # fmt: skip


def _decide_all(engine: Engine, calls: list[Call]) -> None:
    decide = engine.decide
    for question, word, request in calls:
        decide(question, word, request)


def _prepared(engine: Engine, calls: list[Call]) -> float:
    """One question made ready, asked about many people; the median over several questions."""
    words = [word for _, word, _ in calls]
    return statistics.median(_loop(engine, question, request, words) for question, _, request in calls[:9])


def _loop(engine: Engine, question: Question, request: int, words: list[int]) -> float:
    prepared = engine.prepare(question)

    def act() -> None:
        for word in words:
            prepared(word, request)

    return _each(act, len(words))


def _each(act: Callable[[], object], count: int, times: int = 31) -> float:
    """Microseconds of one of `count` decisions, at the median; a first run makes the tables."""
    act()
    return median_seconds(act, times) / count * 1e6


def _peers(asked: list[made.Asked], wanted: list[bool]) -> dict[str, float]:
    """Microseconds of a decision in every other engine, each checked first."""
    given = {"policy": made.plain(made.catalogue()), "asked": [_plain(one) for one in asked]}
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        file = Path(folder) / "asked.json"
        file.write_text(json.dumps(given))
        found = peers.measure("deciders", str(file))
    for name, measured in found.items():
        _agree(name, measured["outcomes"], wanted)
    return {name: measured["seconds"] * 1e6 for name, measured in found.items()}


def _plain(asked: made.Asked) -> dict[str, Any]:
    question = asked.question
    sides = {side: getattr(question, side) for side in ("action", "purpose", "recipient", "place")}
    return {**sides, "category": question.data[0], "facts": sorted(map(str, asked.facts.holding))}


def _agree(name: str, found: list[bool], wanted: list[bool]) -> None:
    wrong = [at for at, (one, other) in enumerate(zip(found, wanted, strict=True)) if one != other]
    if wrong:
        raise Wrong(f"{name} differs from the naive interpreter on {len(wrong)} of {len(wanted)} questions.")


# --- ten million people ------------------------------------------------------------------------------------------------------


def _many(engine: Engine) -> list[Row]:
    lane = _people(engine)
    batch = Batch(engine, [lane])
    request = engine.layout.pack(Facts.of(made.GIVEN)).request
    question = _busiest(engine, batch, request)
    _agree_on_people(engine, batch, lane, question, request)

    def milliseconds(act: Callable[[Question, int], object]) -> float:
        return median_seconds(lambda: act(question, request), 9) * 1000

    words = sum(column.nbytes for column in (lane,)) / PEOPLE / engine.layout.lanes
    return [
        row("decide.batch.bitmap", milliseconds(batch.bitmap), "ms", at_most=3),
        row("decide.batch.ids", milliseconds(batch.ids), "ms", at_most=30),
        row("decide.batch.ground_per_person", milliseconds(batch.codes), "ms", at_most=90),
        row("decide.state.words", words, "bytes/person/lane", at_most=8),
        row("decide.state.bitmaps", batch.bitmap_bytes / PEOPLE, "bytes/person", at_most=8),
    ]


def _people(engine: Engine) -> Lane:
    """Ten million words in which facts hold as often as among people."""
    dice = np.random.default_rng(1)
    lane = np.zeros(PEOPLE, dtype=np.int64)
    for at, fact in enumerate(engine.layout.subject_facts):
        lane |= (dice.random(PEOPLE, dtype=np.float32) < made.chance_of(fact)).astype(np.int64) << at
    return lane


def _busiest(engine: Engine, batch: Batch, request: int) -> Question:
    """The question, of a sample, that reads most and still permits somebody."""
    drawn = random.Random(3).sample(list(made.questions()), 2000)

    def work(question: Question) -> int:
        rule = engine.fold.rules(question)[0]
        return len(rule.blocks) + sum(len(rows) for _, rows in rule.grounds)

    few = Batch(engine, [column[:10_000] for column in batch.lanes])
    hard = sorted(drawn, key=work, reverse=True)
    return next(question for question in hard if 500 < len(few.ids(question, request)) < 9_500)


def _agree_on_people(engine: Engine, batch: Batch, lane: Lane, question: Question, request: int) -> None:
    """A sample of the people, one by one, against the naive interpreter."""
    codes, policy = batch.codes(question, request), made.catalogue()
    permitted = set(batch.ids(question, request)[:200_000].tolist())
    for person in range(0, 200_000, 997):
        known = engine.layout.unpack(int(lane[person]) | request)
        said = naive.answer(policy, question, known)
        ground = engine.codes.get(int(codes[person]), "")
        if ground != (*said.grounds, "")[0] or (person in permitted) != said.permitted:
            raise Wrong(f"The batch differs from the naive interpreter on person {person}.")


# --- the five examples -------------------------------------------------------------------------------------------------------


def _examples() -> list[Row]:
    """All policies under examples/ together: from their files, and from bundles to engines alone."""
    folders = sorted(file.parent for file in EXAMPLES.glob("*/policy.yaml"))
    compiled = [compile_folder(folder, Findings()) for folder in folders]
    bundles = [one.bundle for one in compiled if one is not None]
    if len(bundles) != len(folders):
        raise Wrong("An example does not compile: see `troth check`.")
    engines = median_seconds(lambda: [Engine.compile(bundle) for bundle in bundles], 3)
    whole = median_seconds(lambda: [compile_folder(folder, Findings()) for folder in folders], 3) + engines
    return [
        row("decide.compile.policies", whole, "s", at_most=1),
        row("decide.compile.engines_alone", engines, "s"),
    ]
