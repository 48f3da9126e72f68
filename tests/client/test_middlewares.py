"""A view runs with a permit and never without: the same exam for Flask, Django and FastAPI, against a real server."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from tests.client.small_sites import NEWS, SITES, Site
from tests.support import loops
from tests.web.kit import Place
from troth.client import Answer, AsyncClient, Client, KeyFile
from troth.client.fastapi import Troth as FastApiTroth
from troth.inside import Inside

Make = Callable[..., Site]


@pytest.fixture(params=list(SITES))
def make(request: pytest.FixtureRequest) -> Make:
    return SITES[request.param]


@pytest.fixture
def site(make: Make, speaker: Client) -> Site:
    return make(speaker)


@pytest.fixture
def reader(speaker: Client) -> str:
    """Somebody who agreed to the newsletter."""
    subject = speaker.subject({"email": "amy@people.example"})
    speaker.consent(subject, "newsletter", "given", kind="explicit", language="en")
    return subject


@pytest.fixture
def stranger(speaker: Client) -> str:
    return speaker.subject({"email": "bob@people.example"})


def test_with_a_permit_the_view_runs_and_is_handed_the_duties(site: Site, reader: str) -> None:
    shown = site("/news/7", reader)
    assert (shown.status, shown.json()) == (200, {"duties": ["stop_on_withdrawal"], "number": 7})


def test_without_one_it_does_not_run_and_the_problem_says_what_is_missing(site: Site, stranger: str) -> None:
    shown = site("/news/7", stranger)
    assert shown.status == 403
    assert shown.headers["content-type"].startswith("application/problem+json")
    said = shown.json()
    assert (said["type"], said["status"]) == ("urn:troth:problem:refused", 403)
    assert said["missing"] == [["consent:newsletter"]]
    assert said["clauses"] == ["2.2"]


def test_a_withdrawal_stops_the_view_at_once(site: Site, reader: str, speaker: Client) -> None:
    speaker.consent(reader, "newsletter", "withdrawn")
    assert site("/news/7", reader).status == 403


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "This is not permitted"),
        ("zh-CN,zh;q=0.9", "不允许这样做"),
        ("ms", "Ini tidak dibenarkan"),
        ("fr", "This"),
    ],
)
def test_a_browser_is_shown_a_page_in_its_language(
    site: Site, stranger: str, language: str, title: str
) -> None:
    shown = site("/news/7", stranger, Accept="text/html,*/*", Accept_Language=language)
    assert shown.status == 403
    assert shown.headers["content-type"].startswith("text/html")
    assert title in shown.text
    assert "<li>2.2</li>" in shown.text


def test_about_nobody_is_asked_as_about_nobody(site: Site) -> None:
    assert site("/news/7").status == 403


def test_what_leaves_is_on_record_before_the_view_runs(site: Site, stranger: str, shop: Place) -> None:
    shown = site("/ship?to=carrier", stranger)
    assert (shown.status, shown.json()) == (200, {"asked": [["only_needed_fields"]]})
    events = shop.call("GET", "shop/evidence?kind=gate:").json()["events"]
    assert any(one["kind"].startswith("gate:release") or "release" in one["kind"] for one in events)


def test_two_questions_are_both_asked(site: Site, reader: str, stranger: str) -> None:
    assert site("/both", reader).json() == {"duties": ["stop_on_withdrawal"], "asked": 2}
    assert site("/both", stranger).status == 403


def test_within_a_view_it_may_go_on_either_way_or_not_at_all(site: Site, stranger: str, reader: str) -> None:
    assert site("/plain", stranger).json() == {"may": False, "duties": ["only_needed_fields"]}
    assert site("/plain", reader).json()["may"] is True


def test_a_question_that_cannot_be_asked_is_no_yes(make: Make, keys: KeyFile, reader: str) -> None:
    client = Client(KeyFile(keys.url, "shop", "another key"))
    shown = make(client)("/news/7", reader)
    assert shown.status == 503
    client.close()


@pytest.fixture
def nobody() -> Client:
    """A client whose server is not there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return Client(KeyFile(f"http://127.0.0.1:{port}", "shop", "k"))


@pytest.mark.parametrize("path", ["/news/7", "/ship?to=carrier", "/plain"])
def test_nobody_there_is_not_a_yes(make: Make, nobody: Client, path: str) -> None:
    shown = make(nobody)(path, "sub_1")
    assert (shown.status, shown.headers["retry-after"]) == (503, "30")
    assert shown.json()["type"] == "urn:troth:problem:away"
    page = make(nobody)(path, "sub_1", Accept="text/html")
    assert "We could not ask" in page.text


def test_a_company_shows_pages_of_its_own(make: Make, speaker: Client, nobody: Client, stranger: str) -> None:
    refused = make(speaker, own=True)("/news/7", stranger)
    assert (refused.status, refused.text) == (418, "no: (('consent:newsletter',),)")
    away = make(nobody, own=True)("/news/7", stranger)
    assert (away.status, away.text) == (419, "nobody there")


def test_fastapi_asks_by_a_client_that_does_not_wait(keys: KeyFile, reader: str, stranger: str) -> None:
    async def asked() -> list[int]:
        async with AsyncClient(keys) as client:
            app = FastAPI()
            guard = FastApiTroth(client, lambda request: request.headers.get("who"))

            @app.get("/news")
            @guard.use(NEWS)
            async def news(answer: Answer) -> list[str]:
                return list(answer.duties)

            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://shop"
            ) as browser:
                found = [await browser.get("/news", headers={"who": who}) for who in (reader, stranger)]
                assert found[0].json() == ["stop_on_withdrawal"]
                return [one.status_code for one in found]

    assert loops.run(asked()) == [200, 403]


def test_fastapi_asks_ahead_what_stands_under_the_name_of_a_page(
    speaker: Client, stranger: str, reader: str
) -> None:
    app, ran = FastAPI(), list[str]()
    guard = FastApiTroth(
        speaker, subject=lambda request: request.headers["who"], papers=lambda request: {"citation": "SIM-1"}
    )
    guard.install(app)
    router = APIRouter(dependencies=[guard.ahead({"letter": (NEWS,)})])

    @router.get("/letter")
    def letter() -> str:
        ran.append("letter")
        return "read"

    @router.get("/other")
    def other() -> str:
        ran.append("other")
        return "read"

    app.include_router(router)

    async def asked() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as http:
            return [
                (await http.get(path, headers={"who": who})).status_code
                for path, who in (("/letter", stranger), ("/letter", reader), ("/other", stranger))
            ]

    assert loops.run(asked()) == [403, 200, 200]
    assert ran == ["letter", "other"]


@pytest.mark.parametrize("framework", list(SITES))
def test_the_library_in_the_same_process_can_be_asked(
    framework: str, shop: Place, reader: str, stranger: str
) -> None:
    with Inside.open(shop.hosting.organisations["shop"].home.folder, "shop") as inside:
        site = SITES[framework](inside)
        assert (site("/news/7", reader).status, site("/news/7", stranger).status) == (200, 403)
