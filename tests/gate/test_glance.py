"""A glance: the answer of `peek` out of memory, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from tests.gate.kit import MAIL, SERVE, TO_COURT, agreed
from troth.app.organisation import Organisation
from troth.decide.model import Answer, Facts, Question
from troth.gate.errors import PaperUnknown


class Told:
    """Words that say what the test lets them say."""

    def __init__(self) -> None:
        self.facts: dict[str, Mapping[str, Facts]] = {}

    def lookup(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        return self.facts.get(pseudonym)

    def glance(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        return self.facts.get(pseudonym)


@pytest.fixture
def told(quay: Organisation) -> Told:
    quay.gate._words = found = Told()
    return found


@pytest.fixture
def unread(quay: Organisation, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Called, it takes the database away."""

    def refuse(self: object) -> None:
        raise AssertionError("the database was read")

    return lambda: monkeypatch.setattr(type(quay.database), "read", refuse)


def known(quay: Organisation, told: Told, who: str) -> None:
    told.facts[quay.ledger.pseudonym(who)] = quay.known(who)


def test_it_says_what_peek_says_without_the_database(
    quay: Organisation, told: Told, unread: Callable[[], None]
) -> None:
    who = agreed(quay)
    known(quay, told, who)
    peeked = [quay.gate.peek(question, who, papers) for question, papers in PLANNED]
    assert {reply.permitted for reply in peeked} == {True, False}
    unread()
    for (question, papers), reply in zip(PLANNED, peeked, strict=True):
        assert quay.gate.glance(question, who, papers) == replace(reply, at=quay.clock.now())


PLANNED = [(MAIL, {}), (SERVE, {}), (MAIL, {"order": "7"}), (replace(SERVE, message="no_such"), {})]


def test_it_says_nothing_of_whom_the_words_do_not_tell(quay: Organisation, told: Told) -> None:
    who = agreed(quay)
    quay.gate.peek(MAIL, who)
    assert quay.gate.glance(MAIL, who) is None
    assert quay.gate.glance(MAIL, None) is None


def test_it_says_nothing_about_a_recipient(quay: Organisation, told: Told) -> None:
    who = agreed(quay)
    known(quay, told, who)
    quay.gate.peek(MAIL, who)
    assert quay.gate.glance(MAIL, who) is not None
    assert quay.gate.glance(TO_COURT, who) is None


def test_it_leaves_a_person_bound_by_two_versions_to_peek(quay: Organisation, told: Told) -> None:
    who = agreed(quay)
    known(quay, told, who)
    quay.gate.peek(MAIL, who)
    told.facts[quay.ledger.pseudonym(who)] = {**quay.known(who), "sha256:other": Facts()}
    assert quay.gate.glance(MAIL, who) is None


def test_it_compiles_no_policy(quay: Organisation, told: Told) -> None:
    who = agreed(quay)
    known(quay, told, who)
    assert quay.gate.glance(MAIL, who) is None
    quay.gate.peek(MAIL, who)
    assert quay.gate.glance(MAIL, who) is not None


def test_a_paper_of_no_known_kind_is_refused_as_peek_refuses_it(quay: Organisation, told: Told) -> None:
    with pytest.raises(PaperUnknown):
        quay.gate.glance(MAIL, agreed(quay), {"napkin": "1"})


def test_a_withdrawal_that_was_acknowledged_is_in_the_next_glance(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, agreed(quay_on_sqlite)
    for _ in range(20):
        quay.gate.peek(MAIL, who)
        given = quay.gate.glance(MAIL, who)
        assert given is not None
        assert given.permitted
        quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn", language="en"))
        after = quay.gate.glance(MAIL, who)
        assert after is None or not after.permitted
        assert not quay.gate.peek(MAIL, who).permitted
        denied = quay.gate.glance(MAIL, who)
        assert denied is not None
        assert not denied.permitted
        quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))


def test_the_papers_given_are_among_the_facts(
    quay: Organisation, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, asked = agreed(quay), []
    known(quay, told, who)
    quay.gate.peek(MAIL, who)
    (digest,) = quay.known(who)
    decider = quay.gate._deciders[digest]

    class Listening:
        def answer(self, question: Question, facts: Facts) -> Answer:
            asked.append({str(fact) for fact in facts.holding})
            return decider.answer(question, facts)

    monkeypatch.setitem(quay.gate._deciders, digest, Listening())
    for papers in ({}, {"order": "7"}):
        quay.gate.glance(MAIL, who, papers)
        quay.gate.peek(MAIL, who, papers)
    bare, same, with_paper, same_with_paper = asked
    assert bare == same
    assert with_paper == same_with_paper == bare | {"paper:order"}
