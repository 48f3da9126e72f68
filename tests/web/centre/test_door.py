"""Who comes in, and who does not."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from examples.kit.mailroom import Room
from tests.web.centre.kit import ADDRESS, Visitor, bag_of, known, organisation, ticket_in
from tests.web.kit import Heard, Place
from troth.app.couriers import Bag, Box, Courier, Letter, Mailed
from troth.app.visitors import (
    CODE_LASTS,
    PER_ADDRESS,
    PER_ORGANISATION,
    SESSION_LASTS,
    TRIES,
    WINDOW,
    Tried,
    Visitors,
    plain_address,
)
from troth.channels import Post, SmtpChannel, Tls
from troth.kernel.clock import SteppedClock
from troth.kernel.entropy import SeededEntropy
from troth.kernel.errors import OperatorError

OWN = ("", "/consents", "/consents/other_purpose", "/objections/mailing_list", "/receipts", "/receipts/1")
OPEN = ("/notice", "/policy", "/rights", "/sign-in")
CLOCK = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def desk() -> tuple[Visitors, SteppedClock, Bag]:
    """Visitors of a company that knows one address."""
    clock, bag = SteppedClock(CLOCK), Bag()

    def find(organisation: str, address: str) -> str | None:
        return "sub_1" if (organisation, address) == ("harbour", ADDRESS) else None

    return Visitors(clock, SeededEntropy(3), find, lambda id, _: id.title(), bag), clock, bag


def code(desk: tuple[Visitors, SteppedClock, Bag], address: str = ADDRESS) -> tuple[str, str]:
    visitors, _, bag = desk
    ticket = visitors.ask("harbour", address, "en")
    assert ticket is not None
    visitors.settle()
    return ticket, bag.letters[-1].code if bag.letters else ""


def test_a_code_opens_once_and_only_with_its_ticket(desk: tuple[Visitors, SteppedClock, Bag]) -> None:
    visitors, _, _ = desk
    (first, one), (second, two) = code(desk), code(desk)
    assert visitors.enter("harbour", first, two)[0] is Tried.WRONG
    assert visitors.enter("axle", second, two)[0] is Tried.OVER, (
        "a ticket is good at its own organisation alone"
    )
    found, secret = visitors.enter("harbour", first, f" {one[:4]} {one[4:]} ")
    assert found is Tried.IN
    assert visitors.enter("harbour", first, one) == (Tried.OVER, "")
    visit = visitors.visit("harbour", secret)
    assert visit is not None
    assert visit.subject == "sub_1"
    assert visitors.visit("axle", secret) is None


def test_wrong_codes_use_a_ticket_up(desk: tuple[Visitors, SteppedClock, Bag]) -> None:
    visitors, _, _ = desk
    ticket, right = code(desk)
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    said = [visitors.enter("harbour", ticket, wrong)[0] for _ in range(TRIES)]
    assert said == [Tried.WRONG] * (TRIES - 1) + [Tried.OVER]
    assert visitors.enter("harbour", ticket, right)[0] is Tried.OVER


@pytest.mark.parametrize("typed", ["", "0", "x" * 9000, "١٢٣٤٥٦٧٨", "\x00", "12345678\r\nx: y"])
def test_what_is_no_code_opens_nothing(desk: tuple[Visitors, SteppedClock, Bag], typed: str) -> None:
    ticket, _ = code(desk)
    assert desk[0].enter("harbour", ticket, typed)[0] is Tried.WRONG
    assert desk[0].enter("harbour", typed, typed)[0] is Tried.OVER


def test_codes_and_visits_run_out(desk: tuple[Visitors, SteppedClock, Bag]) -> None:
    visitors, clock, _ = desk
    ticket, right = code(desk)
    clock.advance(CODE_LASTS)
    assert visitors.enter("harbour", ticket, right)[0] is Tried.OVER
    ticket, right = code(desk)
    _, secret = visitors.enter("harbour", ticket, right)
    clock.advance(SESSION_LASTS - timedelta(seconds=1))
    assert visitors.visit("harbour", secret) is not None
    clock.advance(timedelta(seconds=1))
    assert visitors.visit("harbour", secret) is None


def test_an_unknown_address_gets_a_ticket_like_any_other_and_no_letter(
    desk: tuple[Visitors, SteppedClock, Bag],
) -> None:
    visitors, _, bag = desk
    ticket = visitors.ask("harbour", "nobody@people.example")
    visitors.settle()
    assert ticket is not None
    assert bag.letters == []
    assert visitors.enter("harbour", ticket, "00000000")[0] is Tried.WRONG


def test_an_address_gets_few_codes_and_an_organisation_not_without_end(
    desk: tuple[Visitors, SteppedClock, Bag],
) -> None:
    visitors, clock, bag = desk
    tickets = [visitors.ask("harbour", ADDRESS) for _ in range(PER_ADDRESS + 2)]
    visitors.settle()
    assert len(bag.letters) == PER_ADDRESS
    assert all(tickets), "nobody is told that no more letters are written"
    asked = [visitors.ask("harbour", "x@y.example") for _ in range(PER_ORGANISATION)]
    assert asked[-1] is None
    assert visitors.ask("axle", "x@y.example") is not None
    clock.advance(WINDOW)
    assert code(desk)[1]


def test_no_two_addresses_are_taken_for_one() -> None:
    assert plain_address(" Siti@People.EXAMPLE ") == ADDRESS
    folding = ("stra\u00dfe@x.example", "\u212aa@x.example", "a@\u0131x.example", "a\u200b@x.example")
    unfit = ("", "a", "@x.example", "a@x", "a b@x.example", "a@x.example\r\nBcc: b@x.example", "a@x.example,b@x.example",
             "<a@x.example>", "a" * 300 + "@x.example")  # fmt: skip
    assert [plain_address(one) for one in (*folding, *unfit)] == [None] * 13


def test_what_is_kept_and_shown_of_a_letter_names_nobody(desk: tuple[Visitors, SteppedClock, Bag]) -> None:
    _, right = code(desk)
    assert ADDRESS not in repr(desk[2].letters)
    assert right not in repr(vars(desk[0]))
    assert ADDRESS not in repr(vars(desk[0]))


class Broken:
    """A courier who never arrives."""

    name = "broken"

    def carry(self, letter: Letter) -> None:
        raise OperatorError("The mail server is down.", "Start it.")


def test_a_courier_who_does_not_arrive_changes_no_answer(desk: tuple[Visitors, SteppedClock, Bag]) -> None:
    visitors, _, _ = desk
    visitors.courier = Broken()
    assert visitors.ask("harbour", ADDRESS) is not None
    visitors.settle()
    assert visitors.trouble == 1


# --- couriers, one exam ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=["bag", "box"])
def courier(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Courier, Path]:
    return (Bag() if request.param == "bag" else Box(tmp_path / "codes")), tmp_path / "codes"


@pytest.mark.parametrize("language", ["en", "zh", "ms", "xx"])
def test_a_courier_brings_the_code_in_the_readers_language(
    courier: tuple[Courier, Path], language: str
) -> None:
    one, folder = courier
    one.carry(Letter("Harbour", ADDRESS, "12345678", language))
    if isinstance(one, Bag):
        text = one.letters[0].text
    else:
        (path,) = folder.iterdir()
        text = path.read_text(encoding="utf-8")
        assert path.stat().st_mode & 0o777 == 0o600
        assert ADDRESS not in path.name
    assert "1234 5678" in text
    assert "Harbour" in text
    assert one.name


def test_a_mail_server_that_is_away_is_said_to_be(unused_port: int) -> None:
    channel = SmtpChannel(
        Post("127.0.0.1", unused_port, "privacy@harbour.example", tls=Tls.NONE), SteppedClock(CLOCK)
    )
    with pytest.raises(OperatorError, match="did not take"):
        Mailed(channel, lambda: "m1").carry(Letter("Harbour", ADDRESS, "12345678"))


def test_a_mail_server_gets_the_code_and_nobody_else(tmp_path: Path, unused_port: int) -> None:
    """By real SMTP, into a room that puts mails into folders."""
    room = Controller(Room(tmp_path), hostname="127.0.0.1", port=unused_port)
    room.start()
    try:
        post = Post("127.0.0.1", unused_port, "privacy@harbour.example", tls=Tls.NONE)
        Mailed(SmtpChannel(post, SteppedClock(CLOCK)), lambda: "m1").carry(
            Letter("海港", ADDRESS, "12345678", "zh")
        )
    finally:
        room.stop()
    (path,) = tmp_path.rglob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert "1234 5678" in str(mail["Subject"])
    assert "1234 5678" in mail.get_content()
    assert mail["To"] == ADDRESS


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


# --- over HTTP -------------------------------------------------------------------------------------------------------------


def told(answer: Heard) -> str:
    return re.sub(r'name="ticket" value="[^"]+"', "", answer.text)


def test_the_answer_to_any_address_is_the_same(quarter: Place) -> None:
    visitor = Visitor(quarter)
    known_one, unknown = (
        visitor.post("sign-in", address=ADDRESS),
        visitor.post("sign-in", address="no@one.example"),
    )
    assert (known_one.status, told(known_one)) == (unknown.status, told(unknown))
    assert {n: v for n, v in known_one.headers.items() if n != "date"} == {
        n: v for n, v in unknown.headers.items() if n != "date"
    }
    assert ADDRESS not in known_one.text
    assert "set-cookie" not in known_one.headers


def test_the_answer_is_given_before_anybody_looks_the_address_up() -> None:
    """The work done for an answer cannot depend on what is not known yet."""
    gate, bag = threading.Event(), Bag()

    def find(organisation: str, address: str) -> str | None:
        assert gate.wait(60)
        return "sub_1"

    visitors = Visitors(SteppedClock(CLOCK), SeededEntropy(3), find, lambda id, _: id, bag)
    ticket = visitors.ask("harbour", ADDRESS)
    assert ticket is not None
    assert visitors.enter("harbour", ticket, "00000000")[0] is Tried.WRONG
    gate.set()
    visitors.settle()
    assert visitors.enter("harbour", ticket, bag.letters[0].code)[0] is Tried.IN


@pytest.mark.parametrize("path", OWN)
def test_a_stranger_sees_the_door_and_nobodys_data(quarter: Place, path: str) -> None:
    for jar in ({}, {"troth_my": "forged"}, {"troth_session": "forged"}):
        answer = Visitor(quarter, jar=dict(jar)).get(f"/my/harbour{path}")
        assert answer.status == 401
        assert 'id="address"' in answer.text


@pytest.mark.parametrize("path", OPEN)
def test_what_is_for_anybody_opens_without_a_code_and_sets_no_cookie(quarter: Place, path: str) -> None:
    answer = Visitor(quarter).get(f"/my/harbour{path}")
    assert answer.status == 200
    assert "set-cookie" not in answer.headers


def test_a_session_opens_one_person_of_one_organisation(quarter: Place) -> None:
    mine, other = Visitor(quarter), Visitor(quarter)
    known(quarter, "other@people.example")
    assert mine.sign_in().status == 303
    assert mine.get().status == 200
    other.sign_in("other@people.example")
    numbers = re.findall(r"/receipts/(\d+)", mine.get("receipts").text)
    assert len(numbers) >= 3
    assert mine.get(f"receipts/{numbers[0]}").status == 200
    assert other.get(f"receipts/{numbers[0]}").status == 404, "nobody else's receipt is given"
    assert mine.get("/my/counter").status == 401
    assert mine.get("/harbour").status == 401, "and the console stays shut"
    assert quarter.call("GET", "harbour/head", key=mine.jar["troth_my"]).status == 401


def test_the_cookie_is_strict_and_new_at_each_sign_in(quarter: Place) -> None:
    known(quarter, "fix@people.example")
    visitor = Visitor(quarter, jar={"troth_my": "planted-by-somebody-else"})
    first = visitor.sign_in("fix@people.example")
    said = first.headers["set-cookie"].lower()
    assert all(word in said for word in ("httponly", "samesite=strict", "path=/my/harbour"))
    assert "planted" not in said
    before = dict(visitor.jar)
    visitor.sign_in("fix@people.example")
    assert visitor.jar != before
    assert Visitor(quarter, jar=before).get().status == 401, "the session before ended"
    assert Visitor(quarter, jar={"troth_my": "planted-by-somebody-else"}).get().status == 401


def test_leaving_ends_the_session(quarter: Place) -> None:
    known(quarter, "leaver@people.example")
    visitor = Visitor(quarter)
    visitor.sign_in("leaver@people.example")
    before = dict(visitor.jar)
    assert visitor.post("leave").status == 200
    assert Visitor(quarter, jar=before).get().status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "", "origin": "https://elsewhere.example"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": ""},
    ],
)
def test_no_other_site_can_press_a_button(quarter: Place, headers: dict[str, str]) -> None:
    visitor = Visitor(quarter)
    known(quarter, f"csrf{len(headers)}{sum(map(len, headers.values()))}@people.example")
    visitor.sign_in(f"csrf{len(headers)}{sum(map(len, headers.values()))}@people.example")
    size = quarter.call("GET", "harbour/head").json()["size"]
    for path, form in (
        ("consents/other_purpose", {"do": "give"}),
        ("objections/mailing_list", {"do": "raise"}),
        ("leave", {}),
        ("sign-in", {"address": ADDRESS}),
        ("enter", {"ticket": "x", "code": "1"}),
    ):
        assert visitor.post(path, headers, **form).status == 403
    assert quarter.call("GET", "harbour/head").json()["size"] == size
    assert visitor.get().status == 200


def test_whoever_is_erased_is_out_at_once(quay: Place) -> None:
    subject = known(quay)
    visitor = Visitor(quay)
    visitor.sign_in()
    organisation(quay).erase_keys(subject)
    assert visitor.get().status == 401
    before = len(bag_of(quay).letters)
    again = Visitor(quay)
    ticket = again.ask()
    quay.hosting.visitors.settle()
    assert len(bag_of(quay).letters) == before
    assert again.post("enter", ticket=ticket, code="12345678").status == 401


def test_an_unknown_organisation_and_odd_addresses_are_not_there(quarter: Place) -> None:
    visitor = Visitor(quarter)
    for path in ("/my/nobody", "/my/nobody/notice", "/my/harbour/nowhere", "/my/harbour/policy/sha256-00"):
        assert visitor.get(path).status == 404
    visitor.sign_in()
    for path in (
        "consents/none",
        "objections/none",
        "receipts/0",
        "receipts/x",
        "receipts/99999999",
        "receipts/-1",
    ):
        assert visitor.get(path).status == 404


BACK = (
    "https://evil.example/", "//evil.example", "/my/harbour//evil.example", "/my/harbour\\x", "/\r\nx: y", "/harbour",
)  # fmt: skip


@pytest.mark.parametrize("back", BACK)
def test_going_back_stays_in_the_centre(quarter: Place, back: str) -> None:
    answer = Visitor(quarter).post("language", language="zh", back=back)
    assert (answer.status, answer.headers["location"]) == (303, "/my/harbour")


def test_large_and_broken_forms_are_none(quarter: Place) -> None:
    visitor = Visitor(quarter)
    same = {"sec-fetch-site": "same-origin"}
    for body in (b"address=" + b"a" * 60_000, b"\xff\xfe=1", b"&" * 4000, b"a=1&" * 500):
        answer = quarter.ask("POST", "/my/harbour/sign-in", body, same)
        assert answer.status == 422
    assert visitor.post("sign-in", address="\u202egnp.exe \U0001f600<script>").status == 200
    assert ticket_in(visitor.post("sign-in", address="'; drop table x;--"))
