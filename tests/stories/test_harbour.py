"""harbour lives in processes of its own; what goes wrong there is found where it lies, and turns its clauses and no other."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import smtplib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Page

from examples.harbour.company.lapses import ALL as LAPSES
from examples.harbour.people import Around, Story
from examples.harbour.staff import CASES, Staff
from examples.kit.mailbox import Mailbox
from examples.kit.people import Person, person
from examples.kit.waiting import until
from tests.support.axe import violations
from tests.tidy.source import ROOT
from troth.app.probing import probes_beside
from troth.app.running import enliven, flush, running
from troth.app.serve import sign_in_link
from troth.app.standing import mail_folder
from troth.app.town import Settings, Town
from troth.client import Client, KeyFile, Problem
from troth.intake import Ticket
from troth.probes import Probe

pytestmark = pytest.mark.story
FOLDER = ROOT / "examples" / "harbour"
SEED = 11


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """harbour on a server, with eight people who have been there."""
    settings = Settings(
        ROOT / "examples", tmp_path_factory.mktemp("run"), seed=SEED, people=8, only=("harbour",)
    )
    with running(settings, lambda _: None) as town:
        enliven(town, once=True)
        done = town.nursery.children["harbour people"].wait(300)["done"]
        assert done["registered"] == done["confirmed"] == 8
        assert not [what for what in done if "failed" in what]
        yield town


@pytest.fixture
def board(town: Town) -> Iterator[Client]:
    """The promises, read over HTTP with the company's own key."""
    client = Client(KeyFile.read(town.keys_of("harbour")))
    yield client
    client.close()


def look(town: Town) -> None:
    flush(town)
    town.rounds["harbour"].look(all=True)
    assert not town.rounds["harbour"].blind


def in_state(board: Client, state: str) -> set[str]:
    return {c["clause"] for c in board.promises()["clauses"] if c["state"] == state}


def turn(town: Town, lapse: str, on: str) -> None:
    answer = httpx.post(
        f"{town.site}/what-could-go-wrong/{lapse}", data={"on": on}, follow_redirects=True, timeout=60
    )
    assert answer.status_code == 200


def delivered(board: Client) -> None:
    """Everything handed in so far has left, or was stopped on the way."""
    until(lambda: not any(board.messages(state)["messages"] for state in ("queued", "sending")), 20)


def around(town: Town) -> Around:
    return Around(
        town.site,
        mail_folder(town),
        ("127.0.0.1", town.nursery.children["mail room"].port),
        town.data_of("harbour"),
    )


def newcomer(town: Town, number: int) -> Story:
    who: Person = person(number, SEED)
    story = Story(who, around(town))
    assert story.join()
    return story


def press(town: Town, button: str, **typed: str) -> str:
    """Somebody of the staff presses a button."""
    with Staff(town.site, town.data_of("harbour")) as staff:
        return staff.press(button, **typed)


def declared(town: Town, probe: str) -> Probe:
    probes = probes_beside(FOLDER, town.hosting.organisations["harbour"].catalogue)
    return next(one for one in probes if one.id == probe)


def assert_broken_then_mended(town: Town, board: Client, probe: str, lapse: str) -> None:
    said = declared(town, probe)
    look(town)
    assert in_state(board, "broken") == set(said.clauses)
    failed = [
        e for e in board.evidence(kind="promises:probe:failed")["events"] if f"probe={probe}" in e["codes"]
    ]
    assert failed
    turn(town, lapse, "no")
    delivered(board)
    look(town)
    assert in_state(board, "broken") == set()
    mended = {s["statement"]: s["mended"] for c in board.promises()["clauses"] for s in c["statements"]}
    assert all(mended[statement] for statement in said.statements), "it stays in the history"


def test_with_every_lapse_off_nothing_is_broken(town: Town, board: Client) -> None:
    look(town)
    assert in_state(board, "broken") == set()
    assert len(in_state(board, "kept")) > 12
    assert {look.probe for look in town.rounds["harbour"].last.values() if look.passed} == {
        p.id for p in probes_beside(FOLDER, town.hosting.organisations["harbour"].catalogue)
    }


def test_from_the_board_to_what_could_go_wrong_to_the_row_and_back(town: Town, page: Page) -> None:
    story = newcomer(town, 100)
    turn(town, "field_without_notice", "yes")
    story.file_site()
    story.close()
    look(town)
    page.goto(sign_in_link(town.hosting, town.base))
    page.wait_for_url(f"{town.base}/")
    page.goto(f"{town.base}/harbour")
    page.get_by_role("link", name="What could go wrong here").click()
    page.wait_for_url(f"{town.site}/what-could-go-wrong")
    page.get_by_role("link", name="what is broken now").click()
    page.get_by_role("link", name=re.compile("a web page shows you what has to be handed in")).click()
    page.get_by_role("link", name="look at it 1").first.click()
    said = page.inner_text("main")
    assert re.search(r"In the database harbour.db, table filings: the row whose id is \d+\.", said)
    assert "date_of_birth" in said
    assert story.who.email not in page.content()
    held = sqlite3.connect(f"file:{town.data_of('harbour') / 'harbour.db'}?mode=ro", uri=True)
    (dossier,) = held.execute("SELECT dossier FROM filings ORDER BY id DESC").fetchone()
    held.close()
    assert [value for value in json.loads(dossier).values() if str(value) in page.content()] == []
    page.goto(f"{town.site}/what-could-go-wrong")
    page.get_by_role("button", name="Stop it and clean up").click()
    page.get_by_role("link", name="Back to the board of promises").click()
    page.wait_for_url(f"{town.base}/harbour")
    look(town)
    assert page.goto(f"{town.base}/harbour?state=broken")
    assert "No passage is in this state." in page.inner_text("main")


def test_a_field_its_notice_lacks(town: Town, board: Client) -> None:
    turn(town, "field_without_notice", "yes")
    story = newcomer(town, 101)
    story.file_site()
    story.close()
    assert story.done["filed"] == 1
    look(town)
    seen = town.rounds["harbour"].last["filing_fields"].seen
    assert [row["field"] for row in seen] == ["date_of_birth"] * 2, "on the form, and rung up for"
    assert_broken_then_mended(town, board, "filing_fields", "field_without_notice")


def test_a_pixel_after_leaving_the_list(town: Town, board: Client) -> None:
    story = newcomer(town, 102)
    press(town, "news", title="Before")
    mail = Mailbox(mail_folder(town), story.who.email).wait("Before")
    assert mail.images(), "as long as nobody left, the policy lets a mail tell"
    assert [link for link in mail.links() if "/go/" in link]
    story.leave(mail.one_click())
    story.close()
    look(town)
    assert in_state(board, "broken") == set()
    turn(town, "pixel_after_leaving", "yes")
    assert_broken_then_mended(town, board, "mails_after_leaving", "pixel_after_leaving")


def test_an_affiliate_with_a_new_aim(town: Town, board: Client) -> None:
    turn(town, "affiliate_new_aim", "yes")
    assert_broken_then_mended(town, board, "affiliate_aims", "affiliate_new_aim")


def test_a_table_that_no_list_has(town: Town, board: Client) -> None:
    turn(town, "table_outside", "yes")
    look(town)
    assert town.rounds["harbour"].last["tables_outside"].seen == (
        {"store": "harbour.db", "table": "customers_old"},
    )
    assert_broken_then_mended(town, board, "tables_outside", "table_outside")


def test_a_cookie_that_nobody_registered(town: Town, board: Client) -> None:
    turn(town, "strange_cookie", "yes")
    look(town)
    assert town.rounds["harbour"].last["cookies"].seen == ({"cookie": "harbour_follows", "page": "/"},)
    assert_broken_then_mended(town, board, "cookies", "strange_cookie")


def test_a_page_with_other_words_than_those_in_force(town: Town, board: Client) -> None:
    turn(town, "other_words", "yes")
    assert_broken_then_mended(town, board, "served_words", "other_words")


def test_an_affiliate_that_says_it_erased_and_keeps_it(town: Town, board: Client) -> None:
    story = newcomer(town, 121)
    story.order()
    story.end_order()
    look(town)
    assert town.rounds["harbour"].last["erased_and_kept"].passed, "a service that ended is nowhere any more"
    turn(town, "affiliate_keeps", "yes")
    story.order()
    story.end_order()
    assert story.done["ended"] == 2
    story.close()
    (answer,) = held(
        town, "SELECT answer FROM passed_on WHERE recalled_at IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    assert answer == ("erased",), "that is what it said"
    look(town)
    seen = town.rounds["harbour"].last["erased_and_kept"].seen
    assert {one["place"] for one in seen} == {"partners.db#received"}
    assert_broken_then_mended(town, board, "erased_and_kept", "affiliate_keeps")


def test_whoever_is_erased_leaves_nothing_with_anybody(town: Town) -> None:
    story = newcomer(town, 130)
    story.order()
    story.register_domain()
    story.file_site()
    story.close()
    name, before = story.who.user_name, {path.name for path in (town.data_of("harbour") / "papers").iterdir()}
    partners = (town.data_of("harbour") / "partners.db").as_uri()
    with sqlite3.connect(f"{partners}?mode=ro", uri=True) as sink:
        query = "SELECT count(*) FROM received WHERE instr(body, ?)"
        assert sink.execute(query, (name,)).fetchone()[0] == 1
        assert "Done as asked" in press(town, "erase", user_name=name)
        assert sink.execute(query, (name,)).fetchone()[0] == 0
        assert sink.execute(query, (story.who.marked("domain0"),)).fetchone()[0] == 0
    sink.close()
    assert len(before) - len([*(town.data_of("harbour") / "papers").iterdir()]) == 1
    story.was_erased()
    look(town)
    assert town.rounds["harbour"].last["erased_and_kept"].passed
    assert "There was nothing" in press(town, "erase", user_name=name)


def test_every_lapse_is_in_the_table_of_the_readme() -> None:
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {
        row[0]: row
        for row in re.findall(r"^\| `(\w+)` \| [^|]+ \| `(\w+)`[^|]* \| ([^|]+) \|$", table, re.MULTILINE)
    }
    assert set(rows) == {lapse.name for lapse in LAPSES}
    probes = yaml.safe_load((FOLDER / "probes.yaml").read_text(encoding="utf-8"))
    for _, probe, clauses in rows.values():
        named = {one.strip() for one in clauses.replace("and the principle", "").split(",")}
        assert named == set(probes[probe]["clauses"]), probe


def test_nobody_but_the_staff_sits_behind_the_counter(town: Town) -> None:
    with httpx.Client(base_url=town.site, timeout=60, follow_redirects=True) as stranger:
        for path in ("", "/mails"):
            assert stranger.get(f"/staff{path}").status_code == 401
        for button in (
            "news",
            "maintenance",
            "important",
            "print_list",
            "release",
            "contract",
            "review",
            "invite",
        ):
            assert stranger.post(f"/staff/{button}").status_code == 401, button
        assert (
            stranger.post("/staff/sign-in", data={"admin_name": "aminah", "admin_secret": "x"}).status_code
            == 400
        )
        assert stranger.get("/staff").status_code == 401
    handed = town.data_of("harbour") / "staff.json"
    assert handed.stat().st_mode & 0o077 == 0
    password = json.loads(handed.read_text())["password"]
    assert password not in str(held(town, "SELECT * FROM admins"))


def test_a_document_lies_in_its_folder_as_it_was_handed_in(town: Town) -> None:
    story = newcomer(town, 122)
    story.file_site()
    (last,) = held(town, "SELECT dossier FROM filings ORDER BY id DESC LIMIT 1")
    name = json.loads(last[0])["filing_document"]
    assert story.who.marked("doc") in (town.data_of("harbour") / "papers" / name).read_text()
    assert story.who.marked("file") not in name, "what people call their files is not kept"
    before = len(held(town, "SELECT 1 FROM filings"))
    page, wrong = story.browser.open("/filing"), {"filing_document": ("a.exe", b"MZ\x90", "application/pdf")}
    assert story.browser.press("filed", page, {"filing_site": "x.example"}, wrong).status_code == 400
    story.close()
    assert len(held(town, "SELECT 1 FROM filings")) == before


def test_the_legal_desk_releases_what_may_be_and_nothing_else(town: Town, board: Client) -> None:
    story = newcomer(town, 123)
    story.order()
    story.close()
    flush(town)
    cases, refused = {case.what: case for case in CASES}, len(list(recorded(board, "gate:release:refused")))
    before = len(held(town, "SELECT 1 FROM passed_on"))
    with Staff(town.site, town.data_of("harbour")) as staff:
        released = {
            what: staff.release(story.who.user_name, cases[what])
            for what in (
                "forged order",
                "genuine order",
                "customer agreed to sharing",
                "crime",
                "office abroad",
            )
        }
    assert released == {
        "forged order": False, "genuine order": True, "customer agreed to sharing": False, "crime": True, "office abroad": False,
    }  # fmt: skip
    assert len(held(town, "SELECT 1 FROM passed_on")) == before + 2
    look(town)
    assert [int(row[0]) for row in held(town, "SELECT done FROM releases ORDER BY id DESC LIMIT 5")] == [0, 1, 0, 1, 0]  # fmt: skip
    assert len(list(recorded(board, "gate:release:refused"))) == refused + 3
    assert {one["host"] for one in passed(town)} >= {"authority.partners.example"}


def recorded(board: Client, kind: str) -> Iterator[dict[str, Any]]:
    """Every event of a kind, page after page."""
    after = 0
    while events := board.evidence(after, kind)["events"]:
        yield from events
        after = events[-1]["sequence"]


def passed(town: Town) -> list[dict[str, str]]:
    """What left by the way out."""
    log = sqlite3.connect(f"file:{town.data_of('harbour') / 'egress.db'}?mode=ro", uri=True)
    found = [
        {"host": host, "fields": fields} for host, fields in log.execute("SELECT host, fields FROM passed")
    ]
    log.close()
    return found


def test_the_page_of_the_policy_keeps_what_it_said_before(town: Town) -> None:
    page = httpx.get(f"{town.site}/privacy").text
    (link,) = re.findall(r'href="(/privacy/\w+)"', page)
    assert "Harbour Hosting" in httpx.get(town.site + link).text
    assert httpx.get(f"{town.site}/privacy/nothing").status_code == 404


def test_the_affiliate_below_half_is_refused_and_receives_nothing(town: Town, board: Client) -> None:
    story = newcomer(town, 103)
    story.order()
    story.close()
    flush(town)
    found = board.promises("3.1(d)/2")
    assert found["state"] == "kept"
    refused = [
        e
        for e in board.evidence(kind="gate:release:refused")["events"]
        if "recipient:affiliate_minor" in e["codes"]
    ]
    assert refused
    look(town)
    assert town.rounds["harbour"].last["too_small_a_stake"].looked_at == 0


def test_looking_at_the_unsubscribe_page_does_nothing_and_pressing_does(town: Town, board: Client) -> None:
    story = newcomer(town, 104)
    press(town, "news", title="Press")
    box = Mailbox(mail_folder(town), story.who.email)
    link = box.wait("Press").one_click()
    assert link.startswith(f"{town.base}/u/")
    before = httpx.get(link).text
    assert httpx.get(link).text == before
    story.leave(link)
    story.close()
    assert story.done["left the list"] == 1
    assert httpx.get(link).text != before
    press(town, "maintenance")
    assert box.wait("Maintenance").images() == [], "service goes on, and watches nobody"
    press(town, "news", title="After")
    delivered(board)
    assert "After" not in [mail.subject for mail in box.all()]
    counted = {(one["message"], one["state"]) for one in board.messages()["counts"]}
    assert {
        ("business_news", "accepted"),
        ("business_news", "refused"),
        ("service_notice", "accepted"),
    } <= counted


def test_the_console_names_the_channel_by_which_mail_leaves(town: Town, page: Page) -> None:
    page.goto(sign_in_link(town.hosting, town.base))
    page.wait_for_url(f"{town.base}/")
    page.goto(f"{town.base}/harbour/messages")
    assert f"mail by 127.0.0.1:{town.nursery.children['mail room'].port}" in page.inner_text("main")


def test_leaving_on_ones_own_page_stops_the_news_too(town: Town, board: Client) -> None:
    story = newcomer(town, 106)
    story.leave_at_home()
    story.close()
    press(town, "news", title="Beside")
    delivered(board)
    assert "Beside" not in [m.subject for m in Mailbox(mail_folder(town), story.who.email).all()]


def test_harbour_hands_its_mail_in_and_sends_none_by_itself() -> None:
    """What speaks SMTP is the careless desk, and it holds no key."""
    company = FOLDER / "company"
    speaking = {file.name for file in company.glob("*.py") if "smtplib" in file.read_text(encoding="utf-8")}
    assert speaking == {"careless.py"}
    assert "client" not in (company / "careless.py").read_text(encoding="utf-8")


def held(town: Town, query: str) -> list[tuple[str, ...]]:
    store = sqlite3.connect(f"file:{town.data_of('harbour') / 'harbour.db'}?mode=ro", uri=True)
    found = store.execute(query).fetchall()
    store.close()
    return found


def test_a_form_shows_its_notice_and_what_comes_in_is_bound_to_its_words(town: Town, board: Client) -> None:
    story = newcomer(town, 107)
    form = {"domain_name": "unasked.example", "registrant_name": "Nobody"}
    assert story.browser.send("sent unasked", "/domain", form).status_code == 403, (
        "nobody was shown what a registration needs"
    )
    assert held(town, "SELECT 1 FROM domains WHERE domain_name = 'unasked.example'") == []
    story.register_domain()
    assert story.done["domain registered"] == 1
    assert story.browser.send("sent beside the form", "/domain", form).status_code == 403
    forged = form | {
        "under:domain_notice": "sha256:" + "0" * 64,
        "under:privacy_policy": "sha256:" + "1" * 64,
    }
    assert story.browser.send("sent under other words", "/domain", forged).status_code == 403
    assert held(town, "SELECT 1 FROM domains WHERE domain_name = 'unasked.example'") == []
    ((digests,),) = held(town, f"SELECT notice FROM domains WHERE domain_name = '{story.who.domain()}'")
    words = board.shown_text(digests.split(", ")[0])
    story.close()
    assert words.notice == "domain_notice"
    assert "Name of the registrant" in words.text
    flush(town)
    taken = board.evidence(kind="notices:submission:taken")["events"]
    refused = board.evidence(kind="notices:submission:refused")["events"]
    assert any("point:domain_form" in one["codes"] for one in taken)
    assert all(story.who.domain() not in json.dumps(one) for one in (*taken, *refused))


def test_people_come_in_by_codes_and_harbour_keeps_neither_code_nor_password(
    town: Town, board: Client
) -> None:
    story = newcomer(town, 109)
    elsewhere = Story(story.who, around(town))
    assert elsewhere.sign_in()
    story.bind()
    assert story.who.second_email in story.browser.look("/account")
    assert story.recover()
    assert story.who.user_name in story.browser.look("/account")
    assert "sign in first" in elsewhere.browser.look("/account"), "another password ends every other session"
    assert not elsewhere.sign_in(), "and the old one opens nothing"
    elsewhere.close()
    story.close()
    delivered(board)
    purposes = {
        m["purpose"] for m in board.messages(limit=200)["messages"] if m["message"] == "verification_code"
    }
    assert purposes == {"binding_code", "recovery_code"}
    columns = {
        name for (name,) in held(town, "SELECT p.name FROM sqlite_master m, pragma_table_info(m.name) p")
    }
    assert {"user_name", "email", "account"} <= columns
    assert not [name for name in columns if "password" in name or "code" in name]


def test_a_wrong_code_opens_nothing_and_leaves_nothing_behind(town: Town) -> None:
    story = Story(person(111, SEED), around(town))
    who = story.who
    form = {"user_name": who.user_name, "email": who.email, "accurate": "yes"}
    assert (
        story.browser.fill(
            "asked", "/register", form | {"password": "Pw-1", "password_again": "Pw-2"}
        ).status_code
        == 400
    )
    form |= {"password": who.password, "password_again": who.password}
    page = story.browser.fill("asked", "/register", form)
    assert page.is_success
    assert story.browser.press("typed", page, {"code": "0000 0000"}).status_code == 400
    story.close()
    assert held(town, f"SELECT 1 FROM customers WHERE user_name = '{who.user_name}'") == []


def tickets(town: Town) -> list[Ticket]:
    organisation = town.hosting.organisations["harbour"].organisation
    with organisation.database.read() as connection:
        return organisation.intake.listed(connection, limit=500)


def test_people_see_to_their_data_where_the_footer_leads(town: Town, board: Client) -> None:
    story = newcomer(town, 112)
    centre = story.centre()
    assert centre.enter(story.who.email, story.box)
    assert "Account" in centre.see()
    assert centre.object("mailing_list").is_success
    assert centre.say("sharing", "give").is_success
    subject = board.subject({"email": story.who.email})
    assert "consent:sharing" in board.facts_of(subject)["facts"]
    assert centre.say("sharing", "withdraw").is_success
    assert "consent:sharing" not in board.facts_of(subject)["facts"]
    before = len(tickets(town))
    asked = centre.ask("access", f"What do you hold? {story.who.marked('request')}")
    assert asked.is_success
    centre.leave()
    story.close()
    (opened,) = tickets(town)[: len(tickets(town)) - before]
    assert (opened.route.value, opened.right, opened.due_at is not None) == ("self_service", "access", True)
    press(town, "news", title="Quiet")
    delivered(board)
    assert "Quiet" not in [one.subject for one in Mailbox(mail_folder(town), story.who.email).all()]


def test_anybody_can_write_by_the_form_where_the_footer_leads(town: Town) -> None:
    story = Story(person(120, SEED), around(town))
    before = {one.number for one in tickets(town)}
    story.write_by_form()
    story.close()
    assert story.done["wrote by the form"] == 1
    (ticket,) = (one for one in tickets(town) if one.number not in before)
    assert (ticket.route.value, ticket.kind.value, ticket.subject) == ("form", "question", "")


def test_a_mail_to_the_published_address_becomes_a_ticket_with_its_clock(town: Town, board: Client) -> None:
    story = newcomer(town, 113)
    before = {one.number for one in tickets(town)}
    story.write_to_the_desk()
    story.close()
    until(lambda: bool({one.number for one in tickets(town)} - before), 20)
    (ticket,) = (one for one in tickets(town) if one.number not in before)
    assert ticket.route.value == "email"
    assert ticket.due_at is not None
    until(lambda: bool(board.evidence(kind="intake:trial:arrived")["events"]), 20)


@pytest.mark.parametrize(("language", "said"), [("zh", "验证码"), ("ms", "Kod anda")])
def test_whoever_reads_another_language_is_let_in_by_a_code_in_it(
    town: Town, language: str, said: str
) -> None:
    story = Story(person(114 + len(language + said), SEED), around(town))
    story.choose("accept")
    story.browser.fill("language", "/", {"language": language})
    assert story.join()
    story.close()
    assert said in Mailbox(mail_folder(town), story.who.email).all()[0].subject


def test_a_form_speaks_the_language_of_whoever_reads_it(town: Town) -> None:
    story = newcomer(town, 108)
    assert "域名" in story.browser.look("/domain?lang=zh")
    story.close()


def test_a_stranger_page_cannot_press_a_button(town: Town) -> None:
    answer = httpx.post(
        f"{town.site}/what-could-go-wrong/affiliate_new_aim",
        data={"on": "yes"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_a_company_cannot_report_a_look_of_its_own(board: Client) -> None:
    with pytest.raises(Problem) as refused:
        board.probe("filing_fields", True, ["point:filing_form"], [], "2026-01-01T00:00:00+00:00")
    assert refused.value.status == 403


def test_killed_processes_are_started_again_where_they_were(town: Town) -> None:
    story = newcomer(town, 105)
    for name in ("mail room", "harbour partners", "harbour"):
        child = town.nursery.children[name]
        before, port = child.pid, child.port
        assert before is not None
        watch = os.pidfd_open(before)
        os.kill(before, signal.SIGKILL)
        assert select.select([watch], [], [], 20)[0]
        os.close(watch)
        town.nursery.tend()
        assert child.pid not in (None, before)
        assert child.port == port
    assert story.sign_in()
    story.order()
    story.close()
    assert story.done["ordered"] == 1
    look(town)
    with smtplib.SMTP("127.0.0.1", town.nursery.children["mail room"].port) as post:
        assert post.noop()[0] == 250


def test_without_troth_nothing_is_taken(town: Town, tmp_path: Path) -> None:
    """Fail closed: the product is away, so the registration is not kept."""
    from examples.harbour.company.__main__ import company
    from examples.harbour.company.app import make_app
    from examples.harbour.company.house import Post

    keys = KeyFile("http://127.0.0.1:9", "harbour", "nothing")
    opened = company(tmp_path, keys, Post("127.0.0.1", 9, "http://127.0.0.1:9"), "http://127.0.0.1:9")
    form = {
        "user_name": "ann",
        "email": "ann@people.example",
        "password": "Long-enough-1",
        "password_again": "Long-enough-1",
    }
    answer = make_app(opened).test_client().post("/register", data=form)
    assert answer.status_code == 503
    assert opened.house.store.rows("SELECT * FROM customers") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_telephone(town: Town, page: Page, scheme: str) -> None:
    story = newcomer(town, 110 + len(scheme))
    story.close()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/", "/privacy", "/register", "/what-could-go-wrong", "/nowhere", "/sign-in"):
        page.goto(town.site + path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.locator("#troth #reject").click()
    page.fill("#user_name", story.who.user_name)
    page.fill("#password", story.who.password)
    page.click("main button")
    handed = json.loads((town.data_of("harbour") / "staff.json").read_text())
    page.goto(f"{town.site}/staff/sign-in")
    page.fill("#admin_name", handed["name"])
    page.fill("#admin_secret", handed["password"])
    page.click("main button")
    for path in ("/account", "/order", "/domain", "/filing", "/support", "/", "/staff", "/staff/mails"):
        page.goto(town.site + path)
        assert violations(page) == [], path
        assert "simulation" in page.inner_text("body")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
