"""The pages about operators, as axe sees them and as people use them; approvals and emergencies over the console, mail included."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.channels.servers import Taking, serving
from tests.operators.door import Worker, hire, office, organisation_of
from tests.operators.test_vouched import write
from tests.support.axe import violations
from tests.support.chromium import fresh_page
from tests.support.ways import each_way, looking, sideways
from tests.web.kit import Place

REASON = "The mail server leaks addresses and nobody else is here."


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Worker, list[str]]]:
    """An administrator signed in, and every page about operators, each with something on it."""
    with office(write(tmp_path_factory.mktemp("pages"), "https://id.example")) as at:
        organisation = organisation_of(at)
        ada, bea = hire(at, "administrator"), hire(at, "privacy_officer")
        ada.sign_in()
        bea.sign_in()
        asked = bea.post("/counter/approvals/erase", {"subjects": person(at), "words": "She wrote."})
        assert asked.status == 303, asked.text
        own = ada.post("/counter/approvals/epoch", {})
        bea.post("/counter/emergencies/open", {"role": "operator", "reason": REASON, "minutes": "15"})
        new = organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
        enrol = f"/sign-in/enrol/{organisation.operators.enrolling.invite(new, 'machine')}"
        yield ada, [
            "/sign-in", enrol, "/counter/me", "/counter/staff", "/counter/staff/roles", "/counter/approvals",
            asked.headers["location"], own.headers["location"], "/counter/emergencies", "/counter/ask",
        ]  # fmt: skip


def person(at: Place) -> str:
    organisation = organisation_of(at)
    return organisation.act(lambda acts: acts.open_subject([])).subject


def visit(page: Page, worker: Worker, language: str) -> None:
    page.context.add_cookies(
        [
            {
                "name": "troth_session",
                "value": worker.jar["troth_session"],
                "url": worker.at.base,
                "sameSite": "Strict",
            }
        ]
    )
    worker.post("/language", {"language": language, "back": "/"})


@each_way
def test_accessibility_of_the_pages_about_operators(
    browser: Browser, staffed: tuple[Worker, list[str]], language: str, scheme: str, width: int
) -> None:
    worker, paths = staffed
    with looking(browser, language, scheme, width) as page:
        visit(page, worker, language)
        for path in paths:
            page.goto(worker.at.base + path)
            assert page.locator("html").get_attribute("lang") == language, path
            assert violations(page) == [], path
            assert not sideways(page), f"{path} is too wide"


def test_a_denied_page_is_accessible_too(browser: Browser, counter: Place) -> None:
    ada = hire(counter)
    ada.sign_in()
    with fresh_page(browser) as (page, _):
        visit(page, ada, "en")
        page.goto(f"{counter.base}/counter/ledger")
        assert "This needs a right that your roles do not give" in page.content()
        assert violations(page) == []


def test_one_asks_another_approves_and_it_is_done_once(counter: Place) -> None:
    ada, bea = hire(counter, "administrator"), hire(counter, "privacy_officer")
    ada.sign_in()
    bea.sign_in()
    who = person(counter)
    asked = ada.post("/counter/approvals/erase", {"subjects": who, "words": "She asked by letter."})
    path = asked.headers["location"]
    shown = bea.get(path).text
    assert who in shown
    assert "She asked by letter." in shown
    digest = re.search(r'name="digest" value="([^"]+)"', shown)
    assert digest is not None
    assert ada.post(f"{path}/decide", {"verdict": "approve", "digest": digest[1]}).status == 409, "their own"
    assert bea.post(f"{path}/decide", {"verdict": "approve", "digest": "sha256:0"}).status == 409, "another"
    assert bea.post(f"{path}/decide", {"verdict": "approve", "digest": digest[1]}).status == 303
    assert "carried out" in bea.get(path).text
    assert bea.post(f"{path}/decide", {"verdict": "approve", "digest": digest[1]}).status == 409, "once"
    with organisation_of(counter).database.read() as connection:
        pseudonym = organisation_of(counter).ledger.pseudonym(who)
        assert organisation_of(counter).is_erased(connection, pseudonym)


def test_what_cannot_be_asked_for_is_said(counter: Place) -> None:
    ada = hire(counter, "administrator")
    ada.sign_in()
    for subjects in ("", "nobody", "sub_00000000000000000000000000"):
        assert ada.post("/counter/approvals/erase", {"subjects": subjects}).status == 422
    assert ada.get("/counter/approvals/apr_0").status == 404
    assert ada.post("/counter/approvals/apr_0/decide", {"verdict": "decline"}).status in (404, 409)
    epoch = ada.post("/counter/approvals/epoch", {})
    assert epoch.status == 303
    taken = ada.post(f"{epoch.headers['location']}/decide", {"verdict": "decline"})
    assert taken.status == 303
    assert "declined" in ada.get("/counter/approvals").text


def test_whoever_came_by_the_link_asks_for_and_decides_nothing(counter: Place) -> None:
    same = {"sec-fetch-site": "same-origin"}
    counter.enter()
    headers = {"cookie": counter.cookie} | same
    assert counter.ask("POST", "/counter/approvals/ask", b"", headers).status == 403
    assert counter.ask("POST", "/counter/emergencies/open", b"", headers).status == 403


def test_an_emergency_over_the_console_and_its_mail(counter: Place) -> None:
    taking = Taking()
    with serving(taking) as port:
        home = counter.hosting.organisations["counter"].home
        assert home is not None
        (home.folder / "channels.yaml").write_text(
            f"site: http://localhost\nemail: {{host: 127.0.0.1, port: {port}, sender: troth@counter.example, tls: none}}\n"
        )
        boss = hire(counter, "administrator", address="boss@counter.example")
        ada = hire(counter, "privacy_officer")
        ada.sign_in()
        boss.sign_in()
        assert boss.get("/counter/emergencies").status == 200
        form = {"role": "operator", "reason": REASON, "minutes": "15"}
        assert ada.post("/counter/emergencies/open", form | {"reason": "short"}).status == 422
        assert ada.post("/counter/emergencies/open", form).status == 303
    (mail,) = taking.mails
    assert mail["to"] == "boss@counter.example"
    body = mail.get_body(("plain",))
    assert body is not None
    assert ada.member in body.get_content()
    assert REASON not in body.get_content()
    page = boss.get("/counter/emergencies").text
    assert REASON in page
    assert "administrators told: 1" in page
    glass = re.search(r"/emergencies/(glass_\w+)/review", page)
    assert glass is not None
    path = f"/counter/emergencies/{glass[1]}/review"
    assert ada.post(path, {"verdict": "justified", "words": REASON}).status == 422, "nobody judges their own"
    assert (
        boss.post(path, {"verdict": "justified", "words": "Nobody else was in the house that night."}).status
        == 303
    )
    assert "Found justified by" in boss.get("/counter/emergencies").text
