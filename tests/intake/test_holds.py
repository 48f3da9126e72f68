"""Whatever is sent to the routes of tickets and tasks is answered with sense, or refused; never with a fault of the program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.kit import Place, place
from tests.web.test_api_holds import KNOWN, SIGNS, value_of
from troth.app.config import Home
from troth.app.tasking import bring_up, lines


@dataclass(frozen=True)
class Held:
    at: Place
    number: str
    task: str
    writing: list[tuple[str, st.SearchStrategy[Any]]]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    with place(Home.at(tmp_path_factory.mktemp("held")), "harbour") as at:
        organisation = at.hosting.organisations["harbour"].organisation
        organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
        bring_up(organisation)
        sent = {"kind": "question", "words": "When?", "address": "p@people.example"}
        number = at.call("POST", "harbour/tickets", sent).json()["number"]
        document = at.call("GET", "openapi.json", key=at.key("harbour")).json()
        found = [
            (
                path,
                value_of(
                    one["post"]["requestBody"]["content"]["application/json"]["schema"], document, "sub_x"
                ),
            )
            for path, one in document["paths"].items()
            if "post" in one and ("/tickets" in path or "/tasks" in path)
        ]
        yield Held(at, number, lines(organisation)[0].task.id, found)


@settings(max_examples=250)
@given(data=st.data())
def test_no_writing_is_answered_with_a_fault(held: Held, data: st.DataObject) -> None:
    path, bodies = data.draw(st.sampled_from(held.writing), label="path")
    number = data.draw(st.one_of(st.just(held.number), KNOWN, SIGNS), label="number")
    filled = path.replace("{org}", "harbour").replace("{task}", held.task)
    filled = filled.replace("{number}", quote(number.encode("utf-8", "replace"), safe="") or "x")
    body = json.dumps(data.draw(bodies, label="body")).encode()
    answer = held.at.call("POST", filled.lstrip("/"), body)
    assert answer.status < 500, answer.text
