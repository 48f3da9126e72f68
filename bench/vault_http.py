"""The vault over HTTP: sealed records of people created and read, each with its ledger entry on disk before it is answered.

The server, harbour's, runs in a process of its own; this one sends. A record is two fields, one of them found again by its value. A
read names a person and both fields; token, role, training and purpose are decided for each. Everybody was read once before, as after
a day of work: what is known of them stands in the words.
"""

from __future__ import annotations

import select
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from typing import Any, Final

from bench.rows import Row, row
from bench.serving import answered, connections, known, request, serve, server

CONNECTIONS: Final = 128
"""Requests under way at a time; each waits for its answer before the next is sent."""
ROUNDS: Final = 2
TURNS: Final = 7
PEOPLE: Final = CONNECTIONS * ROUNDS * (TURNS + 1)
WRITE, READ = "/api/v1/harbour/vault/write", "/api/v1/harbour/vault/read"
SEEN: Final = b'"outcome":"read"'
FIELDS: Final = ("people.name", "people.email")


def http_rows() -> list[Row]:
    """The rows of this module; the bench `vault` prints them."""
    with (
        tempfile.TemporaryDirectory(prefix="troth-bench-") as folder,
        server("bench.vault_http", folder) as said,
        connections(said["port"], CONNECTIONS) as lines,
    ):
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
            answered(waiting[number], proof)
            due -= 1
            following = next(left, None)
            if following is not None:
                waiting[number].sendall(following)


def _create(key: str, who: str, at: int) -> bytes:
    values = {"people.name": f"Person {at}", "people.email": f"person{at}@people.example"}
    return request(WRITE, key, {"subject": who, "values": values})


def _look(key: str, who: str, token: str) -> bytes:
    return request(READ, key, {"subject": who, "fields": FIELDS, "token": token})


# --- the server -------------------------------------------------------------------------------------------------------------


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


def _said(hosting: Any) -> dict[str, Any]:
    """People, a key to keep their values, and the token of somebody who may read them."""
    organisation = hosting.organisations["harbour"].organisation
    return {
        "key": hosting.keys.issue("harbour", ["vault:write", "vault:read"]),
        "token": _reader(organisation),
        "people": known(organisation, PEOPLE),
    }


if __name__ == "__main__":
    serve(_said)
