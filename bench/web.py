"""`peek` over HTTP beside an empty route of the same server: one process of uvicorn, keep-alive connections, one run.

The server is harbour's, with everything that stands before its routes in use; added are two routes that read nothing and answer
nothing: `/empty`, before all of it, and `/api/empty`, behind what every request passes (host, headers) and before the key. All
are sent the same bytes but for the path, in turns, so that a machine that slows down slows them alike.
"""

from __future__ import annotations

import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench.centre import centre_rows
from bench.rows import Row, row

CONNECTIONS: Final = 8
ROUNDS: Final = 40
"""Requests of a turn on each connection; all connections have one under way at a time."""
TURNS: Final = 31
PEOPLE: Final = 64
PEEK, WITHIN, BARE = "/api/v1/harbour/peek", "/api/empty", "/empty"
ASKED: Final[tuple[dict[str, Any], ...]] = (
    {"action": "collect", "data": ["email"], "purpose": "account", "via": "registration_form"},
    {"action": "use", "data": ["email"], "purpose": "promotion"},
    {"action": "share", "data": ["email"], "purpose": "account"},
    {"action": "use", "data": ["user_name", "email"], "purpose": "important_notice"},
)
"""Planned acts, some permitted and some denied, each asked of every person."""


class Unanswered(Exception):
    """The server that is measured does not answer as it should: its speed means nothing."""


def rows() -> list[Row]:
    """The bench `web`: pages as people get them."""
    return centre_rows()


def http_rows() -> list[Row]:
    """The rows of this module; the bench `decide` prints them."""
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
        bodies = _bodies(said["people"])
        rates = _rates(
            lines,
            {path: [_request(path, said["key"], body) for body in bodies] for path in (PEEK, WITHIN, BARE)},
        )
    return [
        row("decide.http_peek", rates[PEEK], "requests/s", peer="empty route of the same server, before everything",
            peer_value=rates[BARE], least_ratio=0.6),
        row("decide.http_peek.beside_empty_within", rates[PEEK], "requests/s",
            peer="empty route of the same server, behind its middleware", peer_value=rates[WITHIN]),
    ]  # fmt: skip


def _rates(lines: list[socket.socket], sent: dict[str, list[bytes]]) -> dict[str, float]:
    """Requests per second on each path, at the median of turns; the first turn, which fills caches, does not count."""
    taken: dict[str, list[float]] = {path: [] for path in sent}
    for turn in range(TURNS + 1):
        for path, requests in sent.items():
            start = time.perf_counter()
            _turn(lines, requests)
            if turn:
                taken[path].append(time.perf_counter() - start)
    return {path: CONNECTIONS * ROUNDS / statistics.median(times) for path, times in taken.items()}


def _turn(lines: list[socket.socket], requests: list[bytes]) -> None:
    for start in range(ROUNDS):
        for at, line in enumerate(lines):
            line.sendall(requests[(start * CONNECTIONS + at) % len(requests)])
        for line in reversed(
            lines
        ):  # the last answer first: whoever waits is woken once a round, not once an answer
            _answered(line)


def _answered(line: socket.socket) -> None:
    """Read one answer whole. Raises Unanswered when it is none."""
    got = line.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    wanted = next(
        (int(text[15:]) for text in head.lower().split(b"\r\n") if text.startswith(b"content-length:")), -1
    )
    while len(body) < wanted:
        body += line.recv(65536)
    if not head.startswith(b"HTTP/1.1 200") or wanted < 0:
        raise Unanswered(f"The server answered: {head[:100].decode(errors='replace')}")


def _bodies(people: list[str]) -> list[bytes]:
    found = [json.dumps(one | {"subject": person}).encode() for person in people for one in ASKED]
    random.Random(5).shuffle(found)
    return found


def _request(path: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# --- the server -------------------------------------------------------------------------------------------------------------


@contextmanager
def _server(folder: str) -> Iterator[dict[str, Any]]:
    """The server in a process of its own; gives its port, a key, and who is known there."""
    command = [sys.executable, "-m", "bench.web", folder]
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


def _people(organisation: Any) -> Iterable[str]:
    """Persons who accepted the policy; half of them want no mailings."""

    def make(acts: Any) -> list[str]:
        found = []
        for number in range(PEOPLE):
            subject = str(acts.open_subject([("email", f"person{number}@people.example")]).subject)
            acts.set_facts(
                subject, set=["registered", "shown:privacy_policy"], language="en", rendered="sha256:00"
            )
            acts.accept(subject, "explicit", language="en")
            if number % 2:
                acts.object(subject, "mailing_list")
            found.append(subject)
        return found

    made: list[str] = organisation.act(make)
    return made


def main() -> None:
    """Serve until told to end."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send

    from troth.app.config import Home
    from troth.app.hosting import open_hosting
    from troth.app.serve import listen
    from troth.web import make_app

    async def empty(request: Request) -> Response:
        return Response()

    harbour = Path(__file__).parents[1] / "examples" / "harbour"
    with open_hosting(Home.at(Path(sys.argv[1])), {"harbour": harbour}) as hosting, listen() as socket_:
        people = list(_people(hosting.organisations["harbour"].organisation))
        app, bare = make_app(hosting), Starlette(routes=[Route(BARE, empty, methods=["POST"])])
        app.router.routes.insert(0, Route(WITHIN, empty, methods=["POST"]))

        async def both(scope: Scope, receive: Receive, send: Send) -> None:
            await (bare if scope["path"] == BARE else app)(scope, receive, send)

        said = {
            "port": socket_.getsockname()[1],
            "key": hosting.keys.issue("harbour", ["ask"]),
            "people": people,
        }
        print(json.dumps(said), flush=True)
        config = uvicorn.Config(
            both, log_level="warning", access_log=False, server_header=False, lifespan="off"
        )
        uvicorn.Server(config).run(sockets=[socket_])


if __name__ == "__main__":
    main()
