"""A verifier is asked over HTTP: one question, one word back, and whatever else comes is no answer."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from troth.accounts import FakeVerifier, Match, Presented, VerifierFailed
from troth.app.config import Home
from troth.app.lobby import AccountsUnreadable, verifiers_of
from troth.app.verifying import HttpVerifier

MARK = b"face-of-somebody-77a1"


class Body(BaseHTTPRequestHandler):
    """Answers as it was told, and remembers what it was asked."""

    asked: list[dict[str, Any]]
    answer: tuple[int, bytes]

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, data = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def body() -> Iterator[tuple[type[Body], str]]:
    handler = type("Told", (Body,), {"asked": [], "answer": (200, b'{"result": "match"}')})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield handler, f"http://127.0.0.1:{server.server_address[1]}/verify?key=secret"
        server.shutdown()


def test_what_is_presented_goes_there_once_and_one_word_comes_back(body: tuple[type[Body], str]) -> None:
    handler, at = body
    verifier = HttpVerifier("verifier_government", "CN", at)
    assert verifier.verify(Presented.of("SIM-1", b"card", MARK)) is Match.YES
    (asked,) = handler.asked
    assert asked["number"] == "SIM-1"
    assert base64.b64decode(asked["face"]) == MARK
    handler.answer = 200, b'{"result": "mismatch", "name": "more than was asked"}'
    assert verifier.verify(Presented.of("SIM-2", b"card", MARK)) is Match.NO
    assert "secret" not in verifier.name


@pytest.mark.parametrize(
    "answer",
    [(200, b"{}"), (200, b"[]"), (200, b"match"), (200, b'{"result": "maybe"}'), (500, b'{"result": "match"}'), (302, b"")],
)  # fmt: skip
def test_any_other_answer_is_none(body: tuple[type[Body], str], answer: tuple[int, bytes]) -> None:
    handler, at = body
    handler.answer = answer
    with pytest.raises(VerifierFailed) as failed:
        HttpVerifier("verifier_government", "CN", at).verify(Presented.of("SIM-1", b"card", MARK))
    assert "SIM-1" not in str(failed.value)


def test_nobody_there_is_no_answer_either() -> None:
    with pytest.raises(VerifierFailed):
        HttpVerifier("verifier_government", "CN", "http://127.0.0.1:9/verify").verify(
            Presented.of("SIM-1", b"", b"")
        )


def chosen(tmp_path: Path, said: str) -> dict[str, Any]:
    (tmp_path / "accounts.yaml").write_text(f"verifiers:\n  gateway:\n    verifier_government: {said}\n")
    return dict(verifiers_of(Home.at(tmp_path), "gateway"))


def test_an_operator_names_an_address_or_a_fake(tmp_path: Path) -> None:
    found = chosen(tmp_path, "{by: http, at: 'https://verifier.example.com/verify', place: CN}")
    assert isinstance(found["verifier_government"], HttpVerifier)
    assert found["verifier_government"].place == "CN"
    assert isinstance(chosen(tmp_path, "{by: fake, place: CN}")["verifier_government"], FakeVerifier)


@pytest.mark.parametrize(
    "said",
    ["{by: http, place: CN}", "{by: http, at: 'http://verifier.example.com/verify'}", "{by: post}", "fake", "{by: http, at: 7}"],
)  # fmt: skip
def test_faces_travel_encrypted_or_not_at_all(tmp_path: Path, said: str) -> None:
    with pytest.raises(AccountsUnreadable):
        chosen(tmp_path, said)
