"""axle lives in processes of its own; what goes wrong there is found where it lies, and turns its clauses and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Page
from psycopg.rows import dict_row

from examples.axle.company.careers import TABLES
from examples.axle.company.careless import CAMPAIGN
from examples.axle.company.lake import OTHERS
from examples.axle.company.lapses import ALL, APPLICANTS, EXPORT, JOINED, LATE, MINOR, SURVEY
from examples.axle.people import Around, Story
from examples.axle.staff import CASES, Head, marketing, recruiter
from examples.kit.browser import NAME
from examples.kit.centre import Centre
from examples.kit.integration import counted
from examples.kit.people import person
from examples.kit.waiting import until
from tests.examples.standing import SEED, Stood, standing
from tests.stories.test_run_faults import Line, by_a_line
from tests.support.axe import violations
from tests.tidy.source import ROOT
from troth.app.running import flush
from troth.intake import Kind, State
from troth.leftovers import read_markers, search
from troth.probes.parquet import read_foot

pytestmark = pytest.mark.story
FOLDER = ROOT / "examples" / "axle"
MOST = 60
"""Statements of axle's that are about the product."""


@pytest.fixture(scope="module")
def axle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    """axle on a server, with four people who have been there, a minor and people in the Union among them."""
    with standing("axle", tmp_path_factory.mktemp("run"), people=4) as stood:
        done = stood.town.nursery.children["axle people"].said["done"]
        assert done["registered"] >= 4
        assert done["guardian answered"] >= 1
        assert done["shown"] >= 1, "what the house has to show is shown by whoever looked"
        assert not [what for what in done if "failed" in what], done
        yield stood


def newcomer(axle: Stood, number: int, **said: Any) -> Story:
    story = Story(person(number, SEED), Around(axle.site, axle.mail, axle.post))
    assert story.join(**said)
    return story


def adult(number: int) -> int:
    """A number of somebody who is of age."""
    return number * 7


def held(axle: Stood, query: str, *values: object) -> list[dict[str, Any]]:
    with psycopg.connect(_plain(axle.postgres["reader"]), row_factory=dict_row) as reading:
        return reading.execute(query, values or None).fetchall()


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg:", "postgresql:")


def number_in(page: httpx.Response) -> str:
    """The number of the ticket that a request became."""
    return page.text.split("It is number ")[1].split(".")[0]


def delivered(axle: Stood) -> None:
    """Everything handed in so far has left, or was stopped on the way."""
    until(lambda: not any(axle.board.messages(state)["messages"] for state in ("queued", "sending")), 30)


def probe_of(axle: Stood, id: str) -> set[str]:
    """The clauses that a look says it speaks about."""
    return next(
        set(probe.clauses) for probe in axle.town.hosting.sights["axle"]._probes.values() if probe.id == id
    )


# --- all is well


def test_four_people_and_a_day_at_the_office_break_nothing(axle: Stood) -> None:
    looks = axle.look()
    assert all(look.passed for look in looks.values())
    assert looks["lake_columns"].looked_at + looks["digests_alone"].looked_at > 0
    assert axle.clauses("broken") == set()
    assert len(axle.clauses("kept")) > 30


def test_the_share_of_the_product_in_its_code_stays_small() -> None:
    assert counted(FOLDER / "company", ("client", "gate"), ("gate.py",))["integration"] <= MOST


# --- six lapses


@pytest.mark.parametrize(
    ("lapse", "probe"),
    [
        (APPLICANTS, "applicants_in_campaigns"),
        (JOINED, "lake_columns"),
        (LATE, "answers_in_time"),
        (EXPORT, "ways_across"),
    ],
)
def test_what_a_careless_hand_does_is_found_where_it_lies_and_mended(
    axle: Stood, lapse: str, probe: str
) -> None:
    if lapse == APPLICANTS:
        Story(person(adult(20), SEED), Around(axle.site, axle.mail, axle.post)).apply()
    axle.turn(lapse, True)
    look = axle.look()[probe]
    assert look.seen
    assert axle.clauses("broken") == probe_of(axle, probe)
    assert "people.example" not in str(look.seen)
    axle.turn(lapse, False)
    axle.look()
    assert axle.clauses("broken") == set()


def test_a_survey_to_somebody_who_opted_out_is_found_in_their_mailbox(axle: Stood) -> None:
    story = newcomer(axle, adult(21))
    story.opt_out()
    axle.turn(SURVEY, True)
    (seen, *_) = axle.look()["surveys_after_opting_out"].seen
    assert seen["holds"] == ["a link to /survey"]
    assert axle.clauses("broken") == {"2 purp(b)/5"} == probe_of(axle, "surveys_after_opting_out")
    axle.turn(SURVEY, False)
    delivered(axle)
    axle.look()
    assert axle.clauses("broken") == set()
    assert axle.box(story.who.email).all()[-1].subject == "We wrote to you by mistake"
    story.close()


def test_a_minor_let_in_without_a_guardian_is_found_and_taken_out(axle: Stood) -> None:
    axle.turn(MINOR, True)
    story = Story(person(101, SEED), Around(axle.site, axle.mail, axle.post))
    assert story.minor
    story.browser.fill("typed in", "/register", story.form())
    story.close()
    axle.look()
    assert axle.clauses("broken") == {"7/2"} == probe_of(axle, "minors_with_guardians")
    axle.turn(MINOR, False)
    axle.look()
    assert axle.clauses("broken") == set()
    assert held(axle, "SELECT 1 FROM site.accounts WHERE login_id LIKE 'sheet-%'") == []


def test_the_table_of_the_readme_names_each_lapse_with_its_clauses(axle: Stood) -> None:
    rows = [
        line
        for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    told = {cells[1].strip(" `"): cells for cells in (row.split("|") for row in rows) if len(cells) == 6}
    assert set(told) == {lapse.name for lapse in ALL}
    for cells in told.values():
        named = {clause.strip() for clause in cells[4].split(",")}
        assert named == probe_of(axle, cells[3].split("`")[1])


# --- people


def test_a_minor_waits_for_the_guardian_and_is_kept_nowhere_before(axle: Stood) -> None:
    story = Story(person(108, SEED), Around(axle.site, axle.mail, axle.post))
    assert story.minor
    page = story.browser.fill("registered", "/register", story.form())
    assert "ask your parent" in page.text
    early = story.browser.press("went on too early", page, {"password": story.who.password})
    assert early.status_code == 403
    assert "guardian" in early.text
    assert held(axle, "SELECT 1 FROM site.accounts WHERE email = %s", story.who.email) == []
    story.guardian_answers(page, agree=True)
    page = story.browser.press("went on", page, {"password": story.who.password})
    assert "ticket" in NAME.findall(page.text)
    story.close()


def test_a_guardian_who_says_no_opens_no_account(axle: Stood) -> None:
    story = Story(person(115, SEED), Around(axle.site, axle.mail, axle.post))
    assert not story.join(agreed=False)
    assert story.done["went on: refused"] == 1
    story.close()


def test_in_the_union_nobody_is_signed_in_before_they_let_the_cookie_in(axle: Stood) -> None:
    story = Story(person(adult(22), SEED), Around(axle.site, axle.mail, axle.post))
    assert not story.join(eu="yes", cookies="")
    assert story.done["confirmed: refused"] == 1
    story.close()
    other = newcomer(axle, adult(23), eu="yes", cookies="yes")
    assert other.who.user_name in other.browser.look("/account")
    other.close()


def test_offices_hear_a_digest_and_say_yes_or_no(axle: Stood) -> None:
    story = newcomer(axle, adult(24))
    story.close()
    other = Story(person(adult(25), SEED), Around(axle.site, axle.mail, axle.post))
    page = other.browser.fill("registered", "/register", other.form(login_id=story.who.user_name))
    assert page.status_code == 400
    assert "has this account name already" in page.text
    alone = other.browser.fill("registered", "/register", other.form(login_id=story.who.user_name, abroad=""))
    assert "code is on its way" in alone.text, (
        "who wants nobody abroad asked is told so by the code, or not at all"
    )
    other.close()
    assert axle.look()["digests_alone"].passed


def test_an_application_lies_apart_and_what_is_sensitive_waits_for_a_yes(axle: Stood) -> None:
    story = Story(person(adult(26), SEED), Around(axle.site, axle.mail, axle.post))
    who = story.who
    story.apply(marital_status="married", family_relations=who.marked("family"), **{"cn_pipl.sensitive": ""})
    (row,) = held(axle, "SELECT * FROM careers.applicants WHERE applicant_email = %s", who.second_email)
    assert held(axle, "SELECT 1 FROM careers.family WHERE applicant = %s", row["id"]) == []
    (file,) = held(axle, "SELECT * FROM careers.files WHERE applicant = %s", row["id"])
    assert who.marked("resume") in (axle.data / "resumes" / file["file"]).read_text(encoding="utf-8")
    story.browser.press("took back", story.browser.open(f"/careers/{row['token']}"), {"take_back": "yes"})
    assert not (axle.data / "resumes" / file["file"]).exists()
    for table in (*TABLES, "files"):
        key = "id" if table == "applicants" else "applicant"
        assert held(axle, f"SELECT 1 FROM careers.{table} WHERE {key} = %s", row["id"]) == []
    story.close()


def test_each_trade_has_a_role_that_sees_its_schema_alone(axle: Stood) -> None:
    with psycopg.connect(_plain(axle.postgres["owner"]), autocommit=True) as owner:
        roles = [
            name
            for (name,) in owner.execute(
                "SELECT rolname FROM pg_roles WHERE rolname ~ '_(site|academy)$'"
            ).fetchall()
        ]
        assert len(roles) == 2
        for role in roles:
            owner.execute(f'SET ROLE "{role}"')
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("SELECT * FROM careers.applicants")
            owner.execute("RESET ROLE")


def test_the_academy_is_handed_what_its_user_moves_and_gives_it_back(axle: Stood) -> None:
    story = newcomer(axle, adult(27))
    story.turn("consent:better_service", "yes")
    story.browser.fill("told", "/interests", {"interests": "gears that are quiet"})
    assert story.browser.fill("moved", "/academy/move", {"move": "yes"}).status_code == 403
    mine = "SELECT * FROM academy.users WHERE email = %s"
    assert held(axle, mine, story.who.email) == []
    page = story.browser.fill("moved", "/academy/move", {"agree": "yes"})
    assert "Gears that nobody hears" in page.text.split("you would like")[1]
    assert len(held(axle, mine, story.who.email)) == 1
    story.browser.fill("left", "/academy/", {"leave": "yes"})
    assert held(axle, mine, story.who.email) == []
    story.close()


def test_the_end_of_an_account_leaves_nothing_of_it(axle: Stood) -> None:
    story = newcomer(axle, adult(28))
    for act in (story.ask, story.answer_survey, story.show_themselves):
        act()
    page = story.browser.fill("deregistered", "/deregister", {"password": story.who.password})
    assert "1 question to" in page.text
    assert held(axle, "SELECT 1 FROM site.accounts WHERE email = %s", story.who.email) == []
    assert not story.sign_in()
    story.close()


def test_a_request_becomes_a_ticket_with_its_clock_and_is_answered(axle: Stood) -> None:
    story = newcomer(axle, adult(29))
    page = story.browser.fill("asked", "/requests", {"right": "restrict", "words": "Please stop."})
    number = number_in(page)
    (row,) = held(axle, "SELECT * FROM site.requests WHERE ticket = %s", number)
    page = story.browser.fill("asked", "/requests", {"right": "export", "words": "To another house, please."})
    lin = Head(axle.site)
    assert number in lin.look("/staff/tickets").text
    lin.answer_tickets()
    assert lin.done == {"refused: export": 1}
    lin.close()
    for one, outcome in ((number, "informed"), (number_in(page), "refused")):
        (row,) = held(axle, "SELECT * FROM site.requests WHERE ticket = %s", one)
        assert row["answered_at"] is not None
        assert axle.board.ticket(one)["outcome"] == outcome
    story.close()


# --- requests carried out over its stores


def carried_out(axle: Stood, number: str) -> dict[str, Any]:
    """Lin is sure who asks, and the run does the rest: the files of the answer, by name."""
    lin, intake = Head(axle.site), axle.organisation.intake

    def answered() -> bool:
        lin.press("/staff/tickets", number=number)
        with axle.organisation.database.read() as connection:
            return intake.ticket(connection, number).state is State.ANSWERED

    until(answered, 120, 0.5)
    lin.close()
    with axle.organisation.database.read() as connection:
        parts = [one.number for one in intake.parts(connection, number) if one.what == "file"]
        files = [intake.file(connection, number, part) for part in parts]
    return {one.name: json.loads(one.data) for one in files if one.name.endswith(".json")}


def lying(axle: Stood, *markers: str) -> list[str]:
    """Where any of these lies in the company's database and among its files, by whoever knows no map."""
    places = [axle.postgres["reader"], str(axle.data / "resumes"), str(axle.data / "lake")]
    return [str(hit) for hit in search(places, read_markers("\n".join(markers))).hits]


def test_access_and_erasure_go_through_the_tables_of_the_site_and_the_academy_and_no_other(
    axle: Stood,
) -> None:
    story, other = newcomer(axle, adult(40)), newcomer(axle, adult(41))
    who = story.who
    for act in (story.tell_interests, story.ask, story.answer_survey, story.apply, other.ask):
        act()
    story.browser.fill("moved", "/academy/move", {"agree": "yes"})
    mine = [who.email, who.user_name, *(who.marked(one) for one in ("interests", "enquiry", "answer"))]
    page = story.browser.fill("asked", "/requests", {"right": "access", "words": "What do you hold?"})
    held = json.dumps(carried_out(axle, number_in(page))["data.json"], ensure_ascii=False)
    assert [one for one in mine if one not in held] == []
    assert "academy" in held or "users" in held
    assert other.who.marked("enquiry") not in held
    assert who.second_email not in held, "who applied is another trade's business"
    page = story.browser.fill("asked", "/requests", {"right": "delete", "words": "Erase it."})
    assert lying(axle, *mine), "nothing goes before somebody is sure who asks"
    told = carried_out(axle, number_in(page))["certificate.json"]
    assert [(one["system"], one["erased"]) for one in told["outcomes"]] == [("database", True)]
    assert lying(axle, *mine) == []
    assert lying(axle, who.second_email), "the application was not asked about"
    assert lying(axle, other.who.marked("enquiry"))
    assert axle.clauses("broken") == set()
    for one in (story, other):
        one.close()


def test_an_applicant_who_asks_is_erased_with_the_resume_among_the_files(axle: Stood) -> None:
    story = Story(person(adult(42), SEED), Around(axle.site, axle.mail, axle.post))
    who = story.who
    story.apply(seen_by="all")
    assert any("resumes" in place for place in lying(axle, who.marked("resume")))
    page = story.browser.follow(story.browser.open("/"), "/my/axle")
    centre = Centre(story.browser, str(page.url).split("/sign-in", maxsplit=1)[0])
    assert centre.enter(who.second_email, axle.box(who.second_email))
    assert centre.ask("delete", "Please erase my application.").is_success
    with axle.organisation.database.read() as connection:
        listed = axle.organisation.intake.listed(connection, kind=Kind.REQUEST, limit=50)
    (number,) = [one.number for one in listed if (one.right, one.state) == ("delete", State.OPEN)]
    told = carried_out(axle, number)["certificate.json"]
    assert {one["system"] for one in told["outcomes"]} == {"database", "resumes"}
    assert lying(axle, who.second_email, *map(who.marked, ("resume", "work", "skill", "self"))) == []
    story.close()


def test_while_the_product_is_away_axle_says_so_keeps_nothing_and_goes_on_afterwards(
    axle: Stood, tmp_path: Path
) -> None:
    line = Line(axle.town.base)
    line.up()
    with by_a_line(axle, line, tmp_path) as site:
        story = Story(person(adult(43), SEED), Around(site, axle.mail, axle.post))
        assert story.join()
        line.cut()
        assert (
            story.browser.send("asked in vain", "/ask-us", {"enquiry": "Is anybody there?"}).status_code
            == 503
        )
        assert httpx.get(f"{site}/privacy").is_success, "what needs nobody's permit is read on"
        assert held(axle, "SELECT 1 FROM site.enquiries WHERE enquiry = 'Is anybody there?'") == []
        line.up()
        story.ask()
        assert story.done["asked"] == 1, story.done
        story.close()
    line.cut()


# --- the office


def test_a_campaign_goes_to_those_who_agreed_and_the_opt_out_holds_at_once(axle: Stood) -> None:
    agreed, silent, left = (
        newcomer(axle, adult(30)),
        newcomer(axle, adult(31), news=""),
        newcomer(axle, adult(32)),
    )
    left.opt_out()
    desk = marketing(axle.site)
    desk.press("/staff/campaigns", message="newsletter", title="Quiet gears")
    desk.press("/staff/campaigns", message="direct_email", title="Buy gears")
    desk.close()
    delivered(axle)
    subjects = {s: {mail.subject for mail in axle.box(s.who.email).all()} for s in (agreed, silent, left)}
    assert {"Quiet gears", "Buy gears"} <= subjects[agreed]
    assert not {"Quiet gears", "Buy gears"} & subjects[silent]
    assert "Quiet gears" not in subjects[left]
    assert "Buy gears" in subjects[left], "the opt-out of the text is not stretched to direct marketing"
    for story in subjects:
        story.close()


def test_staff_see_what_their_role_is_for(axle: Stood) -> None:
    mei, hans = marketing(axle.site), recruiter(axle.site)
    assert mei.look("/staff/applicants").url.path == "/staff/sign-in"
    assert hans.look("/staff/campaigns").url.path == "/staff/sign-in"
    assert hans.look("/staff/applicants").url.path == "/staff/applicants"
    assert httpx.get(f"{axle.site}/staff/tickets").headers["location"] == "/staff/sign-in"
    for one in (mei, hans):
        one.close()


def test_an_authority_without_its_papers_and_an_advertiser_get_nothing(axle: Stood) -> None:
    story = newcomer(axle, adult(33))
    lin, mei = Head(axle.site), marketing(axle.site)
    demands = [case for case in CASES if "order" in case.what]
    lin.decide(story.who.user_name, demands)
    assert lin.done == {"case: genuine order": 1, "case: order nobody checked: refused": 1}
    for what in ("advertiser", "screen", "join"):
        assert "permitted for 0 of" in mei.press("/staff/hand-out", what=what).text
    flush(axle.town)
    for one in (lin, mei, story):
        one.close()


def test_the_lake_holds_counts_of_groups_and_says_what_it_is(axle: Stood) -> None:
    for _ in range(21):
        httpx.get(f"{axle.site}/privacy")
    (day,) = (axle.data / "lake").glob("visits-*.parquet")
    foot = read_foot(day)
    assert foot.columns == ("page", "visits")
    assert foot.labels["nature"] == "non_personal"
    assert OTHERS
    assert CAMPAIGN


# --- the pages


PUBLIC = (
    "/",
    "/privacy",
    "/register",
    "/careers",
    "/academy/",
    "/what-could-go-wrong",
    "/nowhere",
    "/sign-in",
)
OWN = (
    "/account", "/profile", "/members", "/settings", "/interests", "/requests", "/academy/move", "/deregister",
)  # fmt: skip
STAFF = (
    "/staff/campaigns",
    "/staff/surveys",
    "/staff/applicants",
    "/staff/tickets",
    "/staff/cases",
    "/staff/tasks",
)


@pytest.mark.parametrize(
    ("scheme", "public", "own", "staff"),
    [("light", PUBLIC, OWN, STAFF), ("dark", PUBLIC[5:6], OWN[3:4], STAFF[:1])],
)
def test_the_pages_are_accessible_and_fit_a_telephone(
    axle: Stood,
    page: Page,
    scheme: str,
    public: tuple[str, ...],
    own: tuple[str, ...],
    staff: tuple[str, ...],
) -> None:
    story = newcomer(axle, adult(34 + len(scheme)))
    story.close()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 700})
    for path in public:
        looked_at(page, axle.site + path)
    enter(page, f"{axle.site}/sign-in", story.who.user_name, story.who.password, "**/account")
    for path in own:
        looked_at(page, axle.site + path)
    enter(page, f"{axle.site}/staff/sign-in", "lin", "Simulated-gear-3", "**/staff/campaigns")
    for path in staff:
        looked_at(page, axle.site + path)


def enter(page: Page, address: str, name: str, password: str, leads_to: str) -> None:
    page.goto(address)
    page.fill("#login_id", name)
    page.fill("#password", password)
    page.click("main button")
    page.wait_for_url(leads_to)


def looked_at(page: Page, address: str) -> None:
    page.goto(address)
    assert violations(page) == [], address
    assert "simulation" in page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_stranger_page_cannot_press_a_button(axle: Stood) -> None:
    answer = httpx.post(
        f"{axle.site}/what-could-go-wrong/{LATE}",
        data={"on": "yes"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_whoever_lapses_holds_no_key_and_speaks_to_nobody() -> None:
    careless = (FOLDER / "company" / "careless.py").read_text(encoding="utf-8")
    assert "gate" not in careless
    assert "troth" not in careless
    speaking = {
        file.name
        for file in Path(FOLDER / "company").glob("*.py")
        if "smtplib" in file.read_text(encoding="utf-8")
    }
    assert speaking == {"careless.py"}
