"""The egress guard: a forward proxy that a company's outgoing connections go through. It hinders nothing and writes down what left:
to which host, how much, under what kind of path and with fields of which names; never a value, and no path as it was.

python -m examples.kit.egress --database FILE [--lead NAME=URL …] [--port 0]

Hosts of this machine are reached as they are. With `--lead partners.example=http://127.0.0.1:9000` invented hosts lead there:
partners.example to that address, new-lab.partners.example to the path /new_lab of it. Any other host is reached by nobody: 502, on record.
GET / tells what passed, as JSON, newest last. TLS (CONNECT) passes unread: only host and bytes are known then.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import select
import socket
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from examples.kit.process import ready, tied

TABLES: Final = """
CREATE TABLE IF NOT EXISTS passed (id INTEGER PRIMARY KEY, at TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,
    method TEXT NOT NULL, path_class TEXT NOT NULL, fields TEXT NOT NULL, sent_bytes INTEGER NOT NULL,
    received_bytes INTEGER NOT NULL, status INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS passed_to ON passed (host, port);
"""
HERE: Final = frozenset({"127.0.0.1", "localhost"})
HOPS: Final = frozenset({
    "connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-authorization",
    "content-length",
})  # fmt: skip
"""Headers between two neighbours (RFC 9110, 7.6.1); the length is said anew."""
PATIENCE: Final = 30.0
MOST_BYTES: Final = 50_000_000
MOST_SEGMENTS: Final = 6
MOST_FIELDS: Final = 60
DEEPEST: Final = 3
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_.-]{0,39}\Z")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}\Z")
_PART: Final = re.compile(rb'(?i)content-disposition:[^\r\n]*?[ ;]name="([^"]{1,60})"')


@dataclass(frozen=True, slots=True)
class Passed:
    """One connection or request that left."""

    host: str
    port: int
    method: str
    path_class: str
    fields: tuple[str, ...]
    sent_bytes: int
    received_bytes: int
    status: int


class Log:
    """What left. Each call is one transaction on a connection of its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(TABLES)

    def write(self, one: Passed) -> None:
        """Put it on record."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = (at, one.host, one.port, one.method, one.path_class, json.dumps(one.fields))
        with self._open() as connection:
            connection.execute(
                "INSERT INTO passed (at, host, port, method, path_class, fields, sent_bytes, received_bytes, status) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, one.sent_bytes, one.received_bytes, one.status),
            )

    def last(self, most: int = 200) -> list[dict[str, Any]]:
        """The newest, the newest last."""
        with self._open() as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM passed ORDER BY id DESC LIMIT ?", (most,)).fetchall()
        return [dict(row) | {"fields": json.loads(row["fields"])} for row in reversed(rows)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            yield connection


def path_class(path: str) -> str:
    """What kind of path it is: words stay, whatever holds a digit or anything else is told by its kind alone."""
    segments = [unquote(one) for one in path.split("/") if one]
    kinds = [
        one if _WORD.match(one) else ":number" if one.isdigit() else ":other"
        for one in segments[:MOST_SEGMENTS]
    ]
    return "/" + "/".join(kinds) + ("/…" if len(segments) > MOST_SEGMENTS else "")


def field_names(query: str, kind: str, body: bytes) -> tuple[str, ...]:
    """The names of what a request carries: of its address, its form or its JSON, with a dot between levels."""
    found = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    if "json" in kind:
        try:
            found += _json_names(json.loads(body))
        except (ValueError, RecursionError):
            found.append("unreadable")
    elif "x-www-form-urlencoded" in kind:
        found += [name for name, _ in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)]
    elif "multipart/" in kind:
        found += [name.decode("utf-8", "replace") for name in _PART.findall(body)]
    named = (name for name in found if all(_NAME.match(part) for part in name.split(".")))
    return tuple(dict.fromkeys(named))[:MOST_FIELDS]


def _json_names(plain: Any, depth: int = DEEPEST) -> Iterator[str]:
    if isinstance(plain, list):
        for one in plain[:MOST_FIELDS]:
            yield from _json_names(one, depth)
    elif isinstance(plain, dict) and depth:
        for name, value in plain.items():
            yield str(name)
            yield from (f"{name}.{inner}" for inner in _json_names(value, depth - 1))


class Leads:
    """Where invented hosts lead."""

    def __init__(self, said: Iterable[str]) -> None:
        pairs = (one.partition("=") for one in said)
        self._known = {name.lower(): url.rstrip("/") for name, _, url in pairs}

    def address(self, host: str, port: int) -> tuple[str, int, str] | None:
        """Host, port and the beginning of the path at which a host is really reached; None for one that is reached by nobody."""
        if host in HERE:
            return host, port, ""
        for name, url in self._known.items():
            led = urlsplit(url)
            if host == name or host.endswith(f".{name}"):
                below = host.removesuffix(name).rstrip(".").replace("-", "_")
                return led.hostname or "", led.port or 80, led.path + (f"/{below}" if below else "")
        return None


class Door(BaseHTTPRequestHandler):
    """The way out."""

    protocol_version = "HTTP/1.1"
    log: Log
    leads: Leads

    def do_CONNECT(self) -> None:
        """A tunnel: what passes through it stays unread."""
        host, _, port = self.path.rpartition(":")
        host, number = host.strip("[]").lower(), int(port) if port.isdigit() else 0
        where, up, down, status = self.leads.address(host, number), 0, 0, 502
        self.close_connection = True
        try:
            if where is None:
                return self.send_error(502, "Nobody is there")
            with socket.create_connection(where[:2], timeout=PATIENCE) as other:
                status = 200
                self.send_response_only(200, "Connection established")
                self.end_headers()
                up, down = _carry(self.connection, other)
        except OSError:
            if status != 200:
                self.send_error(502, "Nobody is there")
        finally:
            self.log.write(Passed(host, number, "CONNECT", "", (), up, down, status))

    def _pass(self) -> None:
        """One request, led where it wants to go; or, asked for itself, the log."""
        said = urlsplit(self.path)
        if not said.hostname:
            return self._answer(200, [("Content-Type", "application/json")], self._told())
        host, port = said.hostname.lower(), said.port or 80
        body = self._body()
        status, headers, data = self._led(host, port, said.path or "/", said.query, body)
        named = field_names(said.query, self.headers.get("Content-Type", ""), body)
        kind = path_class(said.path)
        self.log.write(Passed(host, port, self.command, kind, named, len(body), len(data), status))
        return self._answer(status, headers, data)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass  # noqa: N815

    def _told(self) -> bytes:
        return json.dumps({"passed": self.log.last()}).encode()

    def _led(
        self, host: str, port: int, path: str, query: str, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        where = self.leads.address(host, port)
        if where is None:
            return 502, [], b""
        connection = http.client.HTTPConnection(where[0], where[1], timeout=PATIENCE)
        try:
            to = where[2] + path + (f"?{query}" if query else "")
            connection.request(self.command, to, body or None, _passing(self.headers))
            answer = connection.getresponse()
            return answer.status, list(_passing(answer.headers).items()), answer.read(MOST_BYTES)
        except (OSError, http.client.HTTPException):
            return 502, [], b""
        finally:
            connection.close()

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(self._chunks())
        return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0] or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _answer(self, status: int, headers: Iterable[tuple[str, str]], data: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: what passed is in the log."""


def _passing(headers: Message) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in HOPS}


def _carry(one: socket.socket, other: socket.socket) -> tuple[int, int]:
    """Both ways until either ends; how many bytes went out, and came back."""
    counted, ways = {one: 0, other: 0}, {one: other, other: one}
    while readable := select.select(list(ways), [], [], PATIENCE)[0]:
        for end in readable:
            if not (data := end.recv(65_536)):
                return counted[one], counted[other]
            ways[end].sendall(data)
            counted[end] += len(data)
    return counted[one], counted[other]


def main() -> None:
    """Stand at the way out."""
    parser = argparse.ArgumentParser(description="A forward proxy that writes down what left.")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--lead", action="append", default=[], metavar="NAME=URL")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    handler = type("Guard", (Door,), {"log": Log(args.database), "leads": Leads(args.lead)})
    server = ThreadingHTTPServer(("127.0.0.1", args.port), handler)
    ready(port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
