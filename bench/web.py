"""`peek` over HTTP beside an empty route of the same server: one process of uvicorn, keep-alive connections, one run.

The server is harbour's, with everything that stands before its routes in use; added are two routes that read nothing and answer
nothing: `/empty`, before all of it, and `/api/empty`, behind what every request passes (host, headers) and before the key. All
are sent the same bytes but for the path, in turns, so that a machine that slows down slows them alike.
"""

from __future__ import annotations

import random
import socket
import statistics
import tempfile
import time
from typing import Any, Final

from bench.centre import centre_rows
from bench.rows import Row, row
from bench.serving import answered, connections, known, request, serve, server

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


def rows() -> list[Row]:
    """The bench `web`: pages as people get them."""
    return centre_rows()


def http_rows() -> list[Row]:
    """The rows of this module; the bench `decide` prints them."""
    with (
        tempfile.TemporaryDirectory(prefix="troth-bench-") as folder,
        server("bench.web", folder) as said,
        connections(said["port"], CONNECTIONS) as lines,
    ):
        bodies = _bodies(said["people"])
        rates = _rates(
            lines,
            {path: [request(path, said["key"], body) for body in bodies] for path in (PEEK, WITHIN, BARE)},
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
            answered(line)


def _bodies(people: list[str]) -> list[dict[str, Any]]:
    found = [one | {"subject": person} for person in people for one in ASKED]
    random.Random(5).shuffle(found)
    return found


# --- the server -------------------------------------------------------------------------------------------------------------


def _said(hosting: Any) -> dict[str, Any]:
    """People who accepted the policy, half of whom want no mailings; a key to ask about them."""

    def mailings(acts: Any, subject: str, number: int) -> None:
        if number % 2:
            acts.object(subject, "mailing_list")

    people = known(hosting.organisations["harbour"].organisation, PEOPLE, mailings)
    return {"key": hosting.keys.issue("harbour", ["ask"]), "people": people}


def _beside(app: Any) -> Any:
    """The site with two routes that read and answer nothing: one before everything, one behind its middleware."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send

    async def empty(request: Request) -> Response:
        return Response()

    bare = Starlette(routes=[Route(BARE, empty, methods=["POST"])])
    app.router.routes.insert(0, Route(WITHIN, empty, methods=["POST"]))

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (bare if scope["path"] == BARE else app)(scope, receive, send)

    return both


if __name__ == "__main__":
    serve(_said, _beside)
