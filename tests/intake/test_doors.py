"""Tickets and tasks over HTTP, on pages and by command: the same room behind each door, and each asks who enters."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.intake.post import ADDRESS, letter, room, write
from tests.intake.test_pages import multipart
from tests.web.kit import Place
from troth.cli.main import main

TICKET: dict[str, Any] = {
    "kind": "question",
    "route": "app",
    "words": "When? MARKER",
    "address": "p@people.example",
}


def test_a_program_opens_a_ticket_and_answers_it(town: Place) -> None:
    opened = town.call("POST", "gateway/tickets", TICKET)
    assert opened.status == 201, opened.text
    number = opened.json()["number"]
    assert (opened.json()["route"], opened.json()["rule"]) == ("app", "right:ask")
    shown = town.call("GET", f"gateway/tickets/{number}").json()
    assert shown["limits"][0]["period"] == "3 working days"
    assert "MARKER" not in json.dumps(town.call("GET", "gateway/tickets").json())
    answered = town.call("POST", f"gateway/tickets/{number}/answer", {"outcome": "informed", "words": "Now."})
    assert answered.json()["state"] == "answered"
    again = town.call("POST", f"gateway/tickets/{number}/answer", {"outcome": "informed", "words": "Now."})
    assert (again.status, again.headers["content-type"]) == (409, "application/problem+json")
    assert (
        town.call("POST", f"gateway/tickets/{number}/close", {"reason": "answered"}).json()["state"]
        == "closed"
    )


def test_a_request_in_an_app_belongs_to_whoever_is_signed_in_there(town: Place) -> None:
    subject = town.call(
        "POST", "gateway/subjects", {"identities": [{"kind": "account", "value": "acc-1"}]}
    ).json()["subject"]
    sent = {"kind": "request", "right": "delete", "route": "app", "words": "Delete me.", "subject": subject}
    opened = town.call("POST", "gateway/tickets", sent).json()
    assert (opened["identified"], opened["proof"], opened["state"]) == (True, "account", "open")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"words": ""}, 422),
        ({"kind": "request", "right": "fly"}, 422),
        ({"route": "tenant", "tenant": "acme", "subject": "sub_x"}, 404),
        ({"route": "manager"}, 422),
        ({"files": [{"name": "a", "data": "%%%"}]}, 422),
        ({"words": "\ud83d"}, 422),
        ({"address": "a@b.test\r\nBcc: c@d.test"}, 422),
        ({"more": 1}, 422),
    ],
)
def test_what_cannot_be_a_ticket_is_a_problem(town: Place, changed: dict[str, Any], status: int) -> None:
    answer = town.call("POST", "gateway/tickets", TICKET | changed)
    assert answer.status in (status, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Bcc" not in answer.text


def test_a_key_without_the_scope_opens_nothing(town: Place) -> None:
    key = town.hosting.keys.issue("gateway", ("read",))
    for method, path in (("GET", "tickets"), ("GET", "tasks"), ("GET", "tickets/T-AAAAA-AAAAA")):
        assert town.call(method, f"gateway/{path}", key=key).status == 403
    assert town.call("GET", "gateway/tickets/T-AAAAA-AAAAA").status == 404


def test_a_task_is_done_and_given_over_http(town: Place) -> None:
    organisation = town.hosting.organisations["counter"].organisation
    ann = organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
    town.see("/counter/tasks")
    (task, *_) = town.call("GET", "counter/tasks?state=open").json()["tasks"]
    paper = {"name": "../x/report.pdf", "data": base64.b64encode(b"%PDF").decode()}
    sent = {"by": ann, "document": paper} | ({"heads": 1} if task["statement"] == "safeguard:team" else {})
    done = town.call("POST", f"counter/tasks/{task['task']}/done", sent)
    assert done.status == 200, done.text
    assert done.json()["document"].startswith("sha256:")
    given = town.call(
        "POST", f"counter/tasks/{task['task']}/assign", {"owner": ann, "mail": "ann@people.example"}
    )
    assert given.json()["owner"] == ann
    assert town.call("POST", f"counter/tasks/{task['task']}/assign", {"owner": "stf_x"}).status in (404, 422)


def test_a_task_is_done_on_its_page(town: Place) -> None:
    organisation = town.hosting.organisations["axle"].organisation
    ann = organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
    page = town.see("/axle/tasks").text
    path = re.findall(r'href="(/axle/tasks/tsk_[0-9a-f]+)"', page)[0]
    assert 'type="file"' in town.see(path).text
    files = {"document": ("../../etc/locks.pdf", b"%PDF-1 locks")}
    done = multipart(town, path, {"do": "done", "by": ann, "heads": "1"}, files)
    assert done.status == 303, done.text
    shown = town.see(path).text
    assert "<bdi>locks.pdf</bdi>" in shown
    bad = multipart(town, path, {"do": "done", "by": ann, "heads": "1"}, {"document": ("run.exe", b"MZ")})
    assert (bad.status, "not kept" in bad.text) == (422, True)
    large = multipart(town, path, {"do": "done", "by": ann}, {"document": ("a.pdf", bytes(11_000_000))})
    assert large.status == 413
    assert (
        multipart(town, path, {"do": "assign", "owner": ann, "mail": "ann@people.example"}, {}).status == 303
    )
    assert ann in town.see(path).text
    assert town.see("/axle/tasks/tsk_none").status == 404


def run(
    capsys: pytest.CaptureFixture[str], *words: str, said: str = "", monkeypatch: pytest.MonkeyPatch
) -> tuple[int, Any]:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_command_works_on_tickets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.intake.kit import asked

    with asked(tmp_path) as quay:
        ann = quay.act(lambda acts: quay.staff.add(acts.work, at=acts.at))
    monkeypatch.setenv("TROTH_HOME", str(tmp_path))
    more = {"monkeypatch": monkeypatch}
    code, opened = run(
        capsys, "tickets", "open", "quay", "request", "--right", "access", "--by", ann, "--address", "7 Lane",
        said="What do you hold?", **more,
    )  # fmt: skip
    assert (code, opened["route"], opened["not_sent"]) == (0, "post", "no_address")
    number = opened["number"]
    code, shown = run(capsys, "tickets", "show", "quay", number, "--words", **more)
    assert (code, shown["words"][0]["text"], shown["limits"][0]["period"]) == (
        0,
        "What do you hold?",
        "30 calendar days",
    )
    code, refused = run(capsys, "tickets", "answer", "quay", number, "granted", said="Here.", **more)
    assert (code, refused["error"]) == (2, "IdentityOpen")
    code, _ = run(capsys, "tickets", "close", "quay", number, "no_identity", **more)
    assert code == 0
    code, listed = run(capsys, "tickets", "list", "quay", "--state", "all", **more)
    assert [one["state"] for one in listed["tickets"]] == ["closed"]


def test_the_command_reads_mailboxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.intake.kit import asked

    with asked(tmp_path / "home"):
        pass
    with room(tmp_path / "mail") as (post, port):
        write(port, letter())
        (tmp_path / "home" / "mailboxes.yaml").write_text(
            f"quay:\n  - {{address: {ADDRESS}, maildir: {post.box(ADDRESS)}}}\n"
        )
        monkeypatch.setenv("TROTH_HOME", str(tmp_path / "home"))
        code, found = run(capsys, "tickets", "collect", "quay", monkeypatch=monkeypatch)
    assert code == 0
    assert [one["fate"] for one in found["mails"]] == ["opened"]


def test_the_command_works_on_tasks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.tasks.kit import guarded, staff

    with guarded(tmp_path) as quay:
        ann = staff(quay)
    monkeypatch.setenv("TROTH_HOME", str(tmp_path))
    more = {"monkeypatch": monkeypatch}
    code, listed = run(capsys, "tasks", "list", "quay", **more)
    assert len(listed["tasks"]) == 4
    task = listed["tasks"][0]["task"]
    paper = tmp_path / "locks.pdf"
    paper.write_bytes(b"%PDF")
    code, done = run(capsys, "tasks", "done", "quay", task, "--by", ann, "--document", str(paper), **more)
    assert (code, done["document"][:7]) == (0, "sha256:")
    code, given = run(capsys, "tasks", "assign", "quay", task, ann, "--mail", "ann@quay.example", **more)
    assert (code, given["owner"]) == (0, ann)
    code, sent = run(capsys, "tasks", "remind", "quay", **more)
    assert (code, sent["reminders"]) == (0, {})
