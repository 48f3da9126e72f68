"""`troth run`: opens, says where to look, ends cleanly whatever way it ends, and refuses in one sentence what it cannot use."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.tidy.source import ROOT
from troth.app.occasions import life_in
from troth.app.opening import compiled_folder

pytestmark = pytest.mark.story
COMMAND = [sys.executable, "-m", "troth.cli", "run"]


def once(data: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--data", str(data), *args], cwd=ROOT, capture_output=True, text=True, timeout=500
    )


def hears_ctrl_c() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """A run that goes on until it is told otherwise."""

    def __init__(self, data: Path, *args: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--data", str(data), *args],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=hears_ctrl_c,
        )
        self.said: list[str] = []

    def until(self, word: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if word in line:
                return line
        raise AssertionError(f"'{word}' was never said:\n{''.join(self.said)}")

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def descendants(self) -> list[int]:
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in text.split()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[type[Run]]:
    started: list[Run] = []

    class Kept(Run):
        def __init__(self, data: Path, *args: str) -> None:
            super().__init__(data, *args)
            started.append(self)

    yield Kept
    for run in started:
        run.end(signal.SIGKILL)


def gone(pids: list[int]) -> bool:
    """Whether all these processes end, within a time that is ample."""
    for pid in pids:
        try:
            watch = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([watch], [], [], 30)
        os.close(watch)
        if not ended:
            return False
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_way_it_ends_nobody_is_left(start: type[Run], tmp_path: Path, how: signal.Signals) -> None:
    run = start(tmp_path, "--only", "harbour")
    link = re.search(r"http://\S+", run.until("Sign in"))
    assert link
    run.until("Ctrl-C")
    children = run.descendants()
    assert len(children) >= 4
    with httpx.Client(follow_redirects=True, timeout=60) as browser:
        # Whoever follows the link reads what it is and presses; either way the board is behind it, and not before it.
        assert browser.get(link[0]).status_code == 200
    run.end(how)
    assert gone(children)
    if how != signal.SIGKILL:
        assert run.process.returncode == 0


def test_after_a_kill_it_opens_again_and_goes_on(start: type[Run], tmp_path: Path) -> None:
    run = start(tmp_path, "--only", "harbour", "--speed", "50")
    run.until("Ctrl-C")
    run.end(signal.SIGKILL)
    again = start(tmp_path, "--only", "harbour")
    again.until("Ctrl-C")


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = once(tmp_path, "--only", "harbour", "--port", port)
    assert done.returncode == 2
    assert port in done.stdout
    assert len(done.stdout.strip().splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_data_folder_in_use_is_one_sentence(start: type[Run], tmp_path: Path) -> None:
    run = start(tmp_path, "--only", "harbour")
    run.until("Sign in")
    done = once(tmp_path, "--only", "harbour")
    assert (done.returncode, "in use" in done.stdout) == (2, True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--examples", "nowhere"], "no folder nowhere"),
        (["--examples", "docs"], "holds a policy.yaml"),
        (["--only", "harbor"], "Did you mean 'harbour'"),
        (["--originals", "nowhere"], "nowhere"),
    ],
)
def test_what_it_cannot_use_is_one_sentence(tmp_path: Path, args: list[str], said: str) -> None:
    done = once(tmp_path, *args)
    assert done.returncode == 2
    assert said.lower() in done.stdout.lower()
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("damage", ["rubbish", "folder"])
def test_a_damaged_data_folder_is_one_sentence(tmp_path: Path, damage: str) -> None:
    if damage == "rubbish":
        (tmp_path / "troth.db").write_bytes(b"no database " * 1000)
    else:
        (tmp_path / "troth.db").mkdir()
    done = once(tmp_path, "--only", "harbour")
    assert done.returncode == 2
    assert done.stdout.strip()
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_fixed_piece_of_life_is_the_same_for_a_seed(tmp_path: Path) -> None:
    """What people did, what was refused to them, how every clause stands and which lapses were found is the same to the last figure.

    Left out is what no figure here shows: when a chore came round, how often somebody asked for a code until it came (it counts once), and
    in which order two companies' people took turns.
    """
    runs = []
    for number in (1, 2):
        done = once(
            tmp_path / str(number),
            "--once",
            "--json",
            "--seed",
            "5",
            "--only",
            "harbour",
            "--only",
            "counter",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        runs.append(json.loads(done.stdout))
    first, second = runs
    for company in ("harbour", "counter"):
        one, other = (run["organisations"][company] for run in runs)
        assert one["done"] == other["done"]
        for figure in ("acts", "refused", "lapses", "clauses", "probes"):
            assert one[figure] == other[figure], f"{figure} of {company}"
        assert [what for what in one["done"] if "failed" in what] == []
    assert first["surprises"] == second["surprises"] == []
    harbour, counter = first["organisations"]["harbour"], first["organisations"]["counter"]
    assert harbour["lapses"] == []
    assert harbour["probes"] >= 8
    assert harbour["refused"] > 0
    assert "broken" not in harbour["clauses"]
    assert harbour["clauses"]["kept"] > 90
    assert counter["acts"] > 0
    assert "broken" not in counter["clauses"]
    assert {id: without_occasion(tmp_path / "1", id) for id in ("harbour", "counter")} == WITHOUT


WITHOUT = {"harbour": {"7¶2/1", "7¶3/1", "7¶4", *(f"7¶4({one})" for one in "abcdef")}, "counter": set[str]()}
"""What cannot be in twelve people's time: the policy of a run is read from a folder that nobody of it writes, so no other version comes."""


def without_occasion(data: Path, company: str) -> set[str]:
    """Clauses whose control is built and that nothing in this life was about."""
    bundle, _ = compiled_folder(ROOT / "examples" / company)
    return {one.clause for one in life_in(data, company, bundle).without}
