"""The library in one's own process: what it permits is on record, and a home that cannot be opened is one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.kit.time import jump
from examples.kit.waiting import until
from tests.client.conftest import SHOP
from tests.web.kit import Place
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.pace import FILE as TIME
from troth.app.pace import NAMED
from troth.client import Client, Question
from troth.inside import Inside
from troth.kernel.errors import OperatorError

LOG = Question("collect", ("visits",), "page_log")


def test_permits_are_sealed_a_moment_later_and_at_the_end(shop: Place, speaker: Client) -> None:
    home = shop.hosting.organisations["shop"].home.folder
    before = len(speaker.evidence(kind="gate:use:permitted")["events"])

    def sealed() -> int:
        return len(speaker.evidence(kind="gate:use:permitted")["events"]) - before

    with Inside.open(home, "shop") as inside:
        amy = inside.subject({"email": "amy@people.example"})
        assert inside.use(amy, LOG).permitted
        until(lambda: sealed() == 1)
        assert inside.use(amy, LOG).permitted
    assert sealed() == 2


def test_without_a_server_it_works_alone(tmp_path: Path) -> None:
    open_organisation(Home.at(tmp_path), "shop", SHOP).close()
    with Inside.open(tmp_path, "shop") as inside:
        amy = inside.subject({"email": "amy@people.example"})
        assert inside.use(amy, LOG).permitted
        inside.objection(amy, "page_log", "raised")
        assert not inside.use(amy, LOG).permitted
    with Inside.open(tmp_path, "shop") as again:
        assert not again.peek(amy, LOG).permitted


@pytest.mark.parametrize("name", ["empty", "file"])
def test_a_home_that_cannot_be_opened_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OperatorError, match="home"):
        Inside.open(tmp_path / name, "shop")


def test_in_a_run_it_writes_the_time_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_organisation(Home.at(tmp_path), "shop", SHOP).close()
    jump(timedelta(days=40), tmp_path / TIME)
    monkeypatch.setenv(NAMED, str(tmp_path / TIME))
    with Inside.open(tmp_path, "shop") as inside:
        inside.subject({"email": "amy@people.example"})
        (made,) = inside.evidence(kind="subjects:subject:created")["events"]
    assert datetime.fromisoformat(made["occurred_at"]) > datetime.now(UTC) + timedelta(days=39)
