"""What lives, and the tour: what the pages say of a company's life, and what they leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.web.kit import ASKED, Heard, Place, live, look, place
from tests.web.test_languages import Content, content_of, seen
from troth.app.config import Home
from troth.app.hosting import Site
from troth.app.pace import Pace
from troth.app.unknown import Unknown, What

HERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Harbour, which has lived a little, with pages of its own; and counter, which has none."""
    with place(Home.at(tmp_path_factory.mktemp("life")), "harbour", "counter") as found:
        live(found)
        found.hosting.sites["harbour"] = Site(HERE, f"{HERE}/what-could-go-wrong")
        yield found


def text_of(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def press(at: Place, path: str, **form: str) -> Heard:
    at.see("/")
    told = {
        "cookie": at.cookie, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    return at.ask("POST", path, urlencode(form).encode(), told)


def test_who_does_what_is_told_in_words_and_nobody_is_named(at: Place) -> None:
    page = at.see("/harbour/life").text
    said = text_of(page)
    assert "a person" in said
    assert "the company A release of data was refused" in said
    assert "people.example" not in page
    with at.hosting.organisations["harbour"].organisation.database.read() as connection:
        events = list(at.hosting.organisations["harbour"].organisation.ledger.events(connection))
    assert [one.subject for one in events if one.subject and one.subject in page] == []


def test_the_same_in_a_row_is_told_once(at: Place) -> None:
    subject = at.call(
        "POST", "harbour/subjects", {"identities": [{"kind": "email", "value": "row@people.example"}]}
    )
    for _ in range(3):
        asked = ASKED | {"subject": subject.json()["subject"], "action": "share", "via": ""}
        at.call("POST", "harbour/release", asked)
    assert "×3" in at.see("/harbour/life").text


def test_a_look_of_a_probe_is_no_act_of_anybody(at: Place) -> None:
    look(at, "noise", "point:mail_link", [])
    assert "A look into the store" not in text_of(at.see("/counter/life").text)
    first = re.search('class="did">(.*?)</span>', at.see("/harbour/life").text)
    assert first is not None
    assert "store" not in first[1]


def test_what_turned_says_because_of_what_and_links_the_evidence(at: Place) -> None:
    at.see("/harbour/life")
    look(at, "turned", "point:mail_link", [{"mail": "inbox/5"}])
    page = at.see("/harbour/life").text
    turns = page[page.index('<ol class="turns">') :]
    first = text_of(turns[: turns.index("</li>")])
    assert "broken" in first
    assert "2.3/2" in first
    assert "Because of" in first
    entry = re.search(r'href="(/harbour/ledger/\d+)"', turns)
    assert entry is not None
    assert "inbox/5" in at.see(entry[1]).text
    look(at, "turned", "point:mail_link", [])


def test_the_pages_of_the_company_are_a_link_away(at: Place) -> None:
    for path in ("/", "/harbour/life"):
        page = at.see(path).text
        for link in (f"{HERE}/", f"{HERE}/what-could-go-wrong"):
            assert f'href="{link}"' in page
        assert re.search(r'href="/harbour/tour\?since=\d+"', page)
    assert HERE not in at.see("/counter/life").text
    assert "no processes of its own" in at.see("/counter/life").text


def test_time_is_changed_by_a_form_where_there_is_a_run_and_nowhere_else(at: Place, tmp_path: Path) -> None:
    assert "/harbour/life/time" not in at.see("/harbour/life").text
    assert press(at, "/harbour/life/time", speed="60").status == 404
    pace = at.hosting.pace = Pace(tmp_path)
    try:
        assert 'value="1" selected' in at.see("/harbour/life").text
        answer = press(at, "/harbour/life/time", speed="43200")
        assert (answer.status, answer.headers["location"]) == (303, "/harbour/life")
        assert pace.speed == 43_200
        assert 'value="43200" selected' in at.see("/harbour/life").text
        for wrong in ("0", "-3", "nan", "fast", ""):
            refused = press(at, "/harbour/life/time", speed=wrong)
            assert (refused.status, pace.speed) == (422, 43_200)
            assert "Time cannot pass at that speed" in refused.text
        pace.change(7)
        assert "7 seconds in a second" in at.see("/harbour/life").text
        stranger = at.ask("POST", "/harbour/life/time", b"speed=60", {"cookie": at.cookie})
        assert (stranger.status, pace.speed) == (403, 7)
    finally:
        at.hosting.pace = None


def test_what_is_not_known_is_said_on_the_board_and_told_where_things_live(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/harbour", "/harbour/life"):
        assert "not known" not in text_of(at.see(path).text)
    seen = at.hosting.clock.now() - timedelta(hours=3)
    missing = (
        Unknown(What.PROCESS, "postgres"),
        Unknown(What.PROBE, "filing_fields", seen, "There is no store."),
        Unknown(What.PROBE, "stray_rows"),
    )
    monkeypatch.setattr(at.hosting, "unknown", lambda id: missing if id == "harbour" else ())
    said = text_of(at.see("/harbour/life").text)
    assert "The process “postgres” is not there; it is started again." in said
    assert "The probe filing_fields could not look. It looked last 3 hours ago. There is no store." in said
    assert "The probe stray_rows could not look. It has not looked since this program was started." in said
    assert 'href="/harbour/life#unknown"' in at.see("/harbour").text
    assert "not known" not in text_of(at.see("/counter").text)


def test_a_tour_shows_by_itself_how_far_it_has_come(at: Place) -> None:
    begin = re.search(r'href="(/harbour/tour\?since=\d+)"', at.see("/harbour/tour").text)
    assert begin is not None

    def done() -> int:
        return at.see(begin[1]).text.count('<li class="done"')

    assert done() == 0
    assert 'aria-current="step"' in at.see(begin[1]).text
    look(at, "toured", "point:mail_pixel", [{"mail": "inbox/3"}])
    assert done() == 2
    found = re.search(r'href="(/harbour/ledger/\d+/seen/1)"', at.see(begin[1]).text)
    assert found is not None
    at.see(found[1])
    assert done() == 3
    look(at, "toured", "point:mail_pixel", [])
    assert done() == 4
    assert "That was all of it" in at.see(begin[1]).text


@pytest.mark.parametrize("since", ["x", "-1", "9" * 20, "", "１"])
def test_a_beginning_that_is_none_is_offered_anew(at: Place, since: str) -> None:
    page = at.see(f"/harbour/tour?since={since}")
    assert page.status == 200
    assert "Begin the tour" in page.text


def test_where_nothing_can_go_wrong_there_is_no_tour_but_that_of_others(at: Place) -> None:
    page = at.see("/counter/tour?since=1").text
    assert "nothing can be made to go wrong" in page
    assert 'href="/harbour/tour"' in page


@pytest.mark.parametrize("language", ["zh", "ms"])
def test_no_page_of_a_life_has_an_english_sentence(at: Place, tmp_path: Path, language: str) -> None:
    content = Content(
        (*(t for hosted in at.hosting.organisations.values() for t in content_of(hosted)), "troth", "English", "Bahasa Melayu", "UTC")
    )  # fmt: skip
    at.hosting.pace = Pace(tmp_path)
    look(at, "spoken", "point:mail_pixel", [{"mail": "inbox/3"}])
    try:
        for path in (
            "/",
            "/harbour/life",
            "/counter/life",
            "/harbour/tour?since=1",
            "/harbour/tour",
            "/counter/tour",
        ):
            assert seen(at, path, language, content) == []
    finally:
        at.hosting.pace = None
        look(at, "spoken", "point:mail_pixel", [])
