"""desk lives in a process of its own; what goes wrong there is found where it lies, and turns its clauses and no other."""

from __future__ import annotations

import json
import os
import re
import select
import signal
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml
from playwright.sync_api import Page

from examples.desk.story import FUNCTIONS, Around, Story
from examples.kit.centre import CODE
from examples.kit.integration import counted
from examples.kit.people import person
from examples.kit.waiting import until
from tests.examples.standing import SEED, Stood, standing
from tests.support.axe import violations
from tests.tidy.source import ROOT
from troth.app.carriers import carrier_beside
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.serve import sign_in_link
from troth.intake import Kind, State, Ticket

pytestmark = [pytest.mark.story, pytest.mark.postgres]
FOLDER = ROOT / "examples" / "desk"
MOST = 60
"""Statements of desk's that are about the product; whoever makes it more says here why."""
LAPSES = {
    "app_list_in_a_push": "push_kit_apps",
    "chat_text_in_store_b": "store_b_content",
    "restart_after_force_stop": "app_restarts",
    "function_never_turned_on": "function_records",
    "call_on_three_conditions": "call_conditions",
    "across_tenants": "reads_across",
    "bucket_abroad": "buckets",
    "backup_with_a_new_aim": "backup_aims",
}
"""Each lapse, and the look that finds it; which clauses it turns stands beside the look."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    """desk, up, with two enterprises: one at work in all it does, and one that keeps to itself."""
    with standing("desk", tmp_path_factory.mktemp("run")) as at:
        yield at


def somebody(desk: Stood, number: int) -> Story:
    return Story(person(number, SEED), Around(desk.site, desk.trays, desk.mail))


@pytest.fixture(scope="module")
def team(desk: Stood) -> Iterator[tuple[Story, Story, Story]]:
    """An administrator and two of their people."""
    found = tuple(somebody(desk, number) for number in range(3))
    admin, one, other = found
    assert admin.join()
    admin.found(functions=(*FUNCTIONS, "telemarketing", "stock"))
    for member in (one, other):
        admin.invite(member.who)
        assert member.join()
        assert member.accept_invitation()
    yield admin, one, other
    for story in found:
        story.close()


@pytest.fixture(scope="module")
def neighbour(desk: Stood) -> Iterator[Story]:
    """The administrator of another enterprise."""
    story = somebody(desk, 7)
    assert story.join()
    story.found(functions=("approvals",))
    yield story
    story.close()


@pytest.fixture(scope="module")
def day(desk: Stood, team: tuple[Story, Story, Story], neighbour: Story) -> Stood:
    """A day was lived."""
    admin, one, other = team
    for story in (one, other):
        story.write()
        for function, form in (
            ("attendance", {"attendance": "in", "work_location": "gate"}),
            ("cloud_disk", {"cloud_file": "notes"}),
        ):
            assert story.work(function, **form)
    admin.back_up()
    one.carry_phone()
    one.allow_calls()
    admin.list_everybody()
    one.call()
    other.allow_calls(permitted=False)
    other.call()
    return desk


def rows(desk: Stood, query: str, place: str = "reader") -> list[tuple[object, ...]]:
    with psycopg.connect(desk.postgres[place].replace("postgresql+psycopg:", "postgresql:")) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def test_with_every_lapse_off_nothing_is_broken(day: Stood) -> None:
    looks = day.look()
    assert all(look.passed for look in looks.values())
    assert set(LAPSES.values()) < looks.keys()
    assert day.clauses("broken") == set()
    assert len(day.clauses("kept")) > 30


@pytest.mark.parametrize(("lapse", "probe"), LAPSES.items())
def test_a_lapse_is_found_turns_its_clauses_and_is_mended(day: Stood, lapse: str, probe: str) -> None:
    clauses = set(yaml.safe_load((FOLDER / "probes.yaml").read_text(encoding="utf-8"))[probe]["clauses"])
    day.turn(lapse, on=True)
    day.until_broken(clauses)
    assert day.look()[probe].seen
    day.turn(lapse, on=False)
    day.until_broken(set())


def test_from_the_board_to_what_could_go_wrong_to_the_row_and_back(day: Stood, page: Page) -> None:
    page.goto(sign_in_link(day.town.hosting, day.town.base))
    page.goto(f"{day.town.base}/desk")
    page.get_by_role("link", name="What could go wrong here").click()
    page.wait_for_url(f"{day.site}/what-could-go-wrong")
    section = page.locator("section", has_text="Calls are recorded on three")
    section.get_by_role("button", name="Let it go wrong").click()
    day.until_broken({"1.2.4.3/1", "1.2.4.3/2", "1.3.recording/1"})
    page.get_by_role("link", name="what is broken now").click()
    page.get_by_role("link", name=re.compile("enables the telemarketing edition")).click()
    page.get_by_role("link", name="look at it 1").first.click()
    assert re.search(r"table calls: the row whose id is \d+", page.inner_text("main"))
    page.goto(f"{day.site}/what-could-go-wrong")
    section.get_by_role("button", name="Stop it and clean up").click()
    day.until_broken(set())


def test_the_readme_tells_each_lapse_and_what_it_turns() -> None:
    probes = yaml.safe_load((FOLDER / "probes.yaml").read_text(encoding="utf-8"))
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in readme.splitlines()
        if line.startswith("| `")
    ]
    held = {cells[0].strip("`"): cells for cells in told}
    for lapse, probe in LAPSES.items():
        assert f"`{probe}`" in held[lapse][2]
        assert set(held[lapse][3].split(", ")) == set(probes[probe]["clauses"])


def test_a_call_is_recorded_on_four_conditions_and_on_no_three(day: Stood) -> None:
    assert rows(day, "SELECT met, recording <> '', file <> '' FROM calls ORDER BY id") == [
        (4, True, True),
        (3, False, False),
    ]
    recorded = day.board.evidence(kind="recordings:call:begun")["events"]
    assert len(recorded) == 1


def test_the_database_itself_keeps_enterprises_apart(day: Stood, neighbour: Story) -> None:
    assert len(rows(day, "SELECT DISTINCT tenant FROM people WHERE tenant <> '-'")) == 2
    assert rows(day, "SELECT * FROM people", "owner") == [], (
        "without a tenant, the suite's own user sees nobody"
    )
    page = neighbour.browser.look("/company")
    assert neighbour.who.name in page
    assert person(1, SEED).name not in page


def test_a_text_of_the_chat_lies_sealed_in_store_a_and_a_file_in_both(
    day: Stood, team: tuple[Story, Story, Story]
) -> None:
    lying = {
        store: [path for path in (day.data / "stores" / store).rglob("*") if path.is_file()] for store in "ab"
    }
    assert {path.suffix for path in lying["b"]} == {".file"}
    assert ".txt" in {path.suffix for path in lying["a"]}
    marks = [
        story.who.marked(field).encode() for story in team for field in ("chat", "chat_file", "cloud_file")
    ]
    assert not [
        path for paths in lying.values() for path in paths if any(mark in path.read_bytes() for mark in marks)
    ]


def test_whoever_did_not_agree_apart_writes_no_chat(day: Stood) -> None:
    story = somebody(day, 20)
    assert story.join(sensitive=False)
    story.write()
    assert story.done["wrote: refused"] == 1
    story.browser.send("agreed apart", "/me/sensitive", {"do": "give"})
    story.write()
    story.close()
    assert story.done["wrote"] == 1
    assert len(rows(day, f"SELECT 1 FROM messages WHERE text LIKE '%{story.who.marked('chat')}%'")) == 1


def test_a_minor_waits_for_a_guardian_and_nothing_is_kept(day: Stood) -> None:
    story = somebody(day, 21)
    assert not story.join(capacity="minor", guardian_agrees=False)
    story.close()
    assert story.done["registered: refused"] == 1
    assert rows(day, f"SELECT 1 FROM people WHERE mobile = '{story.mobile}'") == []


def test_a_minor_whose_guardian_agreed_comes_in_and_writes(day: Stood) -> None:
    story = somebody(day, 24)
    assert story.join(capacity="minor")
    story.write()
    story.close()
    assert story.done["wrote"] == 1
    assert rows(day, f"SELECT capacity FROM people WHERE mobile = '{story.mobile}'") == [("minor",)]


def test_a_function_that_is_off_takes_nothing(day: Stood, team: tuple[Story, Story, Story]) -> None:
    admin, one, _ = team
    assert not one.work("field_track", track="30.27,120.15")
    admin.turn("schedules", on=False)
    assert not one.work("schedules", schedule="nine")
    admin.turn("schedules")
    assert one.work("schedules", schedule="ten")
    assert rows(day, "SELECT body->>'schedule' FROM records WHERE function = 'schedules'") == [("ten",)]


def test_papers_go_to_the_carrier_once_that_was_agreed_to(day: Stood, neighbour: Story) -> None:
    neighbour.file_papers(agreed=False)
    assert rows(day, "SELECT sent_at FROM dossiers") == [(None,)]
    neighbour.file_papers()
    assert len(rows(day, "SELECT 1 FROM dossiers WHERE sent_at IS NOT NULL")) == 1
    assert day.board.evidence(kind="gate:release:permitted")["events"]


def test_people_who_never_signed_up_are_people_all_the_same(day: Stood, neighbour: Story) -> None:
    neighbour.bring_customers()
    subjects = rows(day, "SELECT subject FROM contacts")
    assert len(set(subjects)) == 3
    assert all(str(subject).startswith("sub_") for (subject,) in subjects)


def test_whoever_comes_back_reads_another_code_and_desk_keeps_none(
    day: Stood, team: tuple[Story, Story, Story]
) -> None:
    _, one, _ = team
    assert one.come_back()
    columns = rows(day, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'")
    assert not [name for (name,) in columns if "password" in str(name) or "code" in str(name)]


def test_whoever_closes_the_account_is_served_no_more(day: Stood) -> None:
    story = somebody(day, 22)
    assert story.join()
    assert story.close_account()
    assert "Sign in" in story.browser.look("/")
    assert rows(day, f"SELECT 1 FROM people WHERE mobile = '{story.mobile}'") == []
    assert day.board.evidence(kind="accounts:account:closed")["events"]
    story.close()


def test_whoever_declines_the_text_is_asked_for_nothing(day: Stood) -> None:
    story = somebody(day, 23)
    assert story.join()
    story.decline()
    story.write()
    story.close()
    assert story.done["wrote: refused"] == 1


def test_a_killed_company_is_started_again_where_it_was(day: Stood, team: tuple[Story, Story, Story]) -> None:
    _, one, _ = team
    child = day.town.nursery.children["desk"]
    before, port = child.pid, child.port
    assert before is not None
    watch = os.pidfd_open(before)
    os.kill(before, signal.SIGKILL)
    assert select.select([watch], [], [], 20)[0]
    os.close(watch)
    day.town.nursery.tend()
    assert child.pid not in (None, before)
    assert child.port == port
    worked = one.done["worked: approvals"]
    assert one.work("approvals", approval="leave on Monday"), (
        "the session, the database and what was permitted outlive it"
    )
    assert one.done["worked: approvals"] == worked + 1
    day.look()
    assert day.clauses("broken") == set()


def test_whoever_unbinds_is_alone_again(day: Stood, team: tuple[Story, Story, Story]) -> None:
    _, _, other = team
    other.browser.send("unbound", "/me/unbind", {"do": "unbind"})
    assert other.done["unbound"] == 1
    assert not other.clock_in()
    assert rows(day, f"SELECT tenant FROM people WHERE mobile = '{other.mobile}'") == [("-",)]


def tickets(desk: Stood, right: str) -> list[Ticket]:
    intake = desk.organisation.intake
    with desk.organisation.database.read() as connection:
        return [one for one in intake.listed(connection, kind=Kind.REQUEST, limit=50) if one.right == right]


def file_of(desk: Stood, number: str, name: str) -> Any:
    intake = desk.organisation.intake
    with desk.organisation.database.read() as connection:
        parts = [one.number for one in intake.parts(connection, number) if one.what == "file"]
        files = [intake.file(connection, number, part) for part in parts]
    return json.loads(next(one.data for one in files if one.name == name))


def lying(desk: Stood, story: Story) -> list[str]:
    """Where anything of somebody lies in the company's database, by whoever knows no map."""
    tables = rows(desk, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    who = story.who
    marks = (who.marked("chat"), who.marked("approval"), who.marked("invoice"), who.email, story.mobile)
    wanted = "|".join(re.escape(one) for one in marks)
    return [
        str(name) for (name,) in tables if rows(desk, f"SELECT 1 FROM {name} t WHERE t::text ~ '{wanted}'")
    ]


def waits(carrier: Carrier, ticket: Ticket) -> bool:
    """Whether a request waits for somebody."""
    return any(one.standing == "open" for one in carrier.status(ticket.number))


def test_what_somebody_asks_is_carried_out_across_enterprises_and_touches_nobody_else(
    day: Stood, neighbour: Story
) -> None:
    story = somebody(day, 26)
    neighbour.turn("own_limits")
    neighbour.invite(story.who)
    assert story.join()
    assert story.accept_invitation()
    story.write()
    story.order()
    assert story.work("approvals", approval=f"leave {story.who.marked('approval')}")
    story.edit_profile()
    assert story.done["profile edited: refused"] == 1, "what the enterprise limits is limited"
    carrier = carrier_beside(day.organisation, Home.at(day.town.settings.data), FOLDER, day.data)
    assert carrier is not None

    story.ask("access")
    (ticket,) = tickets(day, "access")
    until(lambda: waits(carrier, ticket), 120)  # for the enterprise, whose limits come first
    assert carrier.paper(ticket.number, ["citation"]), "a right that a statute gives is cited"
    until(lambda: [one.state for one in tickets(day, "access")] == [State.ANSWERED], 120)
    held = json.dumps(file_of(day, ticket.number, "data.json"), ensure_ascii=False)
    assert all(
        mark in held for mark in (story.mobile, story.who.marked("chat"), story.who.marked("approval"))
    )
    assert neighbour.mobile not in held
    kept = set((day.data / "stores").rglob("*.file"))

    story.ask("delete")
    (ticket,) = tickets(day, "delete")
    until(lambda: waits(carrier, ticket), 120)
    assert lying(day, story), "nothing goes before a ground is shown"
    assert carrier.paper(ticket.number, ["ledger_check"], "NO_CONSENT")
    until(lambda: [one.state for one in tickets(day, "delete")] == [State.ANSWERED], 120)
    assert lying(day, story) == []
    told = file_of(day, ticket.number, "certificate.json")
    assert [(one["system"], one["erased"]) for one in told["outcomes"]] == [("suite", True)]
    answered = day.board.evidence(kind="intake:ticket:answered")["events"]
    assert all("fee:free" in one["codes"] for one in answered)
    until(lambda: len(kept - set((day.data / "stores").rglob("*.file"))) == 2, 60)
    story.close()
    assert neighbour.who.name in neighbour.browser.look("/company")
    assert day.clauses("broken") == set()


def came_in(desk: Stood, page: Page, number: int) -> None:
    """Join in a browser, with the code from the tray, and found an enterprise."""
    story = somebody(desk, number)
    page.goto(f"{desk.site}/join")
    page.get_by_label("Mobile number").fill(story.mobile)
    page.get_by_label("I read this text").check()
    page.get_by_label("I agree, apart from that").check()
    page.get_by_role("button", name="Send me a code").click()
    until(lambda: bool(story.texts()), 20)
    page.get_by_label("Code").fill(str(CODE.findall(story.texts()[-1]["text"])[0]))
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name of the enterprise").fill("Seen Trading")
    page.get_by_label("Your name").fill(story.who.name)
    page.get_by_label("The enterprise is controller").check()
    page.get_by_role("button", name="Found it").click()
    page.wait_for_url(f"{desk.site}/company")
    story.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_telephone(day: Stood, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 700})

    def seen(*paths: str) -> None:
        for path in paths:
            page.goto(day.site + path)
            assert violations(page) == [], path
            assert "simulation" in page.inner_text("body")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path

    seen("/", "/privacy", "/join", "/sign-in", "/contact", "/what-could-go-wrong", "/nowhere", "/me")
    came_in(day, page, 30 + len(scheme))
    seen("/company", "/me", "/chat", "/calls", "/order", "/record/cloud_disk", "/record/stock", "/")


def test_desks_share_stays_small() -> None:
    assert counted(FOLDER / "company", {"client", "guard", "phones", "codes"})["integration"] <= MOST
