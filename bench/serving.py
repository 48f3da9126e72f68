"""A server of harbour in a process of its own, and how it is asked: for benches that measure over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
HARBOUR: Final = ROOT / "examples" / "harbour"


class Unanswered(Exception):
    """The server that is measured does not answer as it should: its speed means nothing."""


@contextmanager
def server(module: str, folder: str) -> Iterator[dict[str, Any]]:
    """A module of this package run as a server over a folder; what it said of itself once it was ready: its port, keys, people."""
    command = [sys.executable, "-m", module, folder]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
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


def serve(say: Callable[[Any], dict[str, Any]], wrap: Callable[[Any], Any] = lambda app: app) -> None:
    """Be that server, over the folder named on the command line, until told to end; `say` prepares the hosting and tells of it."""
    import uvicorn

    from troth.app.config import Home
    from troth.app.hosting import open_hosting
    from troth.app.serve import listen
    from troth.web import make_app

    with open_hosting(Home.at(Path(sys.argv[1])), {"harbour": HARBOUR}) as hosting, listen() as heard:
        print(json.dumps({"port": heard.getsockname()[1], **say(hosting)}), flush=True)
        config = uvicorn.Config(
            wrap(make_app(hosting)),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
        )
        uvicorn.Server(config).run(sockets=[heard])


def known(organisation: Any, count: int, also: Callable[[Any, str, int], None] | None = None) -> list[str]:
    """So many persons who accepted the policy; `also` says more of each, by number."""

    def make(acts: Any) -> list[str]:
        found = []
        for number in range(count):
            subject = str(acts.open_subject([("email", f"person{number}@people.example")]).subject)
            acts.set_facts(
                subject, set=["registered", "shown:privacy_policy"], language="en", rendered="sha256:00"
            )
            acts.accept(subject, "explicit", language="en")
            if also is not None:
                also(acts, subject, number)
            found.append(subject)
        return found

    made: list[str] = organisation.act(make)
    return made


@contextmanager
def connections(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many connections that are kept open and send at once."""
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]
        for line in lines:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield lines


def request(path: str, key: str, sent: dict[str, Any]) -> bytes:
    """A request as it goes over the line."""
    body = json.dumps(sent).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answered(line: socket.socket, proof: bytes = b"") -> None:
    """Read one answer whole. Raises Unanswered when it is none, or `proof` does not stand in it."""
    got = line.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    wanted = next(
        (int(text[15:]) for text in head.lower().split(b"\r\n") if text.startswith(b"content-length:")), -1
    )
    while len(body) < wanted:
        body += line.recv(65536)
    if not head.startswith(b"HTTP/1.1 200") or wanted < 0 or proof not in body:
        raise Unanswered(f"The server answered: {(head[:60] + body[:200]).decode(errors='replace')}")
