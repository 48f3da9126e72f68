"""Trays: what is handed over lies where one can look, answers are as told, and the page says that nobody carries anything."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from examples.kit.process import started
from tests.support.axe import violations

LETTER = {"id": "m1", "to": "+60355501234", "title": "Kod", "text": "<b>1234</b>\nrahsia", "language": "ms"}


@pytest.fixture(scope="module")
def trays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = tmp_path_factory.mktemp("trays") / "trays.db"
    with started("examples.kit.trays", "--database", str(database)) as said:
        yield f"http://127.0.0.1:{said['port']}"


def test_what_is_handed_over_lies_in_its_tray_and_in_no_other(trays: str) -> None:
    assert httpx.post(f"{trays}/sms", json=LETTER).status_code == 201
    (lying,) = httpx.get(f"{trays}/sms.json", params={"to": LETTER["to"]}).json()["lying"]
    assert LETTER.items() <= lying.items()
    assert httpx.get(f"{trays}/sms.json", params={"to": "+60355509999"}).json()["lying"] == []
    assert httpx.get(f"{trays}/push.json").json()["lying"] == []


def test_a_tray_answers_as_told_and_then_takes_again(trays: str) -> None:
    tray = f"{trays}/letter"
    for answer, status, kept in (("later", 503, 0), ("never", 410, 0), ("yes", 201, 1)):
        before = len(httpx.get(f"{tray}.json").json()["lying"])
        assert httpx.post(f"{tray}/told", json={"answer": answer}).status_code == 200
        assert httpx.post(tray, json=LETTER).status_code == status
        assert len(httpx.get(f"{tray}.json").json()["lying"]) - before == kept
    httpx.post(f"{tray}/told", json={"answer": "silence"})
    with pytest.raises((httpx.HTTPError, http.client.HTTPException)):
        httpx.post(tray, json=LETTER)
    assert httpx.post(tray, json=LETTER).status_code == 201


@pytest.mark.parametrize(("path", "body", "status"), [
    ("/pigeon", b"{}", 404), ("/sms/fly", b"{}", 404), ("/sms", b"[1", 400), ("/sms", b"7", 400), ("/sms/told", b"{}", 400),
])  # fmt: skip
def test_what_a_tray_does_not_take(trays: str, path: str, body: bytes, status: int) -> None:
    assert httpx.post(trays + path, content=body).status_code == status


def test_the_pages_show_what_lies_there_and_run_nothing_of_it(trays: str, page: Page) -> None:
    httpx.post(f"{trays}/push", json=LETTER | {"title": "<script>document.title='ran'</script>"})
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/", "/sms", "/push", "/letter"):
        page.goto(trays + path)
        assert violations(page) == [], path
        assert "simulation" in page.inner_text("body")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.goto(f"{trays}/push")
    assert page.title() != "ran"
    assert "<b>1234</b>" in page.inner_text("main")


def test_a_tray_keeps_what_lies_in_it(tmp_path: Path) -> None:
    for number in (1, 2):
        with started("examples.kit.trays", "--database", str(tmp_path / "trays.db")) as said:
            tray = f"http://127.0.0.1:{said['port']}/sms"
            httpx.post(tray, json=LETTER)
            assert len(httpx.get(f"{tray}.json").json()["lying"]) == number
