"""What turned on a board is kept with what decided it; how fast a run's time passes can be told and changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from examples.kit import time
from examples.kit.waiting import until
from tests.tidy.source import ROOT
from tests.web.kit import Place, live, look, place
from troth.app.changing import Changes, watching
from troth.app.config import Home
from troth.app.hosting import Hosted
from troth.app.pace import FASTEST, Pace, PaceRefused
from troth.app.touring import head_of, tour_of
from troth.promises.model import State


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Harbour, which has lived a little."""
    with place(Home.at(tmp_path_factory.mktemp("changing")), "harbour") as found:
        live(found)
        yield found


def harbour(at: Place) -> Hosted:
    held = at.hosting.current("harbour")
    assert held is not None
    return held


def test_at_the_first_look_only_what_is_broken_is_told(at: Place) -> None:
    changes = Changes()
    board = changes.look(harbour(at))
    told = changes.of("harbour")
    assert {one.after for one in told} == {State.BROKEN}
    assert {one.before for one in told} == {None}
    broken = {one.clause.id for one in board.clauses if one.verdict.state is State.BROKEN}
    assert {id for one in told for id in one.clauses} == broken
    changes.look(harbour(at))
    assert changes.of("harbour") == told, "nothing turned"


def test_a_passage_that_turns_is_told_with_statement_control_and_evidence(at: Place) -> None:
    changes = Changes()
    changes.look(harbour(at))
    before = len(changes.of("harbour"))
    look(at, "a_look", "point:mail_link", [{"mail": "inbox/9"}])
    changes.look(harbour(at))
    turned = changes.of("harbour")[: len(changes.of("harbour")) - before]
    assert [(one.after, one.statement, one.clauses) for one in turned] == [
        (State.BROKEN, "point:mail_link", ("2.3/2",))
    ]
    assert turned[0].before not in (None, State.BROKEN)
    assert "gate.points" in turned[0].controls
    events = harbour(at).organisation.ledger
    with harbour(at).organisation.database.read() as connection:
        (event,) = events.events(connection, after=turned[0].sequence - 1, until=turned[0].sequence)
    assert event.kind == "promises:probe:failed"
    look(at, "a_look", "point:mail_link", [])
    changes.look(harbour(at))
    assert changes.of("harbour")[0].before is State.BROKEN
    assert changes.of("harbour")[0].statement == "point:mail_link", "put down to what was broken"
    assert changes.of("harbour")[0].clauses == ("2.3/2",)


def test_boards_are_looked_at_while_a_run_lasts(at: Place) -> None:
    told: list[str] = []
    with watching(at.hosting, told.append, every=0.01):
        pass
    assert at.hosting.changes.of("harbour"), "at least once, however short it is"
    assert told == []


def test_a_tour_counts_what_the_record_says_after_it_began(at: Place) -> None:
    since = head_of(harbour(at))
    assert tour_of(harbour(at), since).next == "break"
    look(at, "toured", "point:mail_pixel", [{"mail": "inbox/3"}])
    tour = tour_of(harbour(at), since)
    assert (tour.probe, tour.next) == ("toured", "follow")
    assert "2.3/5" in tour.clauses
    assert "Intro¶3/5" not in tour.clauses
    assert at.see(f"/harbour/ledger/{tour.sequence}/seen/1").status == 200
    assert tour_of(harbour(at), since).next == "mend"
    look(at, "toured", "point:mail_pixel", [])
    tour = tour_of(harbour(at), since)
    assert tour.mended
    assert tour.next == ""
    assert tour_of(harbour(at), head_of(harbour(at))).done == frozenset(), "another tour begins anew"


def test_a_principle_turns_with_what_makes_it_true(at: Place) -> None:
    since = head_of(harbour(at))
    look(at, "columns", "point:page_log", [{"row": 1}])
    assert set(tour_of(harbour(at), since).clauses) == {"1.3(b)/1", "1.3(b)/2", "4.2/1", "Intro¶3/5"}
    look(at, "columns", "point:page_log", [])


def test_a_lapse_that_stood_before_the_tour_began_counts_too(at: Place) -> None:
    look(at, "standing", "point:site_beacon", [{"row": 1}])
    since = head_of(harbour(at))
    look(at, "standing", "point:site_beacon", [{"row": 1}])
    assert {"break", "turn"} <= tour_of(harbour(at), since).done
    look(at, "standing", "point:site_beacon", [])
    assert tour_of(harbour(at), since).mended


def test_time_passes_as_fast_as_was_told_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(tmp_path)
    assert pace.speed == 1
    monkeypatch.setenv(time.NAMED, str(tmp_path / "time"))
    assert time.speed_told() is None
    pace.change(43_200)
    assert pace.speed == time.speed_told() == 43_200
    time.jump(timedelta(days=1))
    pace.change(1)
    assert time.speed_told() == 1


@pytest.mark.parametrize("speed", [0, -1, FASTEST + 1, float("nan"), float("inf")])
def test_a_speed_that_cannot_be_is_refused(tmp_path: Path, speed: float) -> None:
    pace = Pace(tmp_path)
    with pytest.raises(PaceRefused):
        pace.change(speed)
    assert pace.speed == 1


def test_whoever_lets_time_pass_heeds_what_was_told_meanwhile(tmp_path: Path) -> None:
    file, pace = tmp_path / "time", Pace(tmp_path)
    command = [sys.executable, "-m", "examples.kit.time", "--speed", "1"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {time.NAMED: str(file)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as passing:
        try:
            assert passing.stdout is not None
            assert b"ready" in passing.stdout.readline()
            assert time.ahead(file) == timedelta(0), "real time is ahead of nothing"
            pace.change(FASTEST)
            until(lambda: time.ahead(file) > timedelta(days=1), 30)
        finally:
            passing.kill()
