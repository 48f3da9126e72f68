"""The egress guard: what leaves goes through whole and unhindered; what is written down names host, size and kinds, and no value."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.kit.egress import field_names, path_class
from examples.kit.process import started
from examples.kit.waiting import until


class Sink(BaseHTTPRequestHandler):
    """Answers what it was sent, and by which path."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = json.dumps(
            {"path": self.path, "body": body.decode(), "tag": self.headers.get("X-Tag")}
        ).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Way:
    guard: str
    sink: int
    log: Path

    def client(self) -> httpx.Client:
        return httpx.Client(proxy=self.guard, trust_env=False, timeout=20)

    def passed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(self.guard + "/").json()["passed"]
        return found


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    log = tmp_path_factory.mktemp("guard") / "egress.db"
    sink = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=sink.serve_forever, args=(0.01,))
    thread.start()
    lead = f"partners.example=http://127.0.0.1:{sink.server_address[1]}"
    with started("examples.kit.egress", "--database", str(log), "--lead", lead) as said:
        yield Way(f"http://127.0.0.1:{said['port']}", int(sink.server_address[1]), log)
    sink.shutdown()
    thread.join()
    sink.server_close()


def test_an_invented_host_leads_to_its_partner_and_the_log_names_it_by_that_host(way: Way) -> None:
    with way.client() as client:
        sent = {"reference": "secret-7", "data": {"user_name": "Farid", "plan": "small"}}
        answer = client.post(
            "http://new-lab.partners.example/orders/77?to=x", json=sent, headers={"X-Tag": "kept"}
        )
    assert answer.status_code == 201
    assert answer.json() == {
        "path": "/new_lab/orders/77?to=x", "body": json.dumps(sent, separators=(",", ":")), "tag": "kept",
    }  # fmt: skip
    last = way.passed()[-1]
    assert (last["host"], last["port"], last["method"], last["status"]) == (
        "new-lab.partners.example",
        80,
        "POST",
        201,
    )
    assert last["path_class"] == "/orders/:number"
    assert last["fields"] == ["to", "reference", "data", "data.user_name", "data.plan"]
    assert last["sent_bytes"] == len(json.dumps(sent, separators=(",", ":")))
    assert last["received_bytes"] == len(answer.content)


def test_no_value_of_anything_that_left_stands_in_the_log(way: Way) -> None:
    with way.client() as client:
        client.post("http://a.partners.example/p/Farid-9x", data={"note": "marker-note"})
        client.post("http://a.partners.example/", files={"scan": ("marker-name.png", b"marker-bytes")})
        client.post("http://a.partners.example/", json={"marker@people.example": 1, "ok": ["marker-list"]})
        client.post("http://a.partners.example/", content=iter([b"marker-", b"chunk"]))
    text = " ".join(
        str(value) for row in sqlite3.connect(way.log).execute("SELECT * FROM passed") for value in row
    )
    assert "marker" not in text
    assert "Farid" not in text
    assert ["note"] in [row["fields"] for row in way.passed()]
    assert ["scan"] in [row["fields"] for row in way.passed()]
    assert way.passed()[-1]["sent_bytes"] == len(b"marker-chunk")


def test_a_host_of_another_machine_is_reached_by_nobody_and_stands_in_the_log(way: Way) -> None:
    with way.client() as client:
        assert client.post("http://tracker.example/pixel", content=b"12345").status_code == 502
    assert [way.passed()[-1][name] for name in ("host", "status", "sent_bytes")] == [
        "tracker.example",
        502,
        5,
    ]


def test_a_tunnel_is_counted_and_not_read(way: Way) -> None:
    request = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    host, port = httpx.URL(way.guard).host, httpx.URL(way.guard).port
    with socket.create_connection((host, port or 0), timeout=20) as raw:
        raw.sendall(f"CONNECT 127.0.0.1:{way.sink} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 200")
        raw.sendall(request)
        answer = b""
        while piece := raw.recv(4096):
            answer += piece
    assert b'"path": "/orders"' in answer
    until(lambda: any(row["method"] == "CONNECT" for row in way.passed()), 20)
    (row,) = [row for row in way.passed() if row["method"] == "CONNECT"]
    assert (row["port"], row["sent_bytes"], row["received_bytes"]) == (way.sink, len(request), len(answer))
    assert (row["path_class"], row["fields"], row["status"]) == ("", [], 200)


@given(st.text())
def test_a_kind_of_path_tells_no_digit(path: str) -> None:
    assert not any(sign.isdigit() and sign.isascii() for sign in path_class(path))


def test_names_that_are_no_names_are_left_out() -> None:
    assert field_names("a=1&b%40c=2", "application/json", b'[{"d": {"e": 1}}, {"f": 2}]') == (
        "a",
        "d",
        "d.e",
        "f",
    )
    assert field_names("", "application/json", b"{") == ("unreadable",)
    assert field_names("", "application/json", b"[" * 100_000) == ("unreadable",)
