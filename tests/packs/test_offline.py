"""The verifier runs as a program of its own, with the network cut off: it proves so itself by trying to reach it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packs.kit import pack_of, quay
from tests.verifier.program import FILE
from troth.packs import Pack

CUT = ["unshare", "--net", "--map-root-user", "--user"]
REACH = "import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
FORBID = """\
import socket
class Cut(socket.socket):
    def __new__(cls, *_, **__): raise OSError("the network is cut off")
socket.socket = socket.SocketType = Cut
socket.create_connection = socket.getaddrinfo = Cut
"""


def can_unshare() -> bool:
    program = shutil.which("unshare")
    return (
        program is not None
        and not subprocess.run([*CUT, "true"], capture_output=True, check=False).returncode
    )


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pack]:
    place = tmp_path_factory.mktemp("offline")
    with quay(place) as opened:
        made = pack_of(*opened, clauses=("2",))
    file = place / "quay.pack"
    file.write_text(made.text, encoding="utf-8")
    return file, made


@pytest.fixture(params=["namespace", "sitecustomize"])
def cut_off(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[list[str], dict[str, str]]:
    """How to start a program without a network: a network namespace with no way out, and a Python that opens no socket."""
    if request.param == "namespace":
        if not can_unshare():
            pytest.skip("this machine lets nobody make a network namespace; the other way of cutting ran")
        return [*CUT, sys.executable], {}
    (tmp_path / "sitecustomize.py").write_text(FORBID)
    return [sys.executable], {"PYTHONPATH": str(tmp_path)}


@pytest.fixture
def listener() -> Iterator[int]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def ran(cut_off: tuple[list[str], dict[str, str]], *words: str) -> subprocess.CompletedProcess[str]:
    start, more = cut_off
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more
    return subprocess.run(
        [*start, *words], capture_output=True, text=True, env=environment, cwd="/", check=False, timeout=60
    )


def test_the_network_is_really_cut(cut_off: tuple[list[str], dict[str, str]], listener: int) -> None:
    reach = REACH.format(port=listener)
    assert subprocess.run([sys.executable, "-c", reach], capture_output=True, check=False).returncode == 0
    assert ran(cut_off, "-c", reach).returncode != 0


def test_a_pack_is_checked_without_a_network(
    cut_off: tuple[list[str], dict[str, str]], pack: tuple[Path, Pack]
) -> None:
    file, made = pack
    answer = ran(cut_off, str(FILE), str(file), "--key", made.keys[0], "--json")
    found = json.loads(answer.stdout)
    assert (answer.returncode, found["holds"], found["signer"]) == (0, True, "named by you")
    assert found["proves"]
    assert any("true when it was written" in one for one in found["cannot_prove"])


def test_it_runs_without_the_product(pack: tuple[Path, Pack]) -> None:
    """With no site-packages at all: nothing but Python and one file."""
    file, made = pack
    words = [sys.executable, "-I", "-S", str(FILE), str(file), "--key", made.keys[0]]
    answer = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "It proves:" in answer.stdout
    assert "It cannot prove:" in answer.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["{pack}"], 3, "the key came with the pack"),
        (["{pack}", "--key", "{key}"], 0, "a key you named"),
        (["{pack}", "--key", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"], 1, "none of the keys"),
        (["{pack}", "--key", "nonsense"], 1, "verifier key"),
        (["{pack}.missing"], 2, "No such file"),
        (["{program}"], 1, "DOES NOT HOLD"),
        ([sys.executable], 1, "DOES NOT HOLD"),
    ],
)  # fmt: skip
def test_exit_codes_mean_something(pack: tuple[Path, Pack], words: list[str], code: int, said: str) -> None:
    file, made = pack
    named = [word.format(pack=file, key=made.keys[0], program=FILE) for word in words]
    answer = subprocess.run(
        [sys.executable, "-I", str(FILE), *named], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (code, "")
    assert said in answer.stdout
