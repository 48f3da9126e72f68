"""counter has no code that touches the product: what its files say is brought in by declaration, what its account manager does goes through
the console, and what goes wrong in the office is found where it lies."""

from __future__ import annotations

import os
import re
import select
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from examples.counter.company.lists import Lists
from examples.counter.people import Around, Story
from examples.kit.centre import code_in
from examples.kit.people import person
from examples.kit.waiting import until
from tests.examples.standing import SEED, Stood, standing
from tests.support.axe import violations
from tests.tidy.source import ROOT, imports_of, python_files, tree_of
from troth.app.probing import probes_beside
from troth.app.serve import sign_in_link
from troth.intake import Ticket

pytestmark = pytest.mark.story
FOLDER = ROOT / "examples" / "counter"
LAPSES = {
    "csv_without_register": {"Share¶2/5"},
    "opted_out_in_list": {"Perm¶3", "Use(d)", "Use(e)"},
    "lock_overdue": {"Store¶2/8"},
    "recording_for_sales": {"Perm¶2/4"},
    "empty_team": {"Promise¶2/1"},
    "agency_new_aim": {"Store¶3/3", "Use¶2/1"},
}
"""As the example's README has it."""


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    """counter, after eight people."""
    with standing("counter", tmp_path_factory.mktemp("run"), people=8) as stood:
        done = stood.town.nursery.children["counter people"].said["done"]
        assert done["applied"] == 8
        assert not [what for what in done if "failed" in what or "refused" in what]
        yield stood


def bring_in(counter: Stood) -> None:
    """All that the files say by now."""
    found = counter.town.offices["counter"].turn(all=True)
    assert [one.as_json() for one in found if not one.well] == []


def newcomer(counter: Stood, number: int) -> Story:
    story = Story(person(number, SEED), Around(counter.site, counter.mail, counter.post))
    assert story.apply()
    return story


def subject_of(counter: Stood, story: Story) -> str:
    found = counter.organisation.act(lambda acts: acts.open_subject([("email", story.who.email)]))
    assert not found.created, "the person was brought in"
    return str(found.subject)


def known(counter: Stood, story: Story) -> set[str]:
    held = counter.organisation.known(subject_of(counter, story)).values()
    return {str(one) for view in held for one in view.holding}


def tickets(counter: Stood) -> list[Ticket]:
    with counter.organisation.database.read() as connection:
        return counter.organisation.intake.listed(connection, limit=200)


def test_no_code_of_the_firm_touches_the_product() -> None:
    named = {name for path in python_files("examples/counter") for name, _ in imports_of(tree_of(path))}
    assert not [name for name in named if name.split(".")[0] == "troth"]
    assert "api/v1" not in "".join(
        path.read_text(encoding="utf-8") for path in python_files("examples/counter")
    )


def test_with_every_lapse_off_nothing_is_broken(counter: Stood) -> None:
    bring_in(counter)
    looks = counter.look()
    assert [one for one in looks.values() if not one.passed] == []
    assert set(looks) == {
        one.id for one in probes_beside(FOLDER, counter.town.hosting.organisations["counter"].catalogue)
    }
    assert counter.clauses("broken") == set()
    assert counter.board.evidence(kind="gate:act:breach")["events"] == []
    assert {
        "Store¶2/2",
        "Store¶2/4",
        "Store¶2/5",
        "Store¶2/6",
        "Store¶3/2",
        "Use(a)",
        "Why(d)",
    } <= counter.clauses("kept")


def test_what_came_in_says_that_it_was_imported(counter: Stood) -> None:
    bring_in(counter)
    acts = counter.board.evidence(kind="gate:act:permitted")["events"]
    assert {one["origin"] for one in acts} == {"imported"}
    brought = counter.board.evidence(kind="imports:row:brought")["events"]
    assert {one["codes"][0] for one in brought} >= {
        "customers",
        "orders",
        "handovers",
        "disclosures",
        "binder",
    }


@pytest.mark.parametrize("lapse", LAPSES)
def test_each_lapse_is_found_and_mended(counter: Stood, lapse: str) -> None:
    bring_in(counter)
    counter.turn(lapse, on=True)
    bring_in(counter)
    counter.until_broken(LAPSES[lapse])
    counter.turn(lapse, on=False)
    bring_in(counter)
    counter.until_broken(set())


def test_the_readme_has_the_same_table() -> None:
    said = (FOLDER / "README.md").read_text(encoding="utf-8")
    for lapse, clauses in LAPSES.items():
        (row,) = re.findall(rf"^\| `{lapse}` .*$", said, re.MULTILINE)
        assert {one.strip() for one in row.split("|")[4].split(",")} == clauses


def test_the_form_tells_what_it_is_for_and_what_was_ticked_comes_in(counter: Stood) -> None:
    story = newcomer(counter, 100)
    bring_in(counter)
    held = known(counter, story)
    assert {
        "accepted",
        "shown:application_notice",
        "shown:monitoring_notice",
        "shown:refusal_notice",
    } <= held
    assert (
        story.browser.send(
            "not read", "/apply", {"name": "A", "phone": "1", "email": "a@people.example"}
        ).status_code
        == 400
    )
    story.want_no_marketing()
    bring_in(counter)
    assert "objects:direct_marketing" in known(counter, story)
    story.close()


def test_a_slip_that_is_taken_back_ends_what_it_opened(counter: Stood) -> None:
    story = newcomer(counter, 101)
    slip = {"number": story.who.email, "item": "sharing"}
    story.browser.fill("signed", "/counter", slip | {"said": "given"})
    bring_in(counter)
    assert "consent:sharing" in known(counter, story)
    story.browser.fill("took back", "/counter", slip | {"said": "withdrawn"})
    bring_in(counter)
    assert "consent:sharing" not in known(counter, story)
    story.close()
    assert counter.board.evidence(kind="gate:act:breach")["events"] == []


def test_whoever_was_disclosed_to_the_police_sees_it_on_their_own_page(counter: Stood) -> None:
    story = newcomer(counter, 102)
    demand = {"number": story.who.email, "authority": "police", "case": "SIM-102", "why": "an inquiry"}
    assert story.browser.fill("asked", "/counter", demand).is_success
    bring_in(counter)
    line = Lists(counter.data / "lists").read("disclosures.xlsx")[-1]
    assert (line["To whom"], line["Why"], line["What"]) == ("police", "an inquiry", "name, phone, email")
    centre = story.centre()
    assert centre.enter(story.who.email, story.box)
    assert "Police" in centre.see()
    listed = story.browser.follow(
        story.browser.follow(story.browser.open("/"), "/my/counter"), "/disclosures"
    ).text
    (row,) = re.findall(r"<tr><th scope=\"row\">Police.*?</tr>", listed, re.DOTALL)
    assert all(
        word in row for word in ("Name", "Telephone number", "Compelled: crime", "an inquiry", "<time")
    )
    assert "SIM-102" not in listed, "the case is the authority's own"
    assert centre.ask("disclosures", "Whom did you give it to?").is_success
    story.close()
    counter.look()
    assert counter.clauses("broken") == set()


def test_the_account_manager_acts_for_a_person_at_the_console(counter: Stood) -> None:
    """By plain forms, as the account manager does: types a request in, and brings the paper that a task asks for."""
    before = {one.number for one in tickets(counter)}
    with httpx.Client(base_url=counter.town.base, follow_redirects=True, timeout=30) as desk:
        desk.get(f"/sign-in/{counter.town.hosting.signin.link()}")
        said = {
            "route": "manager",
            "kind": "disclosures",
            "name": "Somebody",
            "words": "Whom did you give my details to?",
        }
        same = {"Sec-Fetch-Site": "same-origin"}
        form: dict[str, Any] = {name: (None, value) for name, value in (said | {"channel": "phone"}).items()}
        slip = {"authority": ("slip.txt", b"Puan Rohani asks for me. Signed.", "text/plain")}
        typed = desk.post("/counter/tickets/new", files=form | slip, headers=same)
        assert typed.status_code == 200, re.findall(r"alert.*", typed.text)
        (ticket,) = (one for one in tickets(counter) if one.number not in before)
        assert (ticket.right, ticket.route.value) == ("disclosures", "manager")
        halim = str(
            counter.organisation.act(lambda acts: counter.organisation.staff.add(acts.work, at=acts.at))
        )
        page = desk.get("/counter/tasks").text
        task = re.findall(r"/counter/tasks/(tsk_[a-z0-9]+)", page)[0]
        paper = {"document": ("lock-check.txt", b"C1, C2, C3: tried, all well.", "text/plain")}
        done = desk.post(
            f"/counter/tasks/{task}",
            data={"by": halim, "heads": "3", "do": "done"},
            files=paper,
            headers=same,
        )
        assert done.status_code == 200, done.text[-500:]
        assert "lock-check.txt" in done.text


def test_a_mail_to_the_account_manager_becomes_a_ticket(counter: Stood) -> None:
    story = newcomer(counter, 103)
    before = {one.number for one in tickets(counter)}
    story.write_to_the_manager()
    story.close()
    until(lambda: bool({one.number for one in tickets(counter)} - before), 30)
    (ticket,) = (one for one in tickets(counter) if one.number not in before)
    assert ticket.route.value == "email"


def test_a_month_without_a_round_is_found_and_the_round_mends_it(counter: Stood) -> None:
    counter.jump(days=40)
    counter.until_broken({"Store¶2/8"})
    httpx.post(f"{counter.site}/counter/calendar", timeout=60).raise_for_status()
    bring_in(counter)
    counter.until_broken(set())


def test_killed_and_started_again_nothing_comes_in_twice(counter: Stood) -> None:
    bring_in(counter)
    with counter.organisation.database.read() as connection:
        before = counter.organisation.ledger.head(connection).size
    child = counter.town.nursery.children["counter"]
    assert child.pid is not None
    watch = os.pidfd_open(child.pid)
    os.kill(child.pid, signal.SIGKILL)
    assert select.select([watch], [], [], 20)[0]
    os.close(watch)
    counter.town.nursery.tend()
    assert httpx.get(counter.site, timeout=30).is_success
    bring_in(counter)
    with counter.organisation.database.read() as connection:
        again = list(counter.organisation.ledger.events(connection, kinds=("imports:",), after=before))
    assert again == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_telephone(counter: Stood, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 700})
    for path in (
        "/",
        "/privacy",
        "/apply",
        "/order",
        "/ring",
        "/counter",
        "/counter/talk",
        "/what-could-go-wrong",
        "/nowhere",
    ):
        page.goto(counter.site + path)
        assert violations(page) == [], path
        assert "simulation" in page.inner_text("body")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_list_of_disclosures_is_accessible_in_every_language(counter: Stood, page: Page) -> None:
    story = newcomer(counter, 104)
    story.order()
    bring_in(counter)
    page.goto(f"{counter.town.base}/my/counter?lang=en")
    page.fill("#address", story.who.email)
    page.click("main button")
    page.fill("#code", code_in(story.box))
    page.click("main button")
    page.wait_for_url(f"{counter.town.base}/my/counter")
    story.close()
    for language, scheme, width in (("en", "light", 1100), ("zh", "dark", 320), ("ms", "light", 320)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(f"{counter.town.base}/my/counter/disclosures?lang={language}")
        assert page.locator("main tbody tr").count() > 0
        assert violations(page) == [], language
        assert page.evaluate("document.documentElement.scrollWidth") <= width, language


def test_from_the_board_to_what_was_found(counter: Stood, page: Page) -> None:
    bring_in(counter)
    counter.turn("recording_for_sales", on=True)
    counter.until_broken(LAPSES["recording_for_sales"])
    page.goto(sign_in_link(counter.town.hosting, counter.town.base))
    page.wait_for_url(f"{counter.town.base}/")
    page.goto(f"{counter.town.base}/counter?state=broken")
    page.get_by_role("link", name=re.compile("quality of service")).first.click()
    page.get_by_role("link", name="look at it 1").first.click()
    said = page.inner_text("main")
    assert "sales-course" in said
    assert "sounds:recordings" in said
    counter.turn("recording_for_sales", on=False)
    counter.until_broken(set())
