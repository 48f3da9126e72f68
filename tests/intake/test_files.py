"""Files sent by forms, taken out by whoever may; tickets joined, put off and asked about through every door."""

from __future__ import annotations

import base64
import json
import re

import pytest

from tests.intake.test_doors import TICKET, run
from tests.intake.test_pages import SAME, asked, multipart, number_in, work
from tests.web.centre.kit import RESIDENT, Visitor, organisation
from tests.web.kit import Heard, Place

PAPER = b"%PDF-1 MARKER-PAPER"


def send(visitor: Visitor, path: str, fields: dict[str, str], name: str, data: bytes) -> Heard:
    edge = "edge7"
    rows = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{value}\r\n'
        for one, value in fields.items()
    ]
    rows.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'
    )
    body = "".join(rows).encode() + data + f"\r\n--{edge}--\r\n".encode()
    cookies = "; ".join(f"{one}={value}" for one, value in visitor.jar.items())
    headers = SAME | {"cookie": cookies, "content-type": f"multipart/form-data; boundary={edge}"}
    return visitor.town.ask("POST", f"{visitor.base}/{path}", body, headers)


def files_of(town: Place, number: str, org: str = "harbour") -> list[tuple[int, str, bytes]]:
    found = organisation(town, org)
    with found.database.read() as connection:
        opened = found.intake.opened(connection, number, files=True)
    return [(one.part.number, one.media, one.data) for one in opened if one.name]


def reads(town: Place, org: str = "harbour") -> int:
    found = organisation(town, org)
    with found.database.read() as connection:
        return len(list(found.ledger.events(connection, kinds=("intake:ticket:read",))))


def test_a_file_comes_with_a_request_and_goes_back_to_its_person_alone(signed: Visitor, town: Place) -> None:
    form = {"right": "access", "words": "See my paper."}
    number = number_in(send(signed, "tickets", form, "../../My paper.pdf", PAPER))
    ((part, media, data),) = files_of(town, number)
    assert (media, data) == ("application/pdf", PAPER)
    path = f"tickets/{number}/files/{part}"
    assert f'href="/my/harbour/{path}"' in signed.get(f"tickets/{number}").text
    before = reads(town)
    got = signed.get(path)
    assert (got.status, got.body) == (200, PAPER)
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith('attachment; filename="My_paper.pdf"')
    assert reads(town) == before + 1
    other = Visitor(town)
    other.sign_in(RESIDENT)
    assert other.get(path).status == 404
    assert Visitor(town).get(path).status == 401
    assert signed.get(f"tickets/{number}/files/1").status == 404, "words are no file"
    more = send(signed, f"tickets/{number}", {"do": "say", "words": "And this."}, "b.txt", b"more")
    assert more.status == 303
    assert [one[1] for one in files_of(town, number)] == ["application/pdf", "text/plain"]


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("run.exe", 9, "is not taken"),
        ("page.html", 9, "is not taken"),
        ("a.pdf", 2_097_153, "too large"),
        ("a.pdf", 3_000_000, "too large"),
    ],
)
def test_what_no_form_takes_opens_nothing(
    signed: Visitor, town: Place, name: str, size: int, said: str
) -> None:
    before = signed.get("tickets").text
    for path, form in (
        ("tickets", {"right": "access", "words": "x"}),
        ("contact", {"kind": "feedback", "words": "x"}),
    ):
        answer = send(signed, path, form, name, b"x" * size)
        assert (answer.status, said in answer.text) == (422, True)
    assert signed.get("tickets").text == before


def test_anybody_sends_a_file_with_a_question_and_it_lies_sealed(town: Place) -> None:
    form = {"kind": "question", "words": "What is this?", "address": "q@people.example"}
    answer = send(Visitor(town), "contact", form, "scan.png", PAPER)
    assert answer.status == 200
    number = number_in(answer)
    assert files_of(town, number)[0][2] == PAPER
    home = town.hosting.organisations["harbour"].home
    assert not [
        one for one in home.folder.rglob("*") if one.is_file() and b"MARKER-PAPER" in one.read_bytes()
    ]


def test_staff_take_files_out_and_that_is_on_record(signed: Visitor, town: Place) -> None:
    number = number_in(send(signed, "tickets", {"right": "access", "words": "x"}, "p.pdf", PAPER))
    ((part, _, _),) = files_of(town, number)
    link = f"/harbour/tickets/{number}/files/{part}"
    assert f'href="{link}"' in town.see(f"/harbour/tickets/{number}").text
    before = reads(town)
    assert town.see(link).body == PAPER
    assert reads(town) == before + 1
    assert town.see(f"/harbour/tickets/{number}/files/99").status == 404
    assert town.ask("GET", link).status == 401


def test_a_task_gives_its_document_back(town: Place) -> None:
    axle = organisation(town, "axle")
    ann = axle.act(lambda acts: axle.staff.add(acts.work, at=acts.at))
    path = re.findall(r'href="(/axle/tasks/tsk_[0-9a-f]+)"', town.see("/axle/tasks").text)[1]
    assert town.see(f"{path}/document").status == 404
    done = multipart(town, path, {"do": "done", "by": ann, "heads": "1"}, {"document": ("d.pdf", PAPER)})
    assert done.status == 303
    assert town.see(f"{path}/document").body == PAPER
    assert town.see("/axle/tasks/tsk_none/document").status == 404


def test_tickets_of_one_person_are_joined_at_the_desk_and_no_others(signed: Visitor, town: Place) -> None:
    one, two, three = asked(signed), asked(signed), asked(signed)
    other = Visitor(town)
    other.sign_in(RESIDENT)
    strange = asked(other)
    assert work(town, one, do="duplicate", into=strange).status == 422
    assert work(town, one, do="merge", into=one).status == 422
    assert work(town, two, do="duplicate", into=one.lower()).status == 303
    assert work(town, three, do="merge", into=one).status == 303
    assert "It goes on as part of the other ticket." in town.see(f"/harbour/tickets/{three}?done=merged").text
    with organisation(town).database.read() as connection:
        states = [organisation(town).intake.ticket(connection, n).state.value for n in (one, two, three)]
    assert states == ["open", "duplicate", "merged"]


def test_a_program_says_what_a_ticket_is_and_its_clock_follows(town: Place) -> None:
    number = town.call("POST", "gateway/tickets", TICKET).json()["number"]
    path = f"gateway/tickets/{number}/sort"
    found = town.call("POST", path, {"kind": "request", "right": "access"}).json()
    assert (found["kind"], found["right"], found["due_at"] is not None) == ("request", "access", True)
    assert town.call("POST", path, {"kind": "request", "right": "wishing"}).status == 422
    assert town.call("POST", path, {"kind": "request", "right": "access", "revision": 0}).status == 409
    assert town.call("POST", "gateway/tickets/T-00000-00000/sort", {"kind": "question"}).status == 404
    reader = town.hosting.keys.issue("gateway", ("read",))
    assert town.call("POST", path, {"kind": "question"}, key=reader).status == 403


def test_a_program_joins_asks_puts_off_and_takes_a_file(town: Place) -> None:
    file = {"name": "a.pdf", "data": base64.b64encode(PAPER).decode()}
    one, two, three = (
        town.call("POST", "gateway/tickets", TICKET | {"files": [file]}).json()["number"] for _ in range(3)
    )
    joined = town.call("POST", f"gateway/tickets/{two}/join", {"into": one, "how": "duplicate"}).json()
    assert (joined["state"], joined["into"]) == ("duplicate", one)
    assert town.call("POST", f"gateway/tickets/{three}/join", {"into": three, "how": "merged"}).status == 409
    (listed,) = town.call("GET", f"gateway/tickets/{one}").json()["files"]
    got = town.call("GET", f"gateway/tickets/{one}/files/{listed['part']}")
    assert (got.status, got.body) == (200, PAPER)
    assert town.call("GET", f"gateway/tickets/{one}/files/77").status == 404
    wished = town.call(
        "POST", f"gateway/tickets/{three}/identity/ask", {"words": "Who?", "by_mail": False}
    ).json()
    assert wished["state"] == "identity"
    refused = town.call("POST", f"gateway/tickets/{three}/extend", {"words": "We need longer."})
    assert refused.status == 409, "no statute lets the answer to a question be put off"
    reader = town.hosting.keys.issue("gateway", ("read",))
    for path in ("join", "extend", "identity/ask"):
        assert town.call("POST", f"gateway/tickets/{three}/{path}", {}, key=reader).status == 403
    assert town.call("GET", f"gateway/tickets/{one}/files/{listed['part']}", key=reader).status == 403


def test_the_command_joins_asks_and_takes_a_file(tmp_path, capsys, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from tests.intake.kit import asked as opened_quay

    paper = tmp_path / "authority.pdf"
    paper.write_bytes(PAPER)
    home = tmp_path / "home"
    with opened_quay(home) as quay:
        ann = quay.act(lambda acts: quay.staff.add(acts.work, at=acts.at))
    monkeypatch.setenv("TROTH_HOME", str(home))
    more = {"monkeypatch": monkeypatch}
    numbers = []
    for _ in range(2):
        _, opened = run(
            capsys, "tickets", "open", "quay", "request", "--right", "access", "--by", ann, "--address", "a@b.example",
            "--channel", "email", "--route", "manager", "--authority", str(paper), said="Hold?", **more,
        )  # fmt: skip
        numbers.append(opened["number"])
    one, two = numbers
    code, found = run(capsys, "tickets", "ask", "quay", one, "--no-mail", said="Who is it?", **more)
    assert (code, found["state"], len(found["sign"])) == (0, "identity", 0)
    code, found = run(capsys, "tickets", "join", "quay", two, one, **more)
    assert (code, found["state"]) == (0, "duplicate")
    code, found = run(capsys, "tickets", "show", "quay", one, **more)
    (part,) = [row["part"] for row in found["parts"] if row["what"] == "authority"]
    out = tmp_path / "out.pdf"
    code, found = run(capsys, "tickets", "file", "quay", one, str(part), "--to", str(out), **more)
    assert (code, out.read_bytes(), "MARKER" in json.dumps(found)) == (0, PAPER, False)
    code, found = run(capsys, "tickets", "file", "quay", one, str(part), "--to", str(out), **more)
    assert (code, "not there yet" in json.dumps(found)) == (2, True)
