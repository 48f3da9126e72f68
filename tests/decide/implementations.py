"""Every way to decide, behind one face: what it says about a question, as far as it says it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.decide import listing
from troth.decide import naive
from troth.decide.batch import Batch, lanes_of
from troth.decide.compiled import Engine
from troth.decide.model import Answer, Facts, Question
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue

Said = dict[str, Any]


@dataclass(frozen=True)
class Implementation:
    """A name, and the answer it gives: a mapping of those parts of an answer that this implementation knows."""

    name: str
    answer: Callable[[Bundle, Question, Facts], Said]


def _said(answer: Answer) -> Said:
    parts = ("outcome", "grounds", "clauses", "duties", "applied", "missing")
    return {name: getattr(answer, name) for name in parts}


def _naive(bundle: Bundle, question: Question, facts: Facts) -> Said:
    return _said(naive.answer(Catalogue.of(bundle), question, facts, bundle.digest))


_ENGINES: dict[str, Engine] = {}


def engine(bundle: Bundle) -> Engine:
    """The engine of a bundle, made once."""
    if bundle.digest not in _ENGINES:
        _ENGINES[bundle.digest] = Engine.compile(bundle)
    return _ENGINES[bundle.digest]


def _compiled(bundle: Bundle, question: Question, facts: Facts) -> Said:
    return _said(engine(bundle).answer(question, facts))


def _prepared(bundle: Bundle, question: Question, facts: Facts) -> Said:
    words = engine(bundle).layout.pack(facts)
    if words.unknown:
        return _compiled(bundle, question, facts)
    found = engine(bundle).prepare(question)(words.subject, words.request)
    return {name: getattr(found, name) for name in ("outcome", "grounds", "clauses", "duties", "applied")}


def _batch(bundle: Bundle, question: Question, facts: Facts) -> Said:
    """Among people about whom nothing holds, so that a mix-up of rows would show."""
    words = engine(bundle).layout.pack(facts)
    if words.unknown:
        return _compiled(bundle, question, facts)
    people = Batch(engine(bundle), lanes_of(engine(bundle).layout, [*[0] * 9, words.subject, *[0] * 3]))
    code = int(people.codes(question, words.request)[9])
    assert (9 in people.ids(question, words.request)) == (code > 0)
    assert bool(people.bitmap(question, words.request)[1] & 2) == (code > 0)
    return {"outcome": "permit" if code else "deny", "first": engine(bundle).codes.get(code, "")}


def _sql(bundle: Bundle, question: Question, facts: Facts) -> Said:
    """Likewise, by a database."""
    words = engine(bundle).layout.pack(facts)
    if words.unknown:
        return _compiled(bundle, question, facts)
    with closing(listing.in_sqlite(engine(bundle), [*[0] * 3, words.subject, 0])) as held:
        codes = held.execute(listing.codes_query(engine(bundle), question, words.request)).fetchall()
        listed = held.execute(listing.ids_query(engine(bundle), question, words.request)).fetchall()
    code = codes[3][1]
    assert ((3,) in listed) == (code > 0)
    return {"outcome": "permit" if code else "deny", "first": engine(bundle).codes.get(code, "")}


IMPLEMENTATIONS = [
    Implementation("naive", _naive),
    Implementation("compiled", _compiled),
    Implementation("prepared", _prepared),
    Implementation("batch", _batch),
    Implementation("sql", _sql),
]
