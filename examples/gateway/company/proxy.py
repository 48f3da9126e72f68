"""The dedicated channel: a small forward proxy that keeps members off sites that fish for passwords, and notes its verdict alone.

python -m examples.gateway.company.proxy --folder DIR [--port 0]

The folder holds `channels.json` (whose token opens it), `dangerous.txt` (hosts, one a line), `hosts.json` (where names of the
simulation stand; it reaches nothing but this machine), and `verdicts.log`: one line of JSON for each request, the instant and the verdict.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import select
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from examples.kit.process import ready, tied
from examples.kit.time import now

SAFE, DANGEROUS, UNKNOWN = "safe", "dangerous", "unreachable"
HERE = "127.0.0.1"
AT_ONCE = 65_536
WORDY = "wordy"
"""While a file of this name lies in the folder, a careless hand has the log say more than it should."""


class Channel(BaseHTTPRequestHandler):
    """One request of somebody who came through."""

    folder: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Pass a plain request on, or keep it back."""
        said = urlsplit(self.path)
        place = self._judged(said.hostname or "", said.port or 80, said.path)
        if place is None:
            return
        connection = http.client.HTTPConnection(*place, timeout=10)
        try:
            rest = f"{said.path or '/'}{'?' + said.query if said.query else ''}"
            connection.request("GET", rest, headers={"Host": said.netloc, "Connection": "close"})
            answer = connection.getresponse()
            self._say(answer.status, answer.read(), answer.getheader("Content-Type", "text/plain"))
        except (OSError, http.client.HTTPException):
            self._say(502, b"The site does not answer.")
        finally:
            connection.close()

    def do_CONNECT(self) -> None:
        """Open a tunnel; what goes through it nobody sees."""
        host, _, port = self.path.rpartition(":")
        place = self._judged(host, int(port) if port.isdigit() else 443, self.path)
        if place is None:
            return
        try:
            there = socket.create_connection(place, timeout=10)
        except OSError:
            self._say(502, b"The site does not answer.")
            return
        with there:
            self.send_response(200, "Connection established")
            self.end_headers()
            self._carry(there)
        self.close_connection = True

    def _carry(self, there: socket.socket) -> None:
        ends = {self.connection: there, there: self.connection}
        while True:
            for one in select.select([*ends], [], [], 60)[0] or [None]:
                data = one.recv(AT_ONCE) if one else b""
                if not one or not data:
                    return
                ends[one].sendall(data)

    def _judged(self, host: str, port: int, path: str) -> tuple[str, int] | None:
        """Where a host stands, if whoever asks may come through and the site is safe; the verdict goes on the log."""
        if not self._opened():
            self._say(
                407,
                b"This channel is for members who opened it.",
                more={"Proxy-Authenticate": 'Basic realm="gateway"'},
            )
            return None
        if host in self._read("dangerous.txt", "").split():
            verdict, place = DANGEROUS, None
        else:
            place = (HERE, port) if host in (HERE, "localhost") else self._known(host)
            verdict = SAFE if place else UNKNOWN
        self._note(verdict, path)
        if place is None:
            self._say(403 if verdict == DANGEROUS else 502, f"Kept away: the site is {verdict}.".encode())
        return place

    def _known(self, host: str) -> tuple[str, int] | None:
        named: dict[str, int] = json.loads(self._read("hosts.json", "{}"))
        return (HERE, named[host]) if host in named else None

    def _opened(self) -> bool:
        scheme, _, said = self.headers.get("Proxy-Authorization", "").partition(" ")
        try:
            token = base64.b64decode(said).decode().partition(":")[0] if scheme == "Basic" else ""
        except ValueError:
            token = ""
        return bool(token) and any(
            one["token"] == token for one in json.loads(self._read("channels.json", "[]"))
        )

    def _note(self, verdict: str, path: str) -> None:
        line = {"at": now().isoformat(timespec="seconds"), "risk_verdict": verdict}
        if (self.folder / WORDY).exists():
            line["requested_path"] = path
        with (self.folder / "verdicts.log").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def _read(self, name: str, otherwise: str) -> str:
        file = self.folder / name
        return file.read_text(encoding="utf-8") if file.exists() else otherwise

    def _say(
        self, status: int, data: bytes, kind: str = "text/plain", more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(data))} | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: where somebody goes is nobody's business."""


def main() -> None:
    """Open the channel."""
    parser = argparse.ArgumentParser(description="gateway's proxy (simulation).")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / "verdicts.log").touch()
    server = ThreadingHTTPServer((HERE, args.port), type("Open", (Channel,), {"folder": args.folder}))
    server.daemon_threads = True
    ready(port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
