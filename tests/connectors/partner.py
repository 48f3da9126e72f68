"""A real HTTP service over two tables, that can be told to be away, slow of word, or a liar."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass
class Partner:
    """What it holds, what it was asked, and what it answers first, whatever it is asked: status, headers, body."""

    base: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    first: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    lies: bool = False
    elsewhere: str = ""

    def forget(self) -> None:
        self.tables, self.lies, self.elsewhere = {}, False, ""
        self.asked.clear()
        self.first.clear()

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        parts = urlsplit(target)
        _, table, *rest = unquote(parts.path).split("/")
        rows = self.tables.get(table)
        if rows is None:
            return 404, {}, {}
        if rest and rest != ["search"]:
            return self._one(method, rows, rest[0], body)
        given = json.loads(body) if method == "POST" else dict(parse_qsl(parts.query))
        at = int(given.pop("after", 0))
        found = [row for row in rows if all(str(row.get(n)) == str(v) for n, v in given.items())]
        more = at + 2 < len(found)
        after: Any = (self.elsewhere or at + 2) if more else None
        return 200, {}, {"data": found[at : at + 2] if method == "GET" else found, "paging": {"after": after}}

    def _one(
        self, method: str, rows: list[dict[str, Any]], id: str, body: bytes
    ) -> tuple[int, dict[str, str], Any]:
        row = next((one for one in rows if str(one["id"]) == id), None)
        if row is None:
            return 404, {}, {}
        if method == "PATCH" and not self.lies:
            row.update(json.loads(body))
        if method == "DELETE" and not self.lies:
            rows.remove(row)
        return 200, {}, row


class _Handler(BaseHTTPRequestHandler):
    def _do(self) -> None:
        partner: Partner = self.server.partner  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        partner.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        if partner.first:
            status, headers, said = partner.first.popleft()
        else:
            status, headers, found = partner.answer(self.command, self.path, body)
            said = json.dumps(found).encode()
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(said))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PATCH = do_DELETE = _do  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def partner_server() -> Iterator[Partner]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.partner = Partner(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.partner  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
