"""Every way of handing a checkpoint over: a folder, a witness over HTTP that keeps to C2SP tlog-witness, a mailbox."""

from __future__ import annotations

import base64
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ledger.kit import NOON, Dice, draft, ledger_on
from troth.db import migrate, open_database
from troth.kernel.clock import SteppedClock
from troth.ledger import Checkpoint, Checkpoints, Kept, Ledger, Made, Note, SigningKeys, VerifierKey
from troth.ledger.note import COSIGNATURE, Signature
from troth.ledger.tree import verify_consistency
from troth.witnesses import open_witness
from troth.witnesses.addresses import NoWitness

SECRET = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
KEY = VerifierKey("witness.example/w1", SECRET.public_key().public_bytes_raw(), COSIGNATURE)


class Log:
    """A ledger with checkpoints, in a place of its own."""

    def __init__(self, place: Path, ledger: Ledger) -> None:
        self.ledger, self.count = ledger, 0
        keys, kept = SigningKeys(place / "keys"), Kept(place / "kept")
        self.checkpoints = Checkpoints(ledger, keys, kept, clock=SteppedClock(NOON), entropy=Dice())

    def made(self, *witnesses: Any) -> Made:
        with self.ledger.recording() as work:
            work.record(*(draft(self.count + number) for number in range(3)))
        self.count += 3
        return self.checkpoints.make(witnesses, trusted=[KEY])


@contextmanager
def log_in(place: Path) -> Iterator[Log]:
    place.mkdir()
    with open_database(f"sqlite:///{place / 'troth.db'}") as database:
        migrate(database)
        yield Log(place, ledger_on(database))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with log_in(tmp_path / "log") as found:
        yield found


class WitnessServer(ThreadingHTTPServer):
    """A witness as the specification has it: one tree for each origin, cosignatures with an instant."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: dict[str, Checkpoint] = {}
        self.asked: list[str] = []
        self.answer: tuple[int, bytes] | None = None

    def judge(self, body: str) -> tuple[int, bytes]:
        head, _, written = body.partition("\n\n")
        first, *lines = head.split("\n")
        path = [base64.b64decode(line) for line in lines]
        note = Note.parse(written)
        found, old = Checkpoint.of(note), int(first.removeprefix("old "))
        last = self.seen.get(found.origin, Checkpoint(found.origin, 0, b""))
        if old != last.size:
            return 409, f"{last.size}\n".encode()
        if old and not verify_consistency(old, found.size, path, last.root, found.root):
            return 422, b""
        if not old and path:
            return 422, b""
        self.seen[found.origin] = found
        blob = (1_700_000_000).to_bytes(8, "big")
        blob += SECRET.sign(b"cosignature/v1\ntime 1700000000\n" + note.text.encode())
        return 200, f"{Signature(KEY.name, KEY.id, blob)}\n".encode()


class Handler(BaseHTTPRequestHandler):
    server: WitnessServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(self.path)
        status, answer = self.server.answer or self.server.judge(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def witness() -> Iterator[WitnessServer]:
    server = WitnessServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def address(witness: WitnessServer) -> str:
    return f"http://127.0.0.1:{witness.server_port}/w1"


def test_a_witness_cosigns_each_checkpoint_as_the_continuation_of_the_last(
    log: Log, witness: WitnessServer
) -> None:
    for _ in range(4):
        made = log.made(open_witness(address(witness)))
        assert not made.problems
        assert KEY in made.note.signers([KEY])
    assert witness.seen == {made.checkpoint.origin: made.checkpoint}
    assert witness.asked[:3] == ["/w1/add-checkpoint"] * 3


def test_a_witness_that_saw_more_is_heard(log: Log, witness: WitnessServer) -> None:
    made = log.made(open_witness(address(witness)))
    witness.seen[made.checkpoint.origin] = Checkpoint(made.checkpoint.origin, 1000, bytes(32))
    [problem] = log.made(open_witness(address(witness))).problems
    assert "has seen more" in str(problem)


def test_a_witness_that_saw_another_tree_does_not_sign(log: Log, witness: WitnessServer) -> None:
    made = log.made(open_witness(address(witness)))
    witness.seen[made.checkpoint.origin] = Checkpoint(made.checkpoint.origin, made.checkpoint.size, bytes(32))
    again = log.made(open_witness(address(witness)))
    assert "422" in str(again.problems[0])
    assert [one.name for one in again.note.signatures] == [again.checkpoint.origin]


@pytest.mark.parametrize(
    ("answer", "said"),
    [((403, b""), "403"), ((200, b"hello"), "something else"), ((409, b"many\n"), "has seen more"), ((200, b"\xff"), "reached")],
)  # fmt: skip
def test_a_witness_that_answers_nonsense_is_a_sentence(
    log: Log, witness: WitnessServer, answer: tuple[int, bytes], said: str
) -> None:
    witness.answer = answer
    made = log.made(open_witness(address(witness)))
    assert said in str(made.problems[0])
    assert made.note.signatures


def test_a_witness_that_is_away_does_not_stop_the_checkpoint(log: Log, tmp_path: Path) -> None:
    made = log.made(open_witness("http://127.0.0.1:9/w"), open_witness(str(tmp_path / "folder")))
    assert len(made.problems) == 1
    assert len(list((tmp_path / "folder").iterdir())) == 1


def test_a_folder_keeps_every_checkpoint_of_several_ledgers(log: Log, tmp_path: Path) -> None:
    folder = open_witness(str(tmp_path / "folder"))
    with log_in(tmp_path / "second") as second:
        for _ in range(3):
            assert not log.made(folder).problems
            assert not second.made(folder).problems
    assert len(list((tmp_path / "folder").iterdir())) == 6


def test_a_folder_takes_no_ledger_that_parted(log: Log, tmp_path: Path) -> None:
    folder, place = open_witness(str(tmp_path / "folder")), tmp_path / "folder"
    made = log.made(folder)
    [file] = place.iterdir()
    root = base64.b64encode(bytes(32)).decode()
    file.write_text(str(made.note).replace(made.note.text.split("\n")[2], root))
    [problem] = log.made(folder).problems
    assert "does not continue" in str(problem)
    assert len(list(place.iterdir())) == 1
    file.write_text(str(made.note).replace(f"\n{made.checkpoint.size}\n", "\n5000\n"))
    assert log.made(folder).problems


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Box:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


def test_a_mailbox_receives_the_checkpoint(log: Log) -> None:
    box = Box()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        made = log.made(open_witness(f"mailto:audit@example.org?host=127.0.0.1:{port}&from=log@quay.example"))
    finally:
        controller.stop()
    assert not made.problems
    [envelope] = box.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("log@quay.example", ["audit@example.org"])
    [attached] = email.message_from_bytes(envelope.content, policy=policy.default).iter_attachments()
    assert Note.parse(attached.get_content().decode()) == made.note


def test_a_mail_server_that_is_away_is_a_sentence(log: Log) -> None:
    [problem] = log.made(open_witness("mailto:audit@example.org?host=127.0.0.1:9")).problems
    assert "audit@" not in str(problem)
    assert "cannot be reached" in str(problem)


@pytest.mark.parametrize(
    "wrong", ["http://witness.example/w", "https://", "ftp://x/y", "mailto:nobody", "mailto:a@b.c?host=h:x"]
)
def test_what_names_no_witness(wrong: str) -> None:
    with pytest.raises(NoWitness):
        open_witness(wrong)
