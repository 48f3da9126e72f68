"""A real time-stamping authority: `openssl ts` behind a small HTTP server of this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.certificates import Ca, Signed
from tests.support.exams import could_not_run

CONFIGURATION = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {signed.certificate}
signer_key = {signed.key}
{chain}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl() -> str:
    """The program. Names the exam as not run where this machine lacks it."""
    program = shutil.which("openssl")
    if program is None:
        could_not_run("no openssl on this machine, whose `ts` is the time-stamping authority")
    return program


class Tsa(ThreadingHTTPServer):
    """An authority; `answer` replaces what it says, `asked` holds the requests."""

    def __init__(self, folder: Path, signed: Signed, chain: Path | None) -> None:
        program = openssl()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[bytes] = []
        self.answer: tuple[int, bytes] | None = None
        self._lock = threading.Lock()
        self._program, self._configuration = program, folder / "tsa.cnf"
        (folder / "serial").write_text("01\n")
        self._configuration.write_text(
            CONFIGURATION.format(folder=folder, signed=signed, chain=f"certs = {chain}" if chain else "")
        )

    @property
    def address(self) -> str:
        return f"tsa+http://127.0.0.1:{self.server_port}/tsr"

    def reply(self, query: bytes) -> bytes:
        """What `openssl ts -reply` says to a request."""
        with self._lock, tempfile.TemporaryDirectory() as place:
            asked, said = Path(place) / "query", Path(place) / "reply"
            asked.write_bytes(query)
            words = [
                self._program,
                "ts",
                "-reply",
                "-config",
                self._configuration,
                "-queryfile",
                asked,
                "-out",
                said,
            ]
            subprocess.run(words, check=True, capture_output=True)
            return said.read_bytes()


class _Handler(BaseHTTPRequestHandler):
    server: Tsa

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(query)
        assert self.headers["Content-Type"] == "application/timestamp-query"
        status, body = self.server.answer or (200, self.server.reply(query))
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def authority(folder: Path, ca: Ca, signed: Signed | None = None, chain: Path | None = None) -> Iterator[Tsa]:
    """A running authority with a certificate of this CA; it sends those in `chain` along."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Tsa(folder, signed or ca.stamper(), chain)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
