"""Partners: one process, one path for each. They keep what they receive, record what they use it for, and do as told.

python -m examples.kit.partners --database FILE [--port 0]

POST /NAME              {"reference": …, "purpose": …, "data": {…}}    receive; used for the purpose it came for
POST /NAME/known        {"data": {…}}                                  yes or no, whether it holds just this; the question is not kept
POST /NAME/verify       {"number": …, "document": …, "face": …}        match or mismatch, as planted; it keeps how much it was handed
POST /NAME/erase        {"reference": …}                               answered as told
POST /NAME/told         {"new_aim": "…" or "", "erasure": "at_once" | "late" | "refuses" | "lies"}
GET  /NAME                                                             what it holds
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from examples.kit.process import ready, tied

TABLES = """
CREATE TABLE IF NOT EXISTS received (
    id INTEGER PRIMARY KEY, partner TEXT NOT NULL, reference TEXT NOT NULL, purpose TEXT NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL, erase_asked_at TEXT);
CREATE TABLE IF NOT EXISTS uses (
    id INTEGER PRIMARY KEY, received INTEGER NOT NULL REFERENCES received (id) ON DELETE CASCADE,
    partner TEXT NOT NULL, purpose TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT);
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, partner TEXT NOT NULL, reference TEXT NOT NULL, said TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS told (partner TEXT PRIMARY KEY, new_aim TEXT NOT NULL, erasure TEXT NOT NULL);
"""
ERASURES = ("at_once", "late", "refuses", "lies")
MOST_BYTES = 1_000_000
NUMBERS = "SIM-"
"""How a number of the simulation begins; whoever shows another is nobody whom a verifier knows."""


class Store:
    """What the partners hold. Each call is one transaction on a connection of its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(TABLES)

    def receive(self, partner: str, body: dict[str, Any]) -> None:
        """Keep it, and use it: for what it came for, and for a new aim where the partner was told to."""
        now, purpose = _now(), str(body.get("purpose", ""))
        with self._open() as connection:
            kept = connection.execute(
                "INSERT INTO received (partner, reference, purpose, body, at) VALUES (?, ?, ?, ?, ?)",
                (partner, str(body.get("reference", "")), purpose, json.dumps(body.get("data", {})), now),
            )
            aims = [purpose, *([aim] if (aim := self._told(connection, partner)[0]) else [])]
            connection.executemany(
                "INSERT INTO uses (received, partner, purpose, started_at) VALUES (?, ?, ?, ?)",
                [(kept.lastrowid, partner, aim, now) for aim in aims],
            )

    def known(self, partner: str, body: dict[str, Any]) -> bool:
        """Whether a partner holds just this."""
        with self._open() as connection:
            which = (partner, json.dumps(body.get("data", {})))
            held = connection.execute(
                "SELECT 1 FROM received WHERE partner = ? AND body = ?", which
            ).fetchone()
        return held is not None

    def told(self, partner: str, new_aim: str, erasure: str) -> None:
        """Change how a partner behaves. A new aim is taken up with all it holds; without one, it is given up."""
        with self._open() as connection:
            before = self._told(connection, partner)[0]
            connection.execute(
                "INSERT INTO told VALUES (?, ?, ?) "
                "ON CONFLICT (partner) DO UPDATE SET new_aim = excluded.new_aim, erasure = excluded.erasure",
                (partner, new_aim, erasure),
            )
            if before and before != new_aim:
                connection.execute(
                    "UPDATE uses SET ended_at = ? WHERE partner = ? AND purpose = ? AND ended_at IS NULL",
                    (_now(), partner, before),
                )
            if new_aim and before != new_aim:
                connection.execute(
                    "INSERT INTO uses (received, partner, purpose, started_at) "
                    "SELECT id, partner, ?, ? FROM received WHERE partner = ?",
                    (new_aim, _now(), partner),
                )

    def erase(self, partner: str, reference: str) -> tuple[int, str]:
        """Answer an order to erase as the partner was told to; the answer is not always what was done, and is written down."""
        status, said = self._erase(partner, reference)
        with self._open() as connection:
            answer = (partner, reference, said, _now())
            connection.execute(
                "INSERT INTO answers (partner, reference, said, at) VALUES (?, ?, ?, ?)", answer
            )
        return status, said

    def _erase(self, partner: str, reference: str) -> tuple[int, str]:
        with self._open() as connection:
            erasure = self._told(connection, partner)[1]
            which = "partner = ? AND reference = ?"
            if erasure == "at_once":
                connection.execute(f"DELETE FROM received WHERE {which}", (partner, reference))  # noqa: S608
            elif erasure == "late":
                asked = (_now(), partner, reference)
                connection.execute(f"UPDATE received SET erase_asked_at = ? WHERE {which}", asked)  # noqa: S608
                return 202, "it will be erased"
            elif erasure == "refuses":
                return 409, "a law obliges us to keep it"
            return 200, "erased"

    def held(self, partner: str) -> list[dict[str, Any]]:
        """What a partner holds now, with what it uses it for."""
        with self._open() as connection:
            return [
                {
                    "reference": reference,
                    "purpose": purpose,
                    "data": json.loads(body),
                    "uses": uses.split(","),
                }
                for reference, purpose, body, uses in connection.execute(
                    "SELECT r.reference, r.purpose, r.body, "
                    "coalesce((SELECT group_concat(u.purpose) FROM uses u "
                    "WHERE u.received = r.id AND u.ended_at IS NULL), '') "
                    "FROM received r WHERE r.partner = ? ORDER BY r.id",
                    (partner,),
                )
            ]

    @staticmethod
    def _told(connection: sqlite3.Connection, partner: str) -> tuple[str, str]:
        row = connection.execute("SELECT new_aim, erasure FROM told WHERE partner = ?", (partner,)).fetchone()
        return (row[0], row[1]) if row else ("", "at_once")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            connection.execute("PRAGMA foreign_keys=ON")
            yield connection


class Desk(BaseHTTPRequestHandler):
    """The door of all partners."""

    protocol_version = "HTTP/1.1"
    store: Store

    def do_GET(self) -> None:
        """What a partner holds."""
        self._answer(200, {"held": self.store.held(self.path.strip("/"))})

    def do_POST(self) -> None:
        """Receive, compare, erase, or be told."""
        verb = ""
        try:
            body = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)))
            partner, _, verb = self.path.strip("/").partition("/")
            status, said = self._do(partner, verb, dict(body))
        except (ValueError, TypeError):
            status, said = 400, "this is not a JSON object"
        self._answer(status, {"result" if verb == "verify" else "said": said})

    def _do(self, partner: str, verb: str, body: dict[str, Any]) -> tuple[int, str]:
        if verb == "erase":
            return self.store.erase(partner, str(body.get("reference", "")))
        if verb == "known" and partner:
            return 200, "yes" if self.store.known(partner, body) else "no"
        if verb == "verify" and partner:
            handed = {name: len(str(body.get(name, ""))) for name in ("number", "document", "face")}
            self.store.receive(partner, {"purpose": "identity_verification", "data": handed})
            return 200, "match" if str(body.get("number", "")).startswith(NUMBERS) else "mismatch"
        if verb == "told":
            erasure = str(body.get("erasure", "at_once"))
            if erasure not in ERASURES:
                return 400, "erasure is one of " + ", ".join(ERASURES)
            self.store.told(partner, str(body.get("new_aim", "")), erasure)
            return 200, "understood"
        if verb or not partner:
            return 404, "no such path"
        self.store.receive(partner, body)
        return 201, "received"

    def _answer(self, status: int, plain: dict[str, Any]) -> None:
        data = json.dumps(plain).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: what came in is in the store."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def main() -> None:
    """Open the partners' door."""
    parser = argparse.ArgumentParser(description="Partners that keep what they receive.")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    handler = type("Door", (Desk,), {"store": Store(args.database)})
    server = ThreadingHTTPServer(("127.0.0.1", args.port), handler)
    ready(port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
