"""The client says who is away, hides its key, and takes nothing but `permit` for a yes."""

from __future__ import annotations

import http.server
import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from troth.client import Answer, Away, Client, KeyFile, Problem, Question
from troth.kernel.errors import OperatorError

ASK = Question("use", ("email",), "news", papers={"citation": "s 1"})


class Wire:
    """What an answering server is told to say, and what it was sent."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.sent: list[tuple[str, dict[str, str], Any]] = []
        self.hang_up = False


@pytest.fixture
def wire() -> Iterator[tuple[Wire, Client]]:
    told = Wire()

    class Desk(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.sent.append((self.path, dict(self.headers), body))
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)
            self.close_connection = told.hang_up

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = Client(KeyFile(f"http://127.0.0.1:{server.server_port}", "acme", "secret"))
    yield told, client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_question_goes_out_with_the_key_and_what_is_not_said_is_left_out(wire: tuple[Wire, Client]) -> None:
    told, client = wire
    told.body = json.dumps(
        {"outcome": "permit", "grounds": ["ground:x"], "missing": [], "sequence": 7}
    ).encode()
    answer = client.use("sub_1", ASK, key="once")
    path, headers, body = told.sent[0]
    assert path == "/api/v1/acme/use"
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer secret", "once")
    assert body == {
        "subject": "sub_1", "action": "use", "data": ["email"], "purpose": "news", "papers": {"citation": "s 1"},
    }  # fmt: skip
    assert (answer.permitted, answer.grounds, answer.sequence) == (True, ("ground:x",), 7)


@pytest.mark.parametrize(
    "plain", [{}, {"outcome": "deny"}, {"outcome": "PERMIT"}, {"outcome": None}, {"outcome": True}]
)
def test_only_permit_is_a_yes(plain: dict[str, Any]) -> None:
    assert not Answer.of(plain).permitted


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_that_fails_is_away(wire: tuple[Wire, Client], status: int) -> None:
    told, client = wire
    told.status = status
    with pytest.raises(Away):
        client.use("sub_1", ASK)


def test_a_problem_comes_with_its_sentence(wire: tuple[Wire, Client]) -> None:
    told, client = wire
    told.status, told.body = 422, json.dumps({"title": "No", "detail": "There is no such purpose."}).encode()
    with pytest.raises(Problem, match="no such purpose") as caught:
        client.use("sub_1", ASK)
    assert caught.value.status == 422


def test_an_answer_that_is_no_json_is_no_yes(wire: tuple[Wire, Client]) -> None:
    told, client = wire
    told.body = b"<html>permit</html>"
    assert not client.use("sub_1", ASK).permitted


def test_a_connection_closed_meanwhile_is_opened_again(wire: tuple[Wire, Client]) -> None:
    told, client = wire
    told.hang_up = True
    for _ in range(3):
        client.objection("sub_1", "list", "raised")
    assert len(told.sent) == 3


def test_nobody_there_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Away):
        Client(KeyFile(f"http://127.0.0.1:{port}", "acme", "k")).policy()


def test_a_key_file_is_its_owners_alone_and_shows_no_key(tmp_path: Path) -> None:
    keys = KeyFile("http://127.0.0.1:1", "acme", "very-secret")
    path = tmp_path / "handed" / "acme.json"
    keys.write(path)
    keys.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyFile.read(path) == keys
    assert "very-secret" not in repr(keys)
    assert [p.name for p in path.parent.iterdir()] == ["acme.json"]


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"url": "x"}', b"\xff"])
def test_an_unreadable_key_file_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "acme.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OperatorError, match="not a readable key file"):
        KeyFile.read(path)
