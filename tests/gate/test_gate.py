"""The three verbs and what they leave behind; what may be asserted, and what is looked up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.gate.kit import (
    FACE,
    MAIL,
    SERVE,
    TEXT,
    TO_COURT,
    TO_SISTER,
    agreed,
    second,
    somebody,
    with_data,
)
from troth.app.organisation import Interpreter, Organisation
from troth.decide.model import Facts, Question, Request
from troth.gate import KeyReused, PaperUnknown, Reply
from troth.ledger import Event, Origin, segment_of
from troth.policy.facts import Fact
from troth.promises.store import evidence_of
from troth.recipients import Recipients

ORDER = {"order": "Order 7 of 2026"}


def size(quay: Organisation) -> int:
    with quay.database.read() as connection:
        return quay.ledger.head(connection).size


def last(quay: Organisation) -> Event:
    with quay.database.read() as connection:
        return next(quay.ledger.events(connection, newest_first=True))


def payload(quay: Organisation, sequence: int) -> dict[str, object]:
    with quay.database.read() as connection:
        return quay.ledger.payload(connection, sequence) or {}


def test_peek_is_advice_and_leaves_no_trace(quay: Organisation) -> None:
    who = agreed(quay)
    before = size(quay)
    permit, denial = quay.gate.peek(MAIL, who), quay.gate.peek(FACE, who)
    assert (permit.permitted, permit.answer.grounds, permit.recorded) == (True, ("ground:mail",), "")
    assert denial.answer.missing == (("consent:face",),)
    assert permit.answer.policy == quay.policy().digest
    assert size(quay) == before


def test_a_release_is_on_record_before_it_returns(quay: Organisation) -> None:
    who = somebody(quay)
    reply = quay.gate.release(TO_COURT, who, ORDER)
    event = last(quay)
    assert reply.permitted
    assert (event.sequence, event.kind) == (reply.sequence, "gate:release:permitted")
    assert event.codes == ("permit", "share", "service", *reply.answer.applied)
    assert event.policy == quay.policy().digest
    assert event.subject == quay.ledger.pseudonym(who)
    assert payload(quay, event.sequence) == {
        "question": {"action": "share", "data": ["email"], "purpose": "service", "recipient": "court"},
        "papers": ORDER,
    }


def test_a_refused_release_is_on_record_with_what_stood_in_its_way(quay: Organisation) -> None:
    who = agreed(quay)
    reply = quay.gate.release(TO_SISTER, who)
    assert not reply.permitted
    event = last(quay)
    assert (event.sequence, event.kind) == (reply.sequence, "gate:release:refused")
    assert event.codes == ("deny", "share", "newsletter", "recipient:sister")
    assert reply.as_json()["missing"] == [["recipient:controlled"]]


def test_permitted_uses_are_gathered_and_refused_ones_are_events(quay: Organisation) -> None:
    who = agreed(quay)
    before = size(quay)
    for _ in range(3):
        assert quay.gate.use(MAIL, who).recorded == "segment"
    assert size(quay) == before
    refused = quay.gate.use(FACE, who)
    assert (refused.recorded, last(quay).kind) == ("event", "gate:use:refused")
    (name,) = quay.gate.flush()
    event = last(quay)
    assert event.kind == "gate:use:permitted"
    assert {"ground:mail=3", "purpose:newsletter=3"} <= set(event.codes)
    assert segment_of(event) == name
    rows = quay.segments.columns(name)
    assert set(rows["subject"]) == {quay.ledger.pseudonym(who)}
    assert rows["purpose"] == ["newsletter"] * 3
    assert quay.gate.flush() == ()


def test_papers_are_asserted_by_the_caller_and_must_say_something(quay_on_sqlite: Organisation) -> None:
    who = somebody(quay_on_sqlite)
    peek = quay_on_sqlite.gate.peek
    assert not peek(TO_COURT, who).permitted
    assert peek(TO_COURT, who, ORDER).permitted
    with pytest.raises(PaperUnknown, match="Did you mean 'order'"):
        peek(TO_COURT, who, {"oder": "7"})
    with pytest.raises(PaperUnknown, match="'order' has no reference"):
        peek(TO_COURT, who, {"order": " "})


def test_facts_about_people_and_recipients_cannot_be_asserted(quay_on_sqlite: Organisation) -> None:
    who = somebody(quay_on_sqlite)
    for asserted in ("consent:newsletter", "recipient:controlled", "controlled"):
        with pytest.raises(PaperUnknown):
            quay_on_sqlite.gate.peek(MAIL, who, {asserted: "yes"})


def test_without_a_subject_no_fact_about_one_holds(quay: Organisation) -> None:
    assert not quay.gate.peek(MAIL, None).permitted
    assert quay.gate.release(TO_COURT, None, ORDER).permitted
    assert last(quay).subject is None


def test_what_is_undeclared_is_denied_and_its_words_stay_out_of_the_codes(quay: Organisation) -> None:
    who = agreed(quay)
    asked = Question("sell", ("kims_diary",), "kim_lee_private", recipient="uncle_bob")
    assert not quay.gate.release(asked, who).permitted
    assert not quay.gate.use(asked, who).permitted
    with quay.database.read() as connection:
        events = list(quay.ledger.events(connection, kinds=("gate:",)))
    assert [event.codes for event in events] == [("deny", "undeclared", "undeclared")] * 2


def test_an_answer_names_the_version_that_decided(quay: Organisation) -> None:
    who, first = agreed(quay), quay.policy().digest
    quay.act(lambda acts: acts.set_facts(who, set=["shown:terms"], language="en"))
    quay.act(lambda acts: acts.accept(who, "explicit"))
    quay.act(lambda acts: acts.activate(second(), {"text.md": TEXT}))
    assert quay.gate.peek(SERVE, who).answer.policy == first
    assert quay.gate.peek(SERVE, None).answer.policy == second().digest
    released = quay.gate.release(SERVE, who)
    assert (released.permitted, last(quay).policy) == (True, first)


def test_doubt_about_a_person_restricts(quay: Organisation) -> None:
    who = agreed(quay)
    quay.act(lambda acts: acts.set_facts(who, doubt=["is:minor"]))
    assert not quay.gate.peek(MAIL, who).permitted
    quay.act(lambda acts: acts.consent(who, "child", "given", kind="guardian"))
    assert quay.gate.peek(MAIL, who).permitted


def test_a_hypothetical_is_marked_and_recorded_nowhere(quay: Organisation) -> None:
    before = size(quay)
    reply = quay.suppose(MAIL, Facts.of(["consent:newsletter"]))
    assert reply.permitted
    assert reply.as_json()["hypothetical"] is True
    assert size(quay) == before


def test_origins_are_never_mixed(quay: Organisation) -> None:
    who = agreed(quay)
    quay.gate.use(MAIL, who)
    quay.gate.use(MAIL, who, origin=Origin.EXAMPLE)
    quay.gate.release(MAIL, who, origin=Origin.EXAMPLE)
    assert last(quay).origin is Origin.EXAMPLE
    assert len(quay.gate.flush()) == 2
    with quay.database.read() as connection:
        sealed = list(quay.ledger.events(connection, kinds=("gate:use:permitted",)))
    assert [event.origin for event in sealed] == [Origin.OBSERVED, Origin.EXAMPLE]
    assert all("ground:mail=1" in event.codes for event in sealed)


def test_a_request_that_comes_again_under_its_key_does_nothing_twice(quay: Organisation) -> None:
    who = agreed(quay)

    def ask(question: Question, key: str = "k1") -> tuple[dict[str, object], bool]:
        kept = quay.act_once(key, [question.action, who], lambda acts: acts.release(question, who).as_json())
        return kept.answer, kept.again

    first, again = ask(MAIL), ask(MAIL)
    assert (first[1], again[1]) == (False, True)
    assert first[0] == again[0]
    assert size(quay) == first[0]["sequence"]
    with pytest.raises(KeyReused):
        ask(TO_SISTER)
    assert ask(MAIL, "k2")[0]["sequence"] != first[0]["sequence"]
    assert ask(MAIL, "")[1] is ask(MAIL, "")[1] is False


def test_a_key_is_forgotten_after_a_week_and_only_then(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite

    def count() -> bool:
        return quay.act_once("key", {}, lambda acts: {"n": 1}).again

    assert [count(), count()] == [False, True]
    quay.clock.advance(timedelta(days=7))  # type: ignore[attr-defined]
    assert count()
    quay.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    assert not count()


def test_a_release_that_fails_leaves_neither_record_nor_key(quay: Organisation) -> None:
    who, before = agreed(quay), size(quay)

    def release_and_fail() -> dict[str, object]:
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        quay.act_once("k", {}, lambda acts: (acts.release(MAIL, who), release_and_fail())[1])
    assert size(quay) == before
    assert not quay.act_once("k", {}, lambda acts: {}).again


def test_a_right_is_asked_for_with_what_is_on_record(quay_on_sqlite: Organisation) -> None:
    answer = quay_on_sqlite.gate.ask(Request("delete"), somebody(quay_on_sqlite))
    assert (answer.outcome, answer.policy) == ("not_offered", quay_on_sqlite.policy().digest)


@pytest.mark.parametrize(
    "question", [MAIL, FACE, SERVE, TO_SISTER, TO_COURT, with_data(MAIL, "email", "face")]
)
def test_the_engine_and_the_interpreter_say_the_same_through_the_gate(
    quay_on_sqlite: Organisation, question: Question
) -> None:
    quay = quay_on_sqlite
    plain = replace_decider(quay)
    who = somebody(quay)
    for step in (
        lambda acts: acts.consent(who, "newsletter", "given", language="en"),
        lambda acts: acts.set_facts(who, set=["shown:terms"], language="en", doubt=["is:minor"]),
        lambda acts: acts.accept(who, "explicit"),
        lambda acts: acts.object(who, "no_mail"),
        lambda acts: acts.set_facts(who, clear=["is:minor"]),
        lambda acts: acts.object(who, "no_mail", raised=False),
    ):
        quay.act(step)
        for papers in ({}, ORDER):
            assert spoken(quay.gate.peek(question, who, papers)) == spoken(
                plain.gate.peek(question, who, papers)
            )


def replace_decider(quay: Organisation) -> Organisation:
    return Organisation(
        quay.id,
        quay.database,
        quay.ledger._desk.key,
        quay.segments,
        vault=quay.vault,
        clock=quay.clock,
        entropy=quay.ledger._desk.entropy,
        compile=Interpreter,
    )


def spoken(reply: Reply) -> dict[str, object]:
    return reply.as_json()


def test_words_answer_instead_of_the_database_when_they_have_one(quay: Organisation) -> None:
    who, asked = agreed(quay), []

    class Shared:
        def lookup(self, pseudonym: str, at: object) -> dict[str, Facts] | None:
            asked.append(pseudonym)
            return answers.get(pseudonym)

    answers: dict[str, dict[str, Facts]] = {}
    quay.gate._words = Shared()
    assert quay.gate.peek(MAIL, who).permitted
    answers[quay.ledger.pseudonym(who)] = {quay.policy().digest: Facts()}
    assert not quay.gate.peek(MAIL, who).permitted
    assert not quay.gate.use(MAIL, who).permitted
    assert quay.gate.release(MAIL, who).permitted  # reads the record itself, under the lock
    assert asked == [quay.ledger.pseudonym(who)] * 3


def test_a_listener_hears_restrictions_before_the_commit_and_can_drop_grants(quay: Organisation) -> None:
    heard: list[tuple[str, Fact | None]] = []

    class Listener:
        def watching(self) -> Listener:
            return self

        def __enter__(self) -> Listener:
            heard.append(("begin", None))
            return self

        def __exit__(self, kind: object, *_: object) -> None:
            heard.append(("failed" if kind else "committed", None))

        def restrict(self, pseudonym: str, fact: Fact | None) -> None:
            heard.append(("restrict", fact))

        def grant(self, pseudonym: str, fact: Fact | None) -> None:
            heard.append(("grant", fact))

    who = somebody(quay)
    quay._watch = Listener()
    mail, objection = Fact("consent", "newsletter"), Fact("objects", "no_mail")
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    quay.act(lambda acts: (acts.consent(who, "newsletter", "withdrawn"), acts.object(who, "no_mail")))
    quay.act(lambda acts: acts.object(who, "no_mail", raised=False))
    with pytest.raises(ZeroDivisionError):
        quay.act(lambda acts: (acts.set_facts(who, set=["closed"], clear=["registered"]), 1 // 0))
    begin, done = ("begin", None), ("committed", None)
    assert heard == [
        *(begin, ("grant", mail), done),
        *(begin, ("restrict", mail), ("restrict", objection), done),
        *(begin, ("grant", objection), done),
        *(begin, ("restrict", Fact("registered")), ("restrict", Fact("closed")), ("failed", None)),
    ]


def test_reading_recipients_costs_nothing_when_none_is_asked_about(quay_on_sqlite: Organisation) -> None:
    class Closed(Recipients):
        def held(self, *_: object) -> frozenset[Fact]:
            raise AssertionError("nobody asked")

    who = agreed(quay_on_sqlite)
    quay_on_sqlite.gate._rooms = replace(quay_on_sqlite.rooms, recipients=Closed("quay"))
    assert quay_on_sqlite.gate.peek(MAIL, who).permitted


def test_a_refusal_for_want_of_any_ground_names_those_that_came_nearest(quay: Organisation) -> None:
    """And it is an occasion of theirs: a refused attempt keeps a promise, the exception's too."""
    who = somebody(quay)
    (obstacle,) = quay.gate.use(MAIL, who).answer.obstacles
    assert (obstacle.code, obstacle.nearest) == ("no_ground", ("ground:mail",))
    assert last(quay).codes == ("deny", "use", "newsletter", "ground:mail")
    quay.gate.release(TO_COURT, who)
    assert last(quay).codes == ("deny", "share", "service", "ground:court")
    with quay.database.read() as connection:
        found = evidence_of(connection, quay.id)
    assert [(t.permitted, t.refused) for t in found["ground:mail"].tallies] == [(0, 1)]
    assert [(t.permitted, t.refused) for t in found["ground:court"].tallies] == [(0, 1)]
