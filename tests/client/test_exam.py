"""One exam for every way in: whoever comes by whichever is told the same, and what one records the others know at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.client.ways import WAYS, Verbs
from tests.web.kit import Place
from troth.client import Client, KeyFile, Problem, Question

NEWS = Question("use", ("email",), "newsletter")
SHIP = Question("share", ("email",), "deliver", recipient="carrier", papers={"contract": "order 7"})
LOG = Question("collect", ("visits",), "page_log")


@pytest.fixture(scope="module", params=list(WAYS))
def way(request: pytest.FixtureRequest, keys: KeyFile, shop: Place) -> Iterator[Verbs]:
    home = shop.hosting.organisations["shop"].home.folder
    with WAYS[request.param](keys, home) as found:
        yield found


@pytest.fixture
def amy(way: Verbs, request: pytest.FixtureRequest) -> str:
    return str(way.subject({"email": f"{request.node.name}@people.example"}))


def test_a_denial_says_what_is_missing_and_a_permit_what_has_to_be_done(
    way: Verbs, amy: str, speaker: Client
) -> None:
    before = way.use(amy, NEWS)
    assert (before.permitted, before.missing, before.clauses) == (False, (("consent:newsletter",),), ("2.2",))
    assert before.sequence
    way.consent(amy, "newsletter", "given", kind="explicit", language="en")
    for other in (way, speaker):
        assert other.peek(amy, NEWS).permitted
    after = way.use(amy, NEWS)
    assert (after.permitted, after.grounds, after.duties) == (
        True,
        ("ground:agreed",),
        ("stop_on_withdrawal",),
    )
    assert after.policy == way.policy()["digest"]


def test_what_another_records_is_known_at_once(way: Verbs, amy: str, speaker: Client) -> None:
    speaker.consent(amy, "newsletter", "given", kind="explicit", language="en")
    assert way.use(amy, NEWS).permitted
    speaker.consent(amy, "newsletter", "withdrawn")
    assert not way.use(amy, NEWS).permitted
    assert not way.peek(amy, NEWS).permitted


def test_the_same_key_is_the_same_act(way: Verbs, amy: str) -> None:
    def say(act: str) -> int:
        return int(way.consent(amy, "newsletter", act, kind="explicit", language="en", key=f"once {amy}"))

    first = say("given")
    assert say("given") == first
    with pytest.raises(Problem) as reused:
        say("withdrawn")
    assert reused.value.status == 409
    assert way.peek(amy, NEWS).permitted


def test_a_use_under_a_key_is_decided_once(way: Verbs, amy: str) -> None:
    first = way.use(amy, NEWS, key=f"use {amy}")
    way.consent(amy, "newsletter", "given", kind="explicit", language="en")
    assert way.use(amy, NEWS, key=f"use {amy}") == first
    assert way.use(amy, NEWS).permitted


def test_what_leaves_is_on_record_before_the_answer(way: Verbs, amy: str) -> None:
    answer = way.release(amy, SHIP)
    assert (answer.permitted, answer.duties) == (True, ("only_needed_fields",))
    events = way.evidence(after=answer.sequence - 1)["events"]
    assert events[0]["sequence"] == answer.sequence


def test_an_objection_is_in_force_when_it_returns(way: Verbs, amy: str) -> None:
    assert way.peek(amy, LOG).permitted
    assert way.objection(amy, "page_log", "raised") > 0
    assert not way.peek(amy, LOG).permitted
    way.objection(amy, "page_log", "lifted")
    assert way.peek(amy, LOG).permitted


def test_the_same_identity_is_the_same_person(way: Verbs, amy: str, speaker: Client) -> None:
    named = {"email": "test_the_same@people.example"}
    assert way.subject(named) == speaker.subject(named) != amy
    assert way.facts_of(amy)["subject"] == amy


def test_what_is_not_declared_is_not_permitted(way: Verbs, amy: str) -> None:
    assert not way.peek(amy, Question("use", ("email",), "credit_scoring")).permitted
    assert not way.use(None, NEWS).permitted


def test_an_act_that_was_seen_is_judged(way: Verbs, amy: str) -> None:
    seen = {"subject": amy, "at": datetime.now(UTC).isoformat(), "seen": {"where": "news/1", "how": "log"}}
    found = way.observed([seen | NEWS.as_json()])["found"]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("subject", "status"), [("sub_00000000000000000000000000", 404), ("no id", 422), ("x" * 65, 422)]
)
def test_a_question_about_nobody_on_record_is_a_problem(way: Verbs, subject: str, status: int) -> None:
    for verb in (way.peek, way.use, way.release):
        with pytest.raises(Problem) as refused:
            verb(subject, NEWS)
        assert refused.value.status in (status, 404)


def test_an_item_that_is_not_declared_is_a_problem(way: Verbs, amy: str) -> None:
    with pytest.raises(Problem) as refused:
        way.consent(amy, "telepathy", "given")
    assert refused.value.status == 422
