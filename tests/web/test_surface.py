"""Whatever is sent to the API, its document says what comes back: no fault of ours, no status, media type or shape it does not declare.

Requests are drawn from the document, such as fit it and such as do not, and with names and numbers that the server itself has said, so
that they come past the first check. A route that comes along is drawn for without anybody listing it.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.web.kit import Place, live, place
from tests.web.surface import Surface, drawn
from tests.web.test_api import problem
from troth.app.config import Home

LOOKED_AT_FIRST = ("policy", "promises", "evidence", "staff", "messages", "receipts/3")
EXAMPLES = 400 if os.environ.get("TROTH_STORM") == "long" else 5


def surface(at: Place) -> Surface:
    """The API of a company that has lived a little, with what it says at first sight."""
    found = Surface(at, "harbour", at.call("GET", "openapi.json", key=at.key("harbour")).json())
    found.learn_names()
    for path in LOOKED_AT_FIRST:
        found.learn(at.call("GET", f"harbour/{path}").json())
    return found


def undeclared(found: Surface, examples: int) -> tuple[list[str], Counter[int]]:
    """Every answer that the document does not declare, one line an operation and status, and how often each status came."""
    wrong: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    many = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    def hold(case: Any, seed: int) -> None:
        heard = found.send(case, random.Random(seed))
        statuses[heard.status] += 1
        said = found.wrong(case, heard)
        if said:
            asked = f"{case.body!r} {dict(case.query or {})!r} {dict(case.headers or {})!r}"
            wrong.setdefault(f"{case.method} {case.path} {heard.status}", f"{said} for {asked}"[:600])

    for operation in found.operations():
        many(given(drawn(operation), st.integers(0, 2**32))(hold))()
    return [f"{at}: {said}" for at, said in wrong.items()], statuses


@pytest.mark.storm
@pytest.mark.slow
def test_every_answer_is_one_that_the_document_declares(tmp_path: Path) -> None:
    with place(Home.at(tmp_path), "harbour") as at:
        live(at)
        wrong, statuses = undeclared(surface(at), EXAMPLES)
    assert wrong == []
    assert statuses[200] > 100, "requests came past the door"
    assert statuses[422] > 100, "and some were meant not to"


def test_an_act_from_before_any_policy_is_its_callers_mistake(town: Place) -> None:
    act = {"action": "use", "data": ["email"], "purpose": "account", "at": "2000-01-01T00:00:00Z"}
    problem(town.call("POST", "harbour/observed", {"acts": [act]}), 422)
