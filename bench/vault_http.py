"""The vault over HTTP: sealed records of people created and read, each with its ledger entry on disk before it is answered.

The server, harbour's, runs in a process of its own; this one sends. A record is two fields, one of them found again by its value. A
read names a person and both fields; token, role, training and purpose are decided for each. Everybody was read once before, as after
a day of work: what is known of them stands in the words.
"""

from __future__ import annotations

import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench.rows import Row, row

CONNECTIONS: Final = 128
"""Requests under way at a time; each waits for its answer before the next is sent."""
ROUNDS: Final = 2
TURNS: Final = 7
PEOPLE: Final = CONNECTIONS * ROUNDS * (TURNS + 1)
WRITE, READ = "/api/v1/harbour/vault/write", "/api/v1/harbour/vault/read"
SEEN: Final = b'"outcome":"read"'
FIELDS: Final = ("people.name", "people.email")


class Unanswered(Exception):
    """The server that is measured does not answer as it should: its speed means nothing."""


def http_rows() -> list[Row]:
    """The rows of this module; the bench `vault` prints them."""
    with (
        tempfile.TemporaryDirectory(prefix="troth-bench-") as folder,
        _server(folder) as said,
        ExitStack() as stack,
    ):
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", said["port"])))
            for _ in range(CONNECTIONS)
        ]
        for line in lines:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        creates = _rate(
            lines, [_create(said["key"], who, at) for at, who in enumerate(said["people"])], b"versions"
        )
        looks = [_look(said["key"], who, said["token"]) for who in said["people"]]
        _turn(lines, looks, SEEN)
        reads = _rate(lines, looks, SEEN)
    return [
        row("vault.http_create", creates, "creates/s", at_least=1000),
        row("vault.http_read", reads, "reads/s", at_least=2000),
    ]


def _rate(lines: list[socket.socket], requests: Sequence[bytes], proof: bytes) -> float:
    """Answers per second at the median of turns, each of other people; the first turn, which fills caches, does not count."""
    size = CONNECTIONS * ROUNDS
    taken = []
    for turn in range(TURNS + 1):
        sent = requests[turn * size : (turn + 1) * size]
        start = time.perf_counter()
        _turn(lines, sent, proof)
        if turn:
            taken.append(time.perf_counter() - start)
    return size / statistics.median(taken)


def _turn(lines: list[socket.socket], requests: Sequence[bytes], proof: bytes) -> None:
    """Every connection has one request under way, and sends the next when it is answered."""
    waiting = {line.fileno(): line for line in lines}
    left = iter(requests)
    poll = select.poll()
    for line in lines:
        poll.register(line, select.POLLIN)
        line.sendall(next(left))
    due = len(requests)
    while due:
        for number, _ in poll.poll():
            _answered(waiting[number], proof)
            due -= 1
            following = next(left, None)
            if following is not None:
                waiting[number].sendall(following)


def _answered(line: socket.socket, proof: bytes) -> None:
    """Read one answer whole. Raises Unanswered when it is none."""
    got = line.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    wanted = next(
        (int(text[15:]) for text in head.lower().split(b"\r\n") if text.startswith(b"content-length:")), -1
    )
    while len(body) < wanted:
        body += line.recv(65536)
    if not head.startswith(b"HTTP/1.1 200") or proof not in body:
        raise Unanswered(f"The server answered: {(head[:60] + body[:200]).decode(errors='replace')}")


def _create(key: str, who: str, at: int) -> bytes:
    values = {"people.name": f"Person {at}", "people.email": f"person{at}@people.example"}
    return _request(WRITE, key, {"subject": who, "values": values})


def _look(key: str, who: str, token: str) -> bytes:
    return _request(READ, key, {"subject": who, "fields": FIELDS, "token": token})


def _request(path: str, key: str, sent: dict[str, Any]) -> bytes:
    body = json.dumps(sent).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# --- the server -------------------------------------------------------------------------------------------------------------


@contextmanager
def _server(folder: str) -> Iterator[dict[str, Any]]:
    """The server in a process of its own; gives its port, a key, a token, and who is known there."""
    command = [sys.executable, "-m", "bench.vault_http", folder]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as ran:
        try:
            assert ran.stdout is not None
            line = ran.stdout.readline()
            if not line:
                raise Unanswered("The server did not start; what it said stands above.")
            yield json.loads(line)
        finally:
            ran.terminate()


def _people(organisation: Any) -> list[str]:
    """Persons who accepted the policy."""

    def make(acts: Any) -> list[str]:
        found = []
        for _ in range(PEOPLE):
            subject = str(acts.open_subject([]).subject)
            acts.set_facts(
                subject, set=["registered", "shown:privacy_policy"], language="en", rendered="sha256:00"
            )
            acts.accept(subject, "explicit", language="en")
            found.append(subject)
        return found

    made: list[str] = organisation.act(make)
    return made


def _reader(organisation: Any) -> str:
    """The token of somebody of the support, whose training is current."""
    from datetime import timedelta

    from troth.staff.evidence import Deed

    declared, now = organisation.policy(), organisation.clock.now()

    def make(acts: Any) -> str:
        member = organisation.staff.add(acts.work, at=acts.at)
        deed = Deed(member, acts.at, policy=declared.digest)
        for course in ("information security", "privacy"):
            organisation.staff.train(
                acts.work, deed, declared, course, taken=now, expires=now + timedelta(days=1)
            )
        assert organisation.staff.grant(acts.work, deed, declared, "support").granted
        for name, category in zip(FIELDS, ("user_name", "email"), strict=True):
            search = ["provide_service"] if category == "email" else []
            organisation.access.declare(acts.work, name, category, search, at=acts.at)
        return str(member)

    member = organisation.act(make)
    return str(organisation.access.issue(member, "support", "provide_service", timedelta(hours=1)).text)


def main() -> None:
    """Serve until told to end."""
    import uvicorn

    from troth.app.config import Home
    from troth.app.hosting import open_hosting
    from troth.app.serve import listen
    from troth.web import make_app

    harbour = Path(__file__).parents[1] / "examples" / "harbour"
    with open_hosting(Home.at(Path(sys.argv[1])), {"harbour": harbour}) as hosting, listen() as socket_:
        organisation = hosting.organisations["harbour"].organisation
        said = {
            "port": socket_.getsockname()[1],
            "key": hosting.keys.issue("harbour", ["vault:write", "vault:read"]),
            "token": _reader(organisation),
            "people": _people(organisation),
        }
        print(json.dumps(said), flush=True)
        config = uvicorn.Config(
            make_app(hosting), log_level="warning", access_log=False, server_header=False, lifespan="off"
        )
        uvicorn.Server(config).run(sockets=[socket_])


if __name__ == "__main__":
    main()
