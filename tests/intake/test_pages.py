"""Asking by a form: every right, by whoever is signed in or by anybody; the desk works on it, and nobody sees another's."""

from __future__ import annotations

import re

import pytest

from tests.web.centre.kit import RESIDENT, Visitor, organisation
from tests.web.kit import Heard, Place

SAME = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


def number_in(answer: Heard) -> str:
    found = re.search(r"T-[0-9A-Z]{5}-[0-9A-Z]{5}", answer.headers.get("location", "") + answer.text)
    assert found is not None, answer.text
    return found[0]


def asked(visitor: Visitor, right: str = "access", words: str = "All of it, please.", **more: str) -> str:
    answer = visitor.post("tickets", right=right, words=words, **more)
    assert answer.status == 303, answer.text
    return number_in(answer)


def work(town: Place, number: str, org: str = "harbour", **form: str) -> Heard:
    from urllib.parse import urlencode

    town.cookie or town.enter()
    body = urlencode(form).encode()
    return town.ask("POST", f"/{org}/tickets/{number}", body, SAME | {"cookie": town.cookie})


def test_every_right_of_the_policy_is_a_form(signed: Visitor) -> None:
    page = signed.get("rights").text
    links = set(re.findall(r"/my/harbour/tickets/new\?right=([a-z_]+)", page))
    assert {"access", "correct", "delete", "ask"} <= links
    for one in links:
        form = signed.get(f"tickets/new?right={one}")
        assert form.status == 200
        assert "<textarea" in form.text


def test_a_request_by_form_has_a_number_and_a_date(signed: Visitor) -> None:
    number = asked(signed, words="Everything <b>you</b> hold 𠮷 \u202eabc")
    page = signed.get(f"tickets/{number}").text
    assert "Everything &lt;b&gt;you&lt;/b&gt; hold 𠮷" in page
    assert "21 calendar days" in page
    assert "by law: s.31" in page
    assert number in signed.get("tickets").text


def test_a_form_that_lacks_something_says_so_and_opens_nothing(signed: Visitor) -> None:
    before = signed.get("tickets").text
    for right, words, said in (
        ("access", "  ", "Please write"), ("fly", "x", "Please choose"), ("access", "x" * 5001, "at most 5000"),
    ):  # fmt: skip
        answer = signed.post("tickets", right=right, words=words)
        assert (answer.status, said in answer.text) == (422, True)
    assert signed.get("tickets").text == before


def test_nobody_sees_another_persons_request(signed: Visitor, town: Place) -> None:
    number = asked(signed)
    other = Visitor(town)
    other.sign_in(RESIDENT)
    assert other.get(f"tickets/{number}").status == 404
    assert other.post(f"tickets/{number}", do="withdraw").status == 404
    stranger = Visitor(town)
    assert stranger.get(f"tickets/{number}").status == 401
    assert stranger.post("tickets", right="access", words="x").status == 401


def test_a_person_says_more_and_withdraws(signed: Visitor) -> None:
    number = asked(signed)
    assert signed.post(f"tickets/{number}", do="say", words="And since when?").status == 303
    assert "And since when?" in signed.get(f"tickets/{number}").text
    assert signed.post(f"tickets/{number}", do="withdraw").status == 303
    page = signed.get(f"tickets/{number}").text
    assert "withdrawn" in page
    assert signed.post(f"tickets/{number}", do="withdraw").status == 422


def test_a_form_from_another_site_opens_nothing(signed: Visitor) -> None:
    cross = {"sec-fetch-site": "cross-site"}
    assert signed.post("tickets", headers=cross, right="access", words="x").status == 403
    assert Visitor(signed.town).post("contact", headers=cross, kind="question", words="x").status == 403


def test_anybody_writes_without_signing_in(town: Place) -> None:
    anybody = Visitor(town, "gateway")
    assert "<form" in anybody.get("contact").text
    done = anybody.post(
        "contact", kind="question", address="who@people.example", name="Wei", words="When are you open?"
    )
    assert done.status == 200
    number = number_in(done)
    assert anybody.get(f"tickets/{number}").status == 401
    with organisation(town, "gateway").database.read() as connection:
        found = organisation(town, "gateway").intake.ticket(connection, number)
    assert (found.kind.value, found.route.value, found.rule) == ("question", "form", "right:ask")


def test_whoever_complains_is_told_where_else_to_turn(town: Place) -> None:
    done = Visitor(town, "gateway").post(
        "contact", kind="complaint", address="w@people.example", words="It was rude."
    )
    assert "regulator" in done.text
    assert "added by law (CN-PIPL PIPL 60, 65)" in done.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "", "words": "x", "address": "a@b.test"}, "choose"),
        ({"kind": "question", "words": "", "address": "a@b.test"}, "write what"),
        ({"kind": "question", "words": "x", "address": "a b"}, "no mail address"),
        ({"kind": "question", "words": "x", "address": ""}, "where we can answer"),
        ({"kind": "question", "words": "x" * 6000, "address": "a@b.test"}, "at most"),
        ({"kind": "question", "words": "x\x00y", "address": "a@b.test"}, "odd signs"),
    ],
)
def test_a_contact_form_that_lacks_something_says_so(town: Place, form: dict[str, str], said: str) -> None:
    answer = Visitor(town).post("contact", **form)
    assert (answer.status, said in answer.text) == (422, True), answer.text


def test_too_many_forms_are_asked_to_wait(town: Place) -> None:
    anybody = Visitor(town, "axle")
    codes = [anybody.post("contact", kind="feedback", words=f"{n}").status for n in range(62)]
    assert codes[:60] == [200] * 60
    assert codes[60:] == [429] * 2


def test_the_desk_answers_and_the_person_reads_it(signed: Visitor, town: Place) -> None:
    number = asked(signed)
    queue = town.see("/harbour/tickets").text
    assert number in queue
    page = town.see(f"/harbour/tickets/{number}").text
    assert "All of it, please." in page
    seen = re.search(r'name="revision" value="(\d+)"', page)
    assert seen is not None
    answer = work(town, number, do="answer", outcome="granted", words="Here is all of it.", revision=seen[1])
    assert answer.status == 303, answer.text
    again = work(town, number, do="answer", outcome="granted", words="Twice.", revision=seen[1])
    assert (again.status, "Somebody else worked" in again.text) == (422, True)
    assert "Here is all of it." in signed.get(f"tickets/{number}").text
    assert work(town, number, do="close", reason="answered").status == 303
    assert work(town, number, do="fly").status == 422


def test_the_desk_refuses_on_listed_grounds_alone(signed: Visitor, town: Place) -> None:
    number = asked(signed)
    page = town.see(f"/harbour/tickets/{number}").text
    assert "Meant to deceive" in page
    lacking = work(town, number, do="refuse", refusal="DECEIT", words="No.")
    assert (lacking.status, "paper:belief" in lacking.text) == (422, True)
    papers = {"paper.belief": "yes", "paper.evidence": "yes"}
    assert work(town, number, do="refuse", refusal="DECEIT", words="It is not yours.", **papers).status == 303
    told = signed.get(f"tickets/{number}").text
    assert "It is not yours." in told
    assert "Personal Data Protection Commissioner" in told


def test_a_letter_is_typed_in_with_its_day_and_its_paper(town: Place) -> None:
    assert town.see("/counter/tickets/new").status == 200
    parts = {
        "route": "manager", "kind": "access", "day": "2026-01-05", "name": "Lim", "channel": "post",
        "address": "7 Example Lane", "words": "She asks what is held on her.",
    }  # fmt: skip
    bare = multipart(town, "/counter/tickets/new", parts, {})
    assert (bare.status, "written authority" in bare.text) == (422, True)
    opened = multipart(town, "/counter/tickets/new", parts, {"authority": ("../../a.pdf", b"%PDF-1 signed")})
    assert opened.status == 303, opened.text
    page = town.see(opened.headers["location"]).text
    assert "by an account manager" in page
    assert "<bdi>a.pdf</bdi>" in page
    assert "received 2026-01-0" in page


def multipart(town: Place, path: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> Heard:
    edge = "edge7"
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    body += b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{given}"\r\nContent-Type: application/pdf\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, (given, data) in files.items()
    )
    town.cookie or town.enter()
    headers = SAME | {"cookie": town.cookie, "content-type": f"multipart/form-data; boundary={edge}"}
    return town.ask("POST", path, body + f"--{edge}--\r\n".encode(), headers)


@pytest.mark.parametrize("language", ["zh", "ms"])
def test_the_pages_speak(signed: Visitor, language: str) -> None:
    number = asked(signed)
    for path in ("tickets", "tickets/new", f"tickets/{number}", "contact"):
        page = signed.get(f"{path}?lang={language}").text
        assert "My requests" not in page
        assert "In your words" not in page
