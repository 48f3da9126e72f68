"""The kit: people are the same for a seed, mail is really received, partners do as told, nobody is left behind."""

from __future__ import annotations

import json
import os
import select
import signal
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import httpx
import pytest

from examples.kit.mailbox import Mailbox, box_of
from examples.kit.people import people, person

PARENT = """
import subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-m", "examples.kit.mailroom", "--folder", sys.argv[1]],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""
Start = Callable[..., tuple[subprocess.Popen[str], int]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a module of the examples and says on which port it listens; ends it with the test."""
    running: list[subprocess.Popen[str]] = []

    def starting(module: str, *args: str) -> tuple[subprocess.Popen[str], int]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert said["ready"]
        return process, int(said["port"])

    yield starting
    for process in running:
        process.kill()
        process.communicate()


def test_a_seed_and_a_number_always_make_the_same_person() -> None:
    assert list(islice(people(7), 30)) == [person(n, 7) for n in range(30)]
    assert person(3, 7).email != person(3, 8).email


def test_every_marker_is_of_one_person_and_one_field() -> None:
    fields = ("user_name", "email", "password", "phone", "address", "id_number")
    markers = [p.marked(f) for p in islice(people(1), 300) for f in fields]
    assert len(set(markers)) == len(markers)


def test_names_are_malay_chinese_and_european() -> None:
    assert {p.origin for p in islice(people(1), 60)} == {"malay", "chinese", "european"}


def test_the_mail_room_keeps_a_mail_for_each_recipient(tmp_path: Path, start: Start) -> None:
    _, port = start("examples.kit.mailroom", "--folder", str(tmp_path))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@harbour.example", "b@people.example", "Hello 你好"
    mail["List-Unsubscribe"] = "<http://127.0.0.1:1/leave/t>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("plain")
    mail.add_alternative(
        '<a href="http://127.0.0.1:1/go/t">x</a><img src="http://127.0.0.1:1/px/t.gif">', "html"
    )
    with smtplib.SMTP("127.0.0.1", port) as post:
        post.send_message(mail, to_addrs=["b@people.example", "c@people.example"])
    for address in ("b@people.example", "c@people.example"):
        found = Mailbox(tmp_path, address).wait("Hello")
        assert found.links() == ["http://127.0.0.1:1/go/t"]
        assert found.images() == ["http://127.0.0.1:1/px/t.gif"]
        assert found.one_click() == "http://127.0.0.1:1/leave/t"
        assert found.message["Delivered-To"] == address
        assert "people" not in str(box_of(tmp_path, address).relative_to(tmp_path))


def test_a_partner_keeps_uses_and_erases_as_told(tmp_path: Path, start: Start) -> None:
    _, port = start("examples.kit.partners", "--database", str(tmp_path / "partners.db"))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as partner:
        body = {"reference": "r1", "purpose": "provide_service", "data": {"user_name": "mark"}}
        assert partner.post("/acme", json=body).status_code == 201
        held = partner.get("/acme").json()["held"]
        assert held == [{**body, "uses": ["provide_service"]}]
        partner.post("/acme/told", json={"new_aim": "scoring", "erasure": "lies"})
        assert partner.get("/acme").json()["held"][0]["uses"] == ["provide_service", "scoring"]
        assert partner.post("/acme/erase", json={"reference": "r1"}).status_code == 200
        assert len(partner.get("/acme").json()["held"]) == 1, "it said yes and kept it"
        partner.post("/acme/told", json={"new_aim": "", "erasure": "at_once"})
        assert partner.get("/acme").json()["held"][0]["uses"] == ["provide_service"]
        partner.post("/acme/erase", json={"reference": "r1"})
        assert partner.get("/acme").json()["held"] == []
        assert partner.post("/acme", content=b"no json").status_code == 400


def test_a_tied_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            PARENT,
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    watch = os.pidfd_open(child)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    ended, _, _ = select.select([watch], [], [], 20)
    os.close(watch)
    assert ended, "the child outlived its parent"
