"""The samples for other languages, compiled and run against a real server: permit, denial, duties, a problem, and nobody there."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.exams import could_not_run
from troth.client import Client, KeyFile

SAMPLES = Path(__file__).parents[2] / "examples" / "samples"
Run = Callable[..., tuple[int, list[str]]]


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        could_not_run(f"no {name} on this machine")
    return found


def said(*command: object) -> tuple[int, list[str]]:
    """How a program ended, and the lines it said."""
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    stumbled = [line for line in run.stderr.splitlines() if not line.startswith("Picked up ")]
    assert not stumbled, run.stderr
    return run.returncode, run.stdout.splitlines()


@pytest.fixture(scope="module")
def node() -> Run:
    found = program("node")
    return lambda *words: said(found, SAMPLES / "node" / "sample.mjs", *words)


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Run:
    compiler, found, out = program("javac"), program("java"), tmp_path_factory.mktemp("out")
    assert said(compiler, "-Xlint:all", "-Werror", "-d", out, *(SAMPLES / "java").glob("*.java")) == (0, [])
    return lambda *words: said(found, "-cp", out, "Sample", *words)


@pytest.fixture(params=["node", "java"])
def sample(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def handed(keys: KeyFile, tmp_path: Path) -> Path:
    keys.write(tmp_path / "shop.json")
    return tmp_path / "shop.json"


def test_it_does_as_it_is_told(
    sample: Run, handed: Path, request: pytest.FixtureRequest, speaker: Client
) -> None:
    address = f"{request.node.callspec.id}@people.example"
    assert sample(handed, address) == (2, ["not sent: 2.2", "missing consent:newsletter"])
    assert sample(handed, address, "--agree") == (0, ["sent", "duty stop_on_withdrawal"])
    speaker.consent(speaker.subject({"email": address}), "newsletter", "withdrawn")
    assert sample(handed, address)[0] == 2


def test_what_cannot_be_carried_out_is_told_with_its_sentence(sample: Run, handed: Path) -> None:
    plain = json.loads(handed.read_text())
    handed.write_text(json.dumps(plain | {"key": "another"}))
    status, lines = sample(handed, "amy@people.example")
    assert (status, lines[0][:12]) == (1, "problem 401:")


def test_when_nobody_is_there_it_does_nothing(sample: Run, handed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    plain = json.loads(handed.read_text())
    handed.write_text(json.dumps(plain | {"url": f"http://127.0.0.1:{port}"}))
    status, lines = sample(handed, "amy@people.example")
    assert (status, lines[0][:9]) == (3, "not sent:")
