"""Time in a run: it jumps ahead between people's acts and never during one, it never goes back, and the product tells the same time."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.kit import time as kit
from examples.kit.time import acting, jump, now
from examples.kit.waiting import until
from tests.tidy.source import ROOT
from troth.app.pace import FILE, NAMED, RunClock

DAY = timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / FILE
    monkeypatch.setenv(kit.NAMED, str(found))
    return found


def test_product_and_companies_tell_the_same_time(file: Path) -> None:
    assert kit.NAMED == NAMED
    clock = RunClock(file)
    before = datetime.now(UTC)
    jump(40 * DAY)
    jump(DAY, file)
    assert clock.ahead == 41 * DAY
    for instant in (clock.now(), now()):
        assert timedelta(0) <= instant - before - 41 * DAY < timedelta(minutes=5)
    assert RunClock(file).ahead == 41 * DAY, "it stays for the next run on the same folder"


def test_outside_a_run_it_is_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kit.NAMED, raising=False)
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=5)
    with acting():
        pass
    with pytest.raises(LookupError):
        jump(DAY)


def test_it_never_goes_back(file: Path) -> None:
    clock = RunClock(file)
    jump(DAY)
    seen = clock.now()
    with pytest.raises(ValueError, match="backwards"):
        jump(-DAY)
    file.write_bytes(bytes(16))  # somebody put the file back
    assert clock.now() >= seen


ACTOR = """
import sys
from examples.kit.time import acting, now
with acting():
    print(now().isoformat(), flush=True)
    sys.stdin.readline()
    print(now().isoformat(), flush=True)
"""
JUMPER = """
from datetime import timedelta
from examples.kit.time import jump
print("asks", flush=True)
jump(timedelta(days=30))
"""


def started(program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_nothing_jumps_while_somebody_is_under_way(file: Path) -> None:
    with started(ACTOR) as actor:
        assert actor.stdout is not None
        assert actor.stdin is not None
        began = datetime.fromisoformat(actor.stdout.readline().strip())
        with started(JUMPER) as jumper:
            assert jumper.stdout is not None
            assert jumper.stdout.readline() == "asks\n"
            actor.stdin.write("on\n")
            actor.stdin.flush()
            ended = datetime.fromisoformat(actor.stdout.readline().strip())
            assert jumper.wait(60) == 0
    assert ended - began < DAY
    assert RunClock(file).ahead == 30 * DAY


def test_whoever_is_killed_on_the_way_holds_nothing_up(file: Path) -> None:
    with started(ACTOR) as actor:
        assert actor.stdout is not None
        actor.stdout.readline()
        actor.kill()
    jump(DAY)
    assert RunClock(file).ahead == DAY


COMERS = """
import sys
from examples.kit.coming import came
from examples.kit.time import now

class Living:
    done = {}
    def step(self):
        print(now().isoformat(), flush=True)

came("People who come.", lambda told: Living(), needs=())
"""


def test_so_many_people_come_spread_over_so_many_days(file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMERS, "--site", "x", "--state", str(tmp_path / "state")]
    with subprocess.Popen(
        [*command, "--people", "4", "--days", "40"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as people:  # fmt: skip
        assert people.stdout is not None
        assert people.stdin is not None
        said = people.stdout
        assert "ready" in said.readline()
        first = datetime.fromisoformat(said.readline().strip())
        jump(12 * DAY)
        came = [datetime.fromisoformat(said.readline().strip())]
        jump(20 * DAY)
        came += [datetime.fromisoformat(said.readline().strip()) for _ in range(2)]
        assert json.loads(said.readline())["people"] == 4
        people.stdin.close()
    days = [(one - first) / DAY for one in came]
    assert 12 <= days[0] < 13, "who is due after ten days comes once so many have passed, and nobody else"
    assert all(32 <= day < 33 for day in days[1:]), "then whoever came to be due meanwhile"


def test_days_pass_at_a_speed(file: Path) -> None:
    command = [sys.executable, "-m", "examples.kit.time", "--speed", "43200"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        until(lambda: RunClock(file).ahead > timedelta(hours=12), 60)
        running.stdin.close()
        assert running.wait(30) == 0
