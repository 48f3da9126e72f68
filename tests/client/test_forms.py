"""Forms under their notices, questions in one's own words, and what a browser keeps of a choice; against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.web.kit import Place, place
from troth.app.config import Home
from troth.client import (
    Client,
    KeyFile,
    Question,
    Refused,
    Unshown,
    choice_of,
    may,
    must,
    show_form,
    take_form,
)
from troth.ledger import Origin

ORDER = Question("collect", ("order_record",), "provide_service", via="order_form", source="person")
TYPED = {"service": "site", "plan": "small"}
VISITOR = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server with harbour on it."""
    with place(Home.at(tmp_path_factory.mktemp("home")), "harbour") as found:
        yield found


@pytest.fixture
def client(at: Place) -> Iterator[Client]:
    with Client(
        KeyFile(at.base, "harbour", at.hosting.keys.issue("harbour", origin=Origin.OBSERVED))
    ) as found:
        yield found


def test_what_comes_in_is_bound_to_the_words_it_was_asked_under(client: Client) -> None:
    somebody = client.subject({"email": "a@people.example"})
    with pytest.raises(Unshown):
        take_form(client, somebody, "order_form", TYPED, TYPED)
    shown = show_form(client, somebody, "order_form")
    under = {f"under:{one.notice}": one.rendered for one in shown}
    taken = take_form(client, somebody, "order_form", TYPED, TYPED | under)
    assert sorted(taken.split(", ")) == sorted(under.values())
    forged = dict.fromkeys(under, "sha256:" + "0" * 64)
    with pytest.raises(Unshown) as unshown:
        take_form(client, somebody, "order_form", TYPED, TYPED | forged)
    assert "shown:order_notice" in unshown.value.missing


def test_a_question_is_asked_on_record_either_way(client: Client) -> None:
    somebody = client.subject({"email": "b@people.example"})
    assert may(client, somebody, ORDER) is False
    with pytest.raises(Refused) as refused:
        must(client, somebody, ORDER)
    assert refused.value.answer.missing
    client.accept(somebody, "deemed", str(client.policy()["digest"]), "en")
    show_form(client, somebody, "order_form")
    assert may(client, somebody, ORDER) is True
    (answer,) = must(client, somebody, ORDER)
    assert answer.permitted


def kept(**said: object) -> dict[str, str]:
    return {"troth_choice": quote(json.dumps(said))}


@pytest.mark.parametrize(
    ("cookies", "signal", "on"),
    [
        (kept(i=VISITOR, y=["a"]), False, {"a"}),
        (kept(i=VISITOR, y=["a"]), True, set()),
        (kept(i=VISITOR, y=["a"], g=1), True, {"a"}),
        (kept(i="somebody", y=["a"]), False, None),
        (kept(i=VISITOR), False, None),
        ({"troth_choice": "["}, False, None),
        ({}, False, None),
    ],
)
def test_a_choice_as_a_browser_keeps_it(cookies: dict[str, str], signal: bool, on: set[str] | None) -> None:
    found = choice_of(cookies, signal=signal)
    assert (found and found.on) == on
    assert found is None or found.visitor == VISITOR
