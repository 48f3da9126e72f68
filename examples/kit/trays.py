"""Trays: text messages, push notifications and letters that nobody carries. One process, one tray for each kind, one page a tray.

python -m examples.kit.trays --database FILE [--port 0]

POST /KIND              {"id": …, "to": …, "title": …, "text": …, "language": …}    kept (201), or answered as told
POST /KIND/told         {"answer": "yes" | "later" | "never" | "silence", "times": 1}
GET  /KIND?to=…         the page of a tray; of one reader alone where `to` says whom
GET  /KIND.json?to=…    the same as JSON, oldest first
GET  /                  every tray
KIND is sms, push or letter.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from examples.kit.process import ready, tied

KINDS: Final = {"sms": "Text messages", "push": "Push notifications", "letter": "Letters"}
ANSWERS: Final = {"yes": 201, "later": 503, "never": 410, "silence": 0}
"""What a tray says when it was told to: 0 is no word at all, although it kept what came."""
MOST_BYTES: Final = 1_000_000
MOST_SHOWN: Final = 200
TABLES: Final = """
CREATE TABLE IF NOT EXISTS lying (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, reader TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS lying_for ON lying (kind, reader);
CREATE TABLE IF NOT EXISTS told (kind TEXT PRIMARY KEY, answer TEXT NOT NULL, times INTEGER NOT NULL);
"""
PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · simulation</title><style>
:root {{ color-scheme: light dark; }} body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 1rem auto; padding: 0 1rem; }}
article {{ border-top: 1px solid; padding: .5rem 0; overflow-wrap: anywhere; }} h2 {{ font-size: 1rem; margin: .5rem 0 0; }}
pre {{ white-space: pre-wrap; font: inherit; margin: .25rem 0; }}</style></head><body>
<p>A <strong>simulation</strong>: nobody carries these. What is handed over lies here, and one can look.</p>
<nav aria-label="Trays">{links}</nav><main><h1>{title}</h1>{body}</main></body></html>"""


class Trays:
    """What lies in the trays. Each call is one transaction on a connection of its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(TABLES)

    def take(self, kind: str, said: dict[str, Any]) -> int:
        """Keep what was handed over, unless the tray was told to say no; the status of the answer, 0 for none."""
        with self._open() as connection:
            answer = self._answer(connection, kind)
            if answer in ("yes", "silence"):
                row = [str(said.get(name, "")) for name in ("id", "to", "title", "text", "language")]
                connection.execute(
                    "INSERT INTO lying (kind, id, reader, title, text, language, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (kind, *row, datetime.now(UTC).isoformat(timespec="milliseconds")),
                )
            return ANSWERS[answer]

    def told(self, kind: str, answer: str, times: int) -> None:
        """Answer so the next times; then yes again."""
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", (kind, answer, times))

    def lying(self, kind: str, reader: str = "") -> list[dict[str, str]]:
        """What lies in a tray, oldest first; of one reader alone, if one is named."""
        query = (
            "SELECT id, reader AS 'to', title, text, language, at FROM lying WHERE kind = ? AND (? = '' OR reader = ?) "
            "ORDER BY number"
        )
        with self._open() as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, (kind, reader, reader))]

    @staticmethod
    def _answer(connection: sqlite3.Connection, kind: str) -> str:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute("SELECT answer FROM told WHERE kind = ? AND times > 0", (kind,)).fetchone()
        connection.execute("UPDATE told SET times = times - 1 WHERE kind = ?", (kind,))
        return str(row[0]) if row else "yes"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            yield connection


class Door(BaseHTTPRequestHandler):
    """Where trays are filled, told and looked into."""

    protocol_version = "HTTP/1.1"
    trays: Trays

    def do_GET(self) -> None:
        """A page, or what it shows as JSON."""
        asked = urlsplit(self.path)
        kind, _, form = asked.path.strip("/").partition(".")
        if kind not in KINDS and asked.path != "/":
            return self._plain(404, {"said": "no such tray"})
        reader = parse_qs(asked.query).get("to", [""])[0]
        if form == "json":
            return self._plain(200, {"lying": self.trays.lying(kind, reader)})
        return self._say(200, _page(self.trays, kind, reader).encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """Something is handed over, or a tray is told how to answer."""
        kind, _, verb = self.path.strip("/").partition("/")
        try:
            said = dict(
                json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES)))
            )
            answer, times = str(said.get("answer", "")), int(said.get("times", 1))
        except (ValueError, TypeError):
            return self._plain(400, {"said": "this is not a JSON object"})
        if kind not in KINDS or verb not in ("", "told"):
            return self._plain(404, {"said": "no such tray"})
        if verb == "told" and answer not in ANSWERS:
            return self._plain(400, {"said": "an answer is one of " + ", ".join(ANSWERS)})
        if verb == "told":
            self.trays.told(kind, answer, times)
            return self._plain(200, {"said": "understood"})
        if status := self.trays.take(kind, said):
            return self._plain(status, {"said": "kept" if status == ANSWERS["yes"] else "not kept"})
        self.close_connection = True  # not a word: whoever handed it over cannot know
        return None

    def _plain(self, status: int, plain: dict[str, Any]) -> None:
        self._say(status, json.dumps(plain, ensure_ascii=False).encode(), "application/json")

    def _say(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: what came lies in the tray."""


def _page(trays: Trays, kind: str, reader: str) -> str:
    links = " · ".join(f'<a href="/{one}">{title}</a>' for one, title in KINDS.items())
    if not kind:
        counts = "".join(f"<li>{title}: {len(trays.lying(one))}</li>" for one, title in KINDS.items())
        return PAGE.format(title="Trays", links=links, body=f"<ul>{counts}</ul>")
    lying = trays.lying(kind, reader)
    shown = "".join(
        f"<article><h2>{escape(one['title'])}</h2><p>To {escape(one['to'])}, {escape(one['at'])}</p>"
        f'<pre lang="{escape(one["language"])}">{escape(one["text"])}</pre></article>'
        for one in reversed(lying[-MOST_SHOWN:])
    )
    body = f"<p>{len(lying)} in all, newest first.</p>{shown}" if lying else "<p>Nothing lies here.</p>"
    return PAGE.format(title=KINDS[kind], links=links, body=body)


def main() -> None:
    """Put the trays out."""
    parser = argparse.ArgumentParser(description="Trays for text messages, push notifications and letters.")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    handler = type("Trays", (Door,), {"trays": Trays(args.database)})
    server = ThreadingHTTPServer(("127.0.0.1", args.port), handler)
    ready(port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
