"""What goes over the wire when it does not go well: both clients send again where that does no harm, and nowhere else."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.client.ways import Awaited
from troth.client import Away, Client, KeyFile, Problem, Question

ASK = Question("use", ("email",), "news")
PERMIT = json.dumps({"outcome": "permit", "sequence": 7, "subject": "sub_1"}).encode()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between tries here."""
    monkeypatch.setattr("troth.client.wire.PAUSES", (0.0, 0.001))


class Server:
    """Does with each request what it is told: answers with a status, drops the connection (0), or says nothing (-1)."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.plan: deque[int] = deque()
        self.closes = False
        self.heard: list[dict[str, str]] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                taken, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(taken)
            threading.Thread(target=self._serve, args=(taken,), daemon=True).start()

    def _serve(self, taken: socket.socket) -> None:
        with (
            suppress(OSError, ValueError),
            taken,
            taken.makefile("rb") as lines,
        ):  # closed by the end of a test
            while request := lines.readline():
                headers = {"": request.decode()}
                while (line := lines.readline().strip()) and b":" in line:
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                lines.read(int(headers.get("content-length", 0)))
                self.heard.append(headers)
                status = self.plan.popleft() if self.plan else 200
                if status == 0:
                    return
                if status < 0:
                    continue
                taken.sendall(
                    f"HTTP/1.1 {status} X\r\nContent-Length: {len(PERMIT)}\r\n\r\n".encode() + PERMIT
                )
                if self.closes:
                    return

    def end(self) -> None:
        self.listening.close()
        for one in self._open:
            one.close()


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.end()


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    keys = KeyFile(server.url, "acme", "secret")
    if request.param == "sync":
        with Client(keys) as found:
            yield found
        return
    awaited = Awaited(keys)
    yield awaited
    awaited.end()


Ask = Callable[[Any], object]
HARMLESS: list[Ask] = [
    lambda client: client.peek("sub_1", ASK),
    lambda client: client.policy(),
    lambda client: client.use("sub_1", ASK, key="mine"),
    lambda client: client.release("sub_1", ASK),
    lambda client: client.objection("sub_1", "list", "raised"),
    lambda client: client.subject({"email": "a@b.example"}),
]


@pytest.mark.parametrize("ask", HARMLESS)
@pytest.mark.parametrize("trouble", [0, 502, 503, 504])
def test_what_does_no_harm_is_sent_again_under_the_same_key(
    client: Any, server: Server, ask: Ask, trouble: int
) -> None:
    server.plan.extend([trouble, trouble])
    ask(client)
    assert len(server.heard) == 3
    assert len({one.get("idempotency-key") for one in server.heard}) == 1


@pytest.mark.parametrize("trouble", [0, 503])
def test_three_tries_are_enough(client: Any, server: Server, trouble: int) -> None:
    server.plan.extend([trouble] * 5)
    with pytest.raises(Away):
        client.policy()
    assert len(server.heard) == 3


@pytest.mark.parametrize("trouble", [0, 500, 503])
def test_a_use_without_a_key_is_sent_once(client: Any, server: Server, trouble: int) -> None:
    server.plan.append(trouble)
    with pytest.raises(Away):
        client.use("sub_1", ASK)
    assert [one.get("idempotency-key") for one in server.heard] == [None]


def test_what_is_wrong_with_a_call_is_not_mended_by_sending_it_again(client: Any, server: Server) -> None:
    server.plan.append(422)
    with pytest.raises(Problem):
        client.policy()
    assert len(server.heard) == 1


def test_no_answer_in_time_is_nobody_there(server: Server) -> None:
    server.plan.extend([-1, -1])
    keys = KeyFile(server.url, "acme", "secret")
    awaited = Awaited(keys, timeout=0.5)
    with Client(keys, timeout=0.5) as client:
        for one in (client, awaited):
            with pytest.raises(Away):
                one.policy()
    awaited.end()
    assert len(server.heard) == 2


def test_a_connection_is_used_again(client: Any, server: Server) -> None:
    for _ in range(5):
        assert client.use("sub_1", ASK).permitted
    assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_noticed_before_anything_is_sent(
    client: Any, server: Server
) -> None:
    server.closes = True
    for _ in range(3):
        client.release("sub_1", ASK)
    assert server.connections >= 3


def test_threads_share_a_client(server: Server) -> None:
    with Client(KeyFile(server.url, "acme", "secret")) as client:
        threads = [threading.Thread(target=client.use, args=("sub_1", ASK)) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert len(server.heard) == 8
    assert server.connections <= 8


def test_each_call_has_a_key_of_its_own(client: Any, server: Server) -> None:
    for _ in range(2):
        client.objection("sub_1", "list", "raised")
    first, second = (one["idempotency-key"] for one in server.heard)
    assert first != second
    assert len(first) == 32


def test_a_server_that_is_another_is_nobody_there(client: Any, server: Server) -> None:
    with pytest.raises(Away, match="no answer of troth"):
        client.session("secret")


def test_the_key_shows_nowhere(client: Any, server: Server) -> None:
    server.plan.append(500)
    with pytest.raises(Away) as away:
        client.use("sub_1", ASK)
    shown: list[BaseException | None] = [away.value, away.value.__cause__]
    assert not any("secret" in repr(one) for one in shown)
