"""gateway stands in processes of its own and comes in by the bare HTTP API; what goes wrong there is found where it lies, and turns
its clauses and no other."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Page

from examples.gateway.company.__main__ import company
from examples.gateway.company.app import make_app
from examples.gateway.company.asking import Troth
from examples.gateway.company.house import House, Partners
from examples.gateway.company.store import KINDS, Store
from examples.gateway.staff import Staff
from examples.gateway.story import CHECKED, PROXY, TOKEN, Around, Story
from examples.kit.people import person
from examples.kit.waiting import until
from tests.examples.standing import SEED, Stood, standing
from tests.support.axe import violations
from tests.tidy.source import ROOT, imports_of, name_of, python_files, tree_of
from troth.app.carriers import carrier_beside
from troth.app.config import Home
from troth.intake import State, Ticket
from troth.probes import Look

pytestmark = pytest.mark.story
NUMBERS = iter(range(1000, 2000))
SEEN_WITHOUT = (
    "templates",
    "pictures_of_checks",
    "restored_members",
    "keys_of_ended_services",
    "channel_log",
    "carrier_aims",
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    """gateway, with four people who have been there."""
    with standing("gateway", tmp_path_factory.mktemp("run"), people=4) as stood:
        done = stood.town.nursery.children["gateway people"].said["done"]
        assert done["registered"] >= 4
        assert not [what for what in done if "failed" in what]
        yield stood


def children(pid: int) -> set[int]:
    """The processes that a process started, by whichever of its threads."""
    listed = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    return {int(one) for text in listed for one in text.split()}


@pytest.fixture
def member(gateway: Stood) -> Iterator[Story]:
    """Somebody who has just registered, and may send pictures."""
    story = stranger(gateway)
    assert story.join()
    story.switch("/permissions/album_permission", on=True)
    yield story
    story.close()


def stranger(gateway: Stood) -> Story:
    return Story(person(next(NUMBERS), SEED), Around(gateway.site, gateway.mail, gateway.post))


def held(gateway: Stood, query: str, *values: object) -> list[tuple[object, ...]]:
    """What gateway's database says, to a reader who cannot write."""
    with psycopg.connect(gateway.postgres["reader"].replace("+psycopg", "")) as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def number_of(gateway: Stood, story: Story) -> str:
    ((number,),) = held(
        gateway, "SELECT document->>'member' FROM members WHERE document->>'email' = %s", story.who.email
    )
    return str(number)


def partners(gateway: Stood, query: str, *values: object) -> list[tuple[object, ...]]:
    store = sqlite3.connect(f"file:{gateway.data / 'partners.db'}?mode=ro", uri=True)
    found = store.execute(query, values).fetchall()
    store.close()
    return found


def declared(gateway: Stood, *probes: str) -> set[str]:
    """The clauses that these probes speak about."""
    known = {probe.id: probe for probe in gateway.town.hosting.sights["gateway"]._probes.values()}
    return {clause for id in probes for clause in known[id].clauses}


def table(lapse: str) -> set[str]:
    """The clauses that the README names for a lapse."""
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| ([^|]+) \|$", (ROOT / "examples/gateway/README.md").read_text(), re.MULTILINE
    )
    return set(dict(rows)[lapse].split(", "))


def mended(gateway: Stood, *probes: str) -> None:
    known = {probe.id: probe for probe in gateway.town.hosting.sights["gateway"]._probes.values()}
    said = {
        one["statement"]: one["mended"]
        for clause in gateway.board.promises()["clauses"]
        for one in clause["statements"]
    }
    assert all(said[statement] for id in probes for statement in known[id].statements), (
        "it stays in the history"
    )


def turned(
    gateway: Stood, lapse: str, probes: tuple[str, ...], act: Callable[[], object] = lambda: None
) -> Look:
    """Let something go wrong, see it found and exactly its clauses broken, stop it, and see them mended. What the first probe saw."""
    gateway.turn(lapse, True)
    act()
    looks = gateway.look()
    assert {id for id, look in looks.items() if not look.passed} == set(probes)
    assert gateway.clauses("broken") == declared(gateway, *probes) == table(lapse)
    seen = looks[probes[0]]
    gateway.turn(lapse, False)
    assert all(look.passed for look in gateway.look().values())
    assert gateway.clauses("broken") == set()
    mended(gateway, *probes)
    return seen


# -- with nothing wrong -----------------------------------------------------------------------------------------------------


def test_with_every_lapse_off_nothing_is_broken(gateway: Stood) -> None:
    looks = gateway.look()
    assert all(look.passed for look in looks.values())
    assert {*SEEN_WITHOUT, "stores_of_pictures"} < set(looks)
    assert gateway.clauses("broken") == set()
    assert {"1(3)/3", "1(3)/6", "2(3)/3", "4(4)/4"} <= gateway.clauses("kept") | gateway.clauses("unproven")


def test_gateway_speaks_http_and_nothing_else() -> None:
    found = [
        f"{name_of(path)}: {name}"
        for path in python_files("examples/gateway")
        for name, _ in imports_of(tree_of(path))
        if name.split(".")[0] == "troth"
    ]
    assert found == []


# -- coming in --------------------------------------------------------------------------------------------------------------


def test_a_member_comes_in_by_a_code_and_gateway_keeps_four_details(gateway: Stood, member: Story) -> None:
    ((document,),) = held(
        gateway, "SELECT document FROM members WHERE document->>'email' = %s", member.who.email
    )
    assert isinstance(document, dict)
    assert document["name"] == member.who.name
    assert not [word for word in document if "password" in word or "code" in word]
    assert member.who.name in member.browser.look("/my")
    member.browser.send("signed out", "/sign-out")
    assert "sign in first" in member.browser.look("/my")
    assert member.sign_in()


def written(gateway: Stood) -> int:
    """How much is on record of what people said, and of who came in how."""
    with gateway.organisation.database.read() as connection:
        return len(
            list(gateway.organisation.ledger.events(connection, kinds=("consent:", "accounts:", "subjects:")))
        )


def test_whoever_presses_disallow_leaves_nothing_of_themselves(gateway: Stood, member: Story) -> None:
    before = written(gateway)
    page = member.browser.open("/liaotong")
    for no in ("disallow", "cancel"):
        answer = member.browser.press("said no", page, {"do": no})
        assert "nothing about you was taken" in answer.text
    stray = stranger(gateway)
    assert "nothing about you" in stray.browser.send("said no", "/liaotong", {"do": "disallow"}).text
    stray.close()
    assert written(gateway) == before
    assert "verification_state" not in str(
        held(gateway, "SELECT document FROM members WHERE document->>'email' = %s", member.who.email)
    )


def test_a_linked_messenger_lets_a_member_in_and_tells_one_word(gateway: Stood, member: Story) -> None:
    page = member.browser.open("/liaotong")
    assert "sign the clause" in page.text
    unsigned = member.browser.press("unsigned", page, {"do": "allow"})
    assert unsigned.status_code == 400, "the clause on kits has no effect before it is signed"
    there = member.browser.press("asked", page, {"do": "allow", "agree": "sdk_clause"})
    assert member.browser.send("linked", str(there.url), {"name": member.who.marker}).is_success
    assert "<dd>verified</dd>" in member.browser.look("/my")
    member.browser.send("signed out", "/sign-out")
    assert member.by_messenger()
    assert member.who.name in member.browser.look("/my")
    member.browser.send("signed out", "/sign-out")
    there = member.browser.fill("asked", "/liaotong", {"do": "allow"})
    assert member.browser.send("somebody else", str(there.url), {"name": "Nobody at all"}).status_code == 401


# -- who somebody is --------------------------------------------------------------------------------------------------------


def test_card_and_face_are_compared_where_a_source_is_proven_and_then_nothing_is_left(
    gateway: Stood, member: Story
) -> None:
    assert "said: match" in member.verify("verifier_government", CHECKED).text
    assert "<dd>checked</dd>" in member.browser.look("/my")
    refused = member.verify("verifier_commercial", CHECKED)
    assert refused.status_code == 403
    assert "recipient:lawful_source" in refused.text
    number = number_of(gateway, member)
    checks = held(
        gateway, "SELECT id, document FROM verifications WHERE document->>'member' = %s ORDER BY id", number
    )
    assert [document["result"] for _, document in checks] == ["match", "refused"]  # type: ignore[index]
    assert all("face_template" not in document for _, document in checks)  # type: ignore[operator]
    assert [file.name for file in (gateway.data / "checks").iterdir()] == []
    assert partners(gateway, "SELECT 1 FROM received WHERE partner = 'verifier_commercial'") == []
    bodies = partners(gateway, "SELECT body FROM received WHERE partner = 'verifier_government'")
    assert set(json.loads(str(bodies[-1][0]))) == {"number", "document", "face"}


@pytest.mark.parametrize("lacking", CHECKED)
def test_each_consent_of_a_check_stands_by_itself(gateway: Stood, member: Story, lacking: str) -> None:
    asked = len(partners(gateway, "SELECT 1 FROM received WHERE partner = 'verifier_government'"))
    answer = member.verify("verifier_government", tuple(one for one in CHECKED if one != lacking))
    assert answer.status_code == 403
    assert f"consent:{lacking}" in answer.text
    assert len(partners(gateway, "SELECT 1 FROM received WHERE partner = 'verifier_government'")) == asked
    assert list((gateway.data / "checks").iterdir()) == []


# -- the trade --------------------------------------------------------------------------------------------------------------


def test_a_listing_is_public_where_that_was_agreed_to_and_its_picture_is_a_real_one(
    gateway: Stood, member: Story
) -> None:
    title = f"Rubber gloves {member.who.marked('mine')}"
    form = {"listing_title": title, "listing_words": "By the box", "listing_price": "CNY 3"}
    page = member.browser.open("/publish")
    files = {"picture": ("goods.png", b"no picture at all", "image/png")}
    assert member.browser.press("published", page, form, files).status_code == 400
    member.browser.press("published", page, form)
    assert title not in member.browser.look("/"), "nobody agreed to making it public"
    member.publish(picture=True)
    public = re.findall(r'href="/listing/(\d+)">([^<]+)', member.browser.look("/"))
    id = next(number for number, shown in public if member.who.marked("listing") in shown)
    stray = stranger(gateway)
    image = stray.browser.open(f"/image/{id}")
    assert image.content.startswith(b"\x89PNG")
    member.switch("/scope/publish_listing", on=False)
    assert f"/listing/{id}" not in stray.browser.look("/")
    assert stray.browser.open(f"/listing/{id}").status_code == 404
    stray.close()


def test_a_deal_tells_the_carrier_what_it_needs_and_the_other_side_what_was_agreed_to(
    gateway: Stood, member: Story
) -> None:
    member.publish()
    listed = re.findall(r'href="(/listing/\d+)"', member.browser.look("/"))[0]
    form = {"amount": "3 tonnes", "consignee": member.who.name, "delivery_address": member.who.address}
    member.browser.press("dealt", member.browser.open(listed), form)
    assert "not told who you are" in member.browser.look("/deals")
    number = number_of(gateway, member)
    ((id,),) = held(gateway, "SELECT id FROM deals WHERE document->>'buyer' = %s", number)
    ((body,),) = partners(gateway, "SELECT body FROM received WHERE reference = ?", f"deal-{id}")
    assert set(json.loads(str(body))) == {"name", "mobile_number", "consignee", "delivery_address", "waybill"}
    ((kept,),) = held(gateway, "SELECT document FROM archive WHERE document->>'member' = %s", number)
    assert kept["cited"], "the archive says by which law"  # type: ignore[index]
    assert member.who.marked("address") not in json.dumps(kept)
    until(lambda: any(f"Deal {id}" in mail.subject for mail in gateway.box(member.who.email).all()), 30)


def test_the_channel_keeps_members_off_dangerous_sites_and_lets_tunnels_through(
    gateway: Stood, member: Story
) -> None:
    assert member.go_by_the_channel("gateway.example", "phish.example", "nowhere.example") == [200, 403, 502]
    page = member.switch("/permissions/safe_channel", on=True)
    token, port = TOKEN.search(page.text), PROXY.search(page.text)
    assert token is not None
    assert port is not None
    proxy = f"127.0.0.1:{port[1]}"
    with httpx.Client(proxy=f"http://{proxy}", timeout=10) as unknown:
        assert unknown.get("http://gateway.example/").status_code == 407
    assert tunnelled(gateway, int(port[1]), token[1]).startswith(b"HTTP/1.1 200")
    member.switch("/permissions/safe_channel", on=False)
    with httpx.Client(proxy=f"http://{token[1]}:@{proxy}", timeout=10) as shut:
        assert shut.get("http://gateway.example/").status_code == 407
    log = (gateway.data / "proxy" / "verdicts.log").read_text().splitlines()
    assert {frozenset(json.loads(line)) for line in log} == {frozenset({"at", "risk_verdict"})}
    assert member.who.marked("path") not in "".join(log)


def tunnelled(gateway: Stood, port: int, token: str) -> bytes:
    """What a CONNECT through the channel to gateway's own site brings back."""
    import base64
    import socket

    site = httpx.URL(gateway.site)
    said = base64.b64encode(f"{token}:".encode()).decode()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as way:
        way.sendall(
            f"CONNECT gateway.example:{site.port} HTTP/1.1\r\nProxy-Authorization: Basic {said}\r\n\r\n".encode()
        )
        assert way.recv(4096).startswith(b"HTTP/1.1 200")
        way.sendall(b"GET /about/contact HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n")
        return way.recv(4096)


# -- their data -------------------------------------------------------------------------------------------------------------


def test_a_device_is_bound_with_consent_and_let_go_with_it(gateway: Stood, member: Story) -> None:
    number = number_of(gateway, member)
    member.switch("/permissions/hardware_binding", on=True)
    ((device,),) = held(gateway, "SELECT document FROM devices WHERE document->>'member' = %s", number)
    assert set(device) == {"member", "bound_at", "device_model", "operating_system", "login_ip"}  # type: ignore[call-overload]
    member.switch("/permissions/hardware_binding", on=False)
    assert held(gateway, "SELECT 1 FROM devices WHERE document->>'member' = %s", number) == []


def test_correcting_in_place_costs_nothing(gateway: Stood, member: Story) -> None:
    member.correct()
    page = member.browser.look("/my")
    assert f"{member.who.name} Jr" in page
    assert "register anew" in page, "the way of the text is offered beside it"


def tickets(gateway: Stood) -> list[Ticket]:
    with gateway.organisation.database.read() as connection:
        return gateway.organisation.intake.listed(connection, limit=500)


def test_cancelling_takes_what_is_held_and_registering_anew_begins_anew(
    gateway: Stood, member: Story
) -> None:
    member.publish()
    member.deal()
    member.bind()
    number = number_of(gateway, member)
    wrong = member.browser.fill(
        "cancelled", "/cancel", {"how": "erase", "then": "", "password": "not-it-at-all"}
    )
    assert wrong.status_code == 401
    assert number_of(gateway, member) == number
    (deal,) = (id for (id,) in held(gateway, "SELECT id FROM deals WHERE document->>'buyer' = %s", number))
    form = {"how": "erase", "then": "anew", "password": member.password}
    assert member.browser.fill("cancelled", "/cancel", form).url.path == "/register"
    for kind in ("members", "devices", "verifications", "browse_log"):
        assert held(gateway, f"SELECT 1 FROM {kind} WHERE document->>'member' = %s", number) == []
    assert held(gateway, "SELECT 1 FROM listings WHERE document->>'seller' = %s", number) == []
    assert partners(gateway, "SELECT 1 FROM received WHERE reference = ?", f"deal-{deal}") == [], (
        "the carrier was told"
    )
    assert held(gateway, "SELECT 1 FROM archive WHERE document->>'member' = %s", number) != [], (
        "law has it kept"
    )
    outcomes = {one.outcome for one in tickets(gateway) if one.right == "correct"}
    assert outcomes == {"granted"}, "the receipt is numbered, and answered at once"
    assert not member.sign_in()
    assert member.join()
    assert number_of(gateway, member) != number


def test_a_dump_is_kept_seven_days_sealed_elsewhere_and_brings_nobody_back_who_is_gone(
    gateway: Stood, member: Story
) -> None:
    number = number_of(gateway, member)
    httpx.post(f"{gateway.site}/staff/dump", timeout=60)
    files = sorted((gateway.data / "dumps").glob("*.jsonl.gz"))
    text = gzip.decompress(files[-1].read_bytes()).decode()
    assert member.who.marked("email") in text
    assert "face_template" not in text
    (sealed,) = partners(
        gateway, "SELECT body FROM received WHERE partner = 'backup_keeper' ORDER BY id DESC LIMIT 1"
    )[0]
    assert member.who.marked("email") not in str(sealed)
    assert member.cancel(anew=False)
    httpx.post(f"{gateway.site}/staff/restore", data={"ticket": "T-1"}, timeout=60)
    assert held(gateway, "SELECT 1 FROM members WHERE document->>'member' = %s", number) == []
    httpx.post(f"{gateway.site}/staff/answers", timeout=60)
    days = {file.name for file in files}
    gateway.jump(days=8)
    until(lambda: {file.name for file in (gateway.data / "dumps").glob("*.jsonl.gz")}.isdisjoint(days), 30)
    kept = partners(gateway, "SELECT DISTINCT reference FROM received WHERE partner = 'backup_keeper'")
    assert not {f"dump-{day.removesuffix('.jsonl.gz')}" for day in days} & {str(one) for (one,) in kept}


def test_a_question_on_the_contact_page_is_due_in_three_working_days_and_answered_before(
    gateway: Stood,
) -> None:
    stray = stranger(gateway)
    answer = stray.write()
    stray.close()
    found = re.search(r"the number (T-\w+-\w+); as a rule you hear from us by 20\d\d-\d\d-\d\d", answer.text)
    assert found is not None

    def ticket() -> Ticket:
        with gateway.organisation.database.read() as connection:
            return gateway.organisation.intake.ticket(connection, found[1])

    assert (ticket().kind.value, ticket().route.value) == ("question", "form")
    due = ticket().due_at
    assert due is not None
    assert 3 <= (due - ticket().received_at).days <= 10
    until(lambda: ticket().outcome == "informed", 30)


def test_the_staff_turns_a_request_down_or_carries_it_out_on_a_listed_ground(
    gateway: Stood, member: Story
) -> None:
    member.publish()
    number = number_of(gateway, member)
    httpx.post(f"{gateway.site}/staff/dump", timeout=60)
    turned_down, done = member.ask("delete"), member.ask("delete")
    with Staff(gateway.site) as desk:
        with pytest.raises(httpx.HTTPStatusError, match="400"):
            desk.decide(done, "")  # an erasure needs a ground
        desk.decide(turned_down, "ABUSE")
        assert number_of(gateway, member) == number
        desk.decide(done, "UNLAWFUL")
        desk.press("restore", "restored", ticket="T-2")
    found = {one.number: one for one in tickets(gateway)}
    assert (found[turned_down].outcome, found[turned_down].refusal) == ("refused", "ABUSE")
    assert (found[done].outcome, found[done].ground) == ("granted", "UNLAWFUL")
    assert held(gateway, "SELECT 1 FROM members WHERE document->>'member' = %s", number) == []
    assert held(gateway, "SELECT 1 FROM listings WHERE document->>'seller' = %s", number) == []
    assert not member.sign_in()


def test_all_that_was_agreed_to_is_taken_back_at_once(gateway: Stood, member: Story) -> None:
    member.publish()
    member.switch("/scope/recipient_own", on=True)
    assert "Take back:" in member.browser.look("/permissions")
    member.take_everything_back()
    assert "Take back:" not in member.browser.look("/permissions")
    assert held(gateway, "SELECT 1 FROM requests") == []


def test_whoever_is_unhappy_with_a_reply_has_it_on_record_and_is_answered(
    gateway: Stood, member: Story
) -> None:
    before = {one.number for one in tickets(gateway)}
    member.complain()
    came = {one.right: one.outcome for one in tickets(gateway) if one.number not in before}
    assert came == {"question": "informed", "complain": "informed"}


# -- what is asked of the privacy centre, carried out over the real stores ---------------------------------------------------


def came(gateway: Stood) -> Story:
    """Somebody with a listing, its picture, a deal, a bound device and an open channel."""
    story = stranger(gateway)
    assert story.join()
    story.switch("/permissions/album_permission", on=True)
    story.publish(picture=True)
    story.deal()
    story.switch("/permissions/hardware_binding", on=True)
    story.go_by_the_channel("gateway.example")
    return story


def asked(gateway: Stood, story: Story, right: str) -> Ticket:
    """What somebody asked for at the privacy centre."""
    before = {one.number for one in tickets(gateway)}
    centre = story.centre()
    assert centre.enter(story.who.email, story.box)
    assert centre.ask(right, "About everything you hold of me.").is_success
    (ticket,) = (one for one in tickets(gateway) if one.number not in before)
    return ticket


def answered(gateway: Stood, ticket: Ticket) -> dict[str, bytes]:
    """The files of its answer, once it has one."""

    def so() -> bool:
        return any(one.number == ticket.number and one.state is State.ANSWERED for one in tickets(gateway))

    until(so, 120)
    intake = gateway.organisation.intake
    with gateway.organisation.database.read() as connection:
        parts = [one.number for one in intake.parts(connection, ticket.number) if one.what == "file"]
        return {
            one.name: one.data for one in (intake.file(connection, ticket.number, part) for part in parts)
        }


def lying(gateway: Stood, story: Story, *but: str) -> set[str]:
    """The kinds in which anything of somebody lies, by whoever knows no map."""
    marks = [story.who.email, story.who.marked("listing"), story.who.address]
    return {
        kind
        for kind in KINDS
        if kind not in but
        for mark in marks
        if held(gateway, f"SELECT 1 FROM {kind} WHERE position(%s in document::text) > 0", mark)
    }


def test_what_is_held_is_shown_from_documents_and_files(gateway: Stood) -> None:
    story = came(gateway)
    number = number_of(gateway, story)
    told = json.loads(answered(gateway, asked(gateway, story, "access"))["data.json"])
    text = json.dumps(told, ensure_ascii=False)
    for marked in (story.who.email, story.who.marked("listing"), number):
        assert marked in text
    assert "cn-beijing/" in text, "the picture of the listing is named"
    others = held(gateway, "SELECT document->>'email' FROM members WHERE document->>'member' <> %s", number)
    assert not [one for (one,) in others if str(one) in text]
    story.close()


def test_an_erasure_goes_through_documents_and_files_and_no_dump_brings_it_back(gateway: Stood) -> None:
    story = came(gateway)
    number = number_of(gateway, story)
    ((listing,),) = held(gateway, "SELECT id FROM listings WHERE document->>'seller' = %s", number)
    picture = gateway.data / "stores" / "cn-beijing" / f"{listing}.png"
    assert picture.exists()
    httpx.post(f"{gateway.site}/staff/dump", timeout=60)
    ticket = asked(gateway, story, "delete")
    carrier = carrier_beside(
        gateway.organisation,
        Home.at(gateway.town.settings.data),
        gateway.town.settings.examples / "gateway",
        gateway.data,
    )
    assert carrier is not None
    until(lambda: any(one.standing == "open" for one in carrier.status(ticket.number)), 60)
    assert lying(gateway, story), "nothing goes before a ground is shown"
    assert carrier.paper(ticket.number, ["ledger_check"], "NO_CONSENT")
    told = json.loads(answered(gateway, ticket)["certificate.json"])
    assert all(one["erased"] for one in told["outcomes"])
    assert lying(gateway, story) == set()
    assert not picture.exists()
    assert number not in str(json.loads((gateway.data / "proxy" / "channels.json").read_text() or "[]"))
    kept = held(gateway, "SELECT 1 FROM archive WHERE document->>'member' = %s", number)
    assert kept, "law has it kept"
    with Staff(gateway.site) as desk:
        desk.press("restore", "restored", ticket="T-3")
    assert held(gateway, "SELECT 1 FROM members WHERE document->>'member' = %s", number) == []
    assert gateway.clauses("broken") == set()
    story.close()


def test_the_footer_leads_to_old_versions_and_to_the_page_before_another_company(gateway: Stood) -> None:
    stray = stranger(gateway)
    home = stray.browser.open("/")
    assert stray.browser.follow(home, "/my/gateway/policy").is_success
    assert "Freight desk" in stray.browser.follow(home, "/leaving?").text
    stray.close()


# -- what goes wrong --------------------------------------------------------------------------------------------------------


def test_a_carrier_that_uses_what_it_was_sent_for_other_services(gateway: Stood, member: Story) -> None:
    member.publish()
    member.deal()
    assert (
        turned(gateway, "partner_other_services", ("carrier_aims",)).seen[0]["used_for"] == "other_services"
    )


def test_a_template_that_stays_after_the_check(gateway: Stood, member: Story) -> None:
    def check() -> None:
        assert member.verify("verifier_institution", CHECKED).is_success

    seen = turned(gateway, "template_kept", ("templates", "pictures_of_checks"), check).seen
    assert (seen[0]["column"], seen[0]["field"]) == ("verifications.document", "face_template")


def test_a_dump_that_brings_a_cancelled_member_back(gateway: Stood, member: Story) -> None:
    httpx.post(f"{gateway.site}/staff/dump", timeout=60)
    assert member.cancel(anew=False)
    seen = turned(gateway, "member_restored", ("restored_members",)).seen
    assert member.who.marked("email") not in json.dumps(seen)


def test_pictures_in_a_store_abroad(gateway: Stood, member: Story) -> None:
    member.publish(picture=True)
    seen = turned(gateway, "store_abroad", ("stores_of_pictures",)).seen
    assert {one["region"] for one in seen} == {"SG"}
    assert list((gateway.data / "stores" / "sg-mirror").glob("*.png")) == []


def test_a_key_that_outlives_its_service(gateway: Stood) -> None:
    (one,) = turned(gateway, "key_alive", ("keys_of_ended_services",)).seen
    assert one["used_at"] > one["ended_at"]
    assert httpx.get(f"{gateway.site}/interface/samples_by_post").status_code == 401


def test_a_proxy_that_writes_down_where_members_go(gateway: Stood, member: Story) -> None:
    seen = turned(gateway, "proxy_paths", ("channel_log",), member.go_by_the_channel).seen
    assert seen[0]["holds"] == ["requested_path"]
    assert member.who.marked("path") not in json.dumps(seen)


# -- the rest ---------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="children are counted where Linux lists them"
)
def test_a_killed_proxy_stands_again_where_it_was(gateway: Stood, member: Story) -> None:
    assert member.go_by_the_channel("gateway.example") == [200]
    company = gateway.town.nursery.children["gateway"].pid
    assert company is not None
    (proxy,) = children(company)
    os.kill(proxy, signal.SIGKILL)
    until(lambda: bool(children(company) - {proxy}), 30)
    until(lambda: reached(member), 30)


def reached(member: Story) -> bool:
    try:
        return member.go_by_the_channel("gateway.example") == [200]
    except httpx.HTTPError:
        return False


def test_without_troth_nothing_is_taken(gateway: Stood, tmp_path: Path) -> None:
    """Fail closed: nobody answers, so nothing is shown, kept or sent."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"url": "http://127.0.0.1:9", "organisation": "gateway", "key": "nothing"}))
    house = House(tmp_path, Store(gateway.postgres["owner"]), Partners("http://127.0.0.1:9"), Troth(keys))
    (tmp_path / "proxy").mkdir()
    visitor = make_app(company(house, "http://127.0.0.1:9", 9)).test_client()
    before = held(gateway, "SELECT count(*) FROM members")
    form = {"name": "Ann", "email": "ann@people.example", "mobile_number": "1", "password": "Long-enough-1"}
    for path, sent in (
        ("/register", form | {"password_again": "Long-enough-1"}),
        ("/confirm", {"ticket": "t", "code": "1"}),
        ("/about/contact", {"words": "Hello", "email": "ann@people.example"}),
        ("/liaotong", {"do": "allow"}),
    ):
        assert visitor.post(path, data=sent).status_code == 503, path
    house.store.close()
    assert held(gateway, "SELECT count(*) FROM members") == before


def test_a_stranger_page_cannot_press_a_button(gateway: Stood) -> None:
    answer = httpx.post(
        f"{gateway.site}/what-could-go-wrong/key_alive",
        data={"on": "yes"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_a_killed_company_stands_again_where_it_was(gateway: Stood, member: Story) -> None:
    child = gateway.town.nursery.children["gateway"]
    before, port = child.pid, child.port
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until(lambda: (gateway.town.nursery.tend(), child.pid not in (None, before))[1], 30)
    assert child.port == port
    assert member.who.name in member.browser.look("/my")
    assert all(look.passed for look in gateway.look().values())


OPEN = (
    "/",
    "/privacy",
    "/register",
    "/liaotong",
    "/about/contact",
    "/what-could-go-wrong",
    "/staff",
    "/nowhere",
)
OWN = ("/my", "/my/ask", "/verify", "/publish", "/deals", "/permissions", "/cancel", "/liaotong")


@pytest.mark.parametrize(("scheme", "every"), [("light", 1), ("dark", 3)])
def test_the_pages_are_accessible_and_fit_a_telephone(
    gateway: Stood, page: Page, member: Story, scheme: str, every: int
) -> None:
    """By day each of them, by night every third: they share one sheet of colours."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 320, "height": 700})
    member.publish()
    for path in OPEN[::every]:
        fits(gateway, page, path)
    fits(gateway, page, "/sign-in")
    page.fill("#email", member.who.email)
    page.fill("#password", member.password)
    page.click("main button")
    page.wait_for_url("**/my")
    listing = re.findall(r'href="(/listing/\d+)"', member.browser.look("/"))[0]
    for path in (listing, *OWN)[::every]:
        fits(gateway, page, path)


def fits(gateway: Stood, page: Page, path: str) -> None:
    page.goto(gateway.site + path)
    assert violations(page) == [], path
    assert "simulation" in page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_what_comes_in_speaks_of_the_product_in_few_statements() -> None:
    from examples.kit.integration import counted

    found = counted(ROOT / "examples/gateway/company", ("troth",), ("asking.py",))
    assert found["integration"] <= 60, "whoever makes it more says here why"
