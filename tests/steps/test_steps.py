"""Steps: ranks in order, one worker each, a dead one's pen is dry, and no effect without its standing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from troth.db import Database
from troth.steps import LEASE, LeaseLost, Standing, Steps, StepUnknown, Taken, Wanted

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ROOM = Steps("quay")


def opened(database: Database, run: str = "r1", *wanted: Wanted, due: datetime | None = None) -> None:
    with database.write() as connection:
        listed = wanted or (Wanted(1, "look"), Wanted(2, "act", "a"), Wanted(2, "act", "b"), Wanted(3, "say"))
        assert ROOM.open(connection, run, "rights", listed, at=NOW, due=due)


def take(database: Database, worker: str = "w", at: datetime = NOW) -> Taken | None:
    with database.write() as connection:
        return ROOM.take(connection, worker, ("rights",), at=at)


def done(database: Database, taken: Taken | None) -> None:
    assert taken is not None
    with database.write() as connection:
        ROOM.done(connection, taken, {"rows": 1})


def standings(database: Database, run: str = "r1") -> list[str]:
    with database.read() as connection:
        return [one.standing.value for one in ROOM.steps(connection, run)]


def test_no_rank_begins_before_the_one_below_it_is_done(database: Database) -> None:
    opened(database)
    first = take(database)
    assert first is not None
    assert first.step.name == "look"
    assert take(database) is None
    done(database, first)
    second, third = take(database), take(database, "other")
    assert second is not None
    assert third is not None
    assert {second.step.about, third.step.about} == {"a", "b"}
    assert take(database) is None
    done(database, second)
    assert take(database) is None
    done(database, third)
    last = take(database)
    assert last is not None
    assert last.step.name == "say"
    done(database, last)
    with database.write() as connection:
        assert ROOM.finish(connection, "r1", NOW)
    with database.read() as connection:
        assert ROOM.run(connection, "r1").ended_at == NOW
        assert ROOM.listed(connection, "rights") == []


def test_a_dead_worker_s_step_is_taken_over_and_its_pen_is_dry(database: Database) -> None:
    opened(database)
    dead = take(database, "dead")
    assert dead is not None
    with database.write() as connection:
        ROOM.intend(connection, dead, at=NOW)
    assert take(database, "next", NOW + LEASE - timedelta(seconds=1)) is None
    heir = take(database, "next", NOW + LEASE)
    assert heir is not None
    assert (heir.step.number, heir.unknown, heir.key) == (dead.step.number, True, dead.key)
    for act in (
        lambda c: ROOM.done(c, dead, {}),
        lambda c: ROOM.renew(c, dead, at=NOW),
        lambda c: ROOM.wait(c, dead, {}),
        lambda c: ROOM.again(c, dead, {}, at=NOW),
    ):
        with pytest.raises(LeaseLost), database.write() as connection:
            act(connection)
    done(database, heir)
    assert standings(database)[0] == "done"


def test_whoever_renews_keeps_it(database: Database) -> None:
    opened(database)
    taken = take(database)
    assert taken is not None
    with database.write() as connection:
        ROOM.renew(connection, taken, at=NOW + LEASE)
    assert take(database, "other", NOW + LEASE) is None
    done(database, taken)


def test_an_effect_and_its_standing_are_one(database: Database) -> None:
    opened(database)
    taken = take(database)
    assert taken is not None

    def cut_off() -> None:
        with database.write() as connection:
            ROOM.done(connection, taken, {})
            raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        cut_off()
    assert standings(database)[0] == "doing"


def test_what_waits_is_woken_and_what_failed_comes_again_in_its_time(database: Database) -> None:
    opened(database)
    taken = take(database)
    assert taken is not None
    with database.write() as connection:
        ROOM.again(connection, taken, {"problem": "away"}, at=NOW + timedelta(minutes=5))
    assert take(database, at=NOW + timedelta(minutes=4)) is None
    again = take(database, at=NOW + timedelta(minutes=5))
    assert again is not None
    assert again.step.said == {"problem": "away"}
    with database.write() as connection:
        ROOM.wait(connection, again, {"waits": "for a paper"})
    assert take(database, at=NOW + timedelta(days=1)) is None
    with database.write() as connection:
        assert ROOM.wake(connection, "r1", "look", said={"papers": ["identity"]}) == 1
        assert ROOM.wake(connection, "r1", "look") == 0
    woken = take(database, at=NOW + timedelta(days=1))
    assert woken is not None
    assert woken.step.said == {"waits": "for a paper", "papers": ["identity"]}


def test_the_most_urgent_run_comes_first(database: Database) -> None:
    opened(database, "calm", Wanted(1, "look"))
    opened(database, "later", Wanted(1, "look"), due=NOW + timedelta(days=9))
    opened(database, "soon", Wanted(1, "look"), due=NOW + timedelta(days=1))
    order = [one.step.run for one in (take(database), take(database), take(database)) if one is not None]
    assert order == ["soon", "later", "calm"]


def test_a_run_that_ended_leaves_the_rest_and_is_begun_once(database: Database) -> None:
    opened(database)
    taken = take(database)
    assert taken is not None
    with database.write() as connection:
        assert not ROOM.open(connection, "r1", "rights", (), at=NOW)
        ROOM.end(connection, "r1", NOW)
    assert set(standings(database)) == {Standing.LEFT}
    with pytest.raises(LeaseLost), database.write() as connection:
        ROOM.done(connection, taken, {})
    with pytest.raises(StepUnknown), database.read() as connection:
        ROOM.run(connection, "nothing")


def test_workers_at_once_never_share_a_step(database: Database) -> None:
    opened(database, "r1", *(Wanted(1, "act", str(number)) for number in range(6)))
    with database.write() as one:
        first = ROOM.take(one, "a", ("rights",), at=NOW)
        if database.dialect == "postgresql":
            with database.write() as other:
                second = ROOM.take(other, "b", ("rights",), at=NOW)
            assert first is not None
            assert second is not None
            assert first.step.number != second.step.number
    taken = [one.step.number for one in (take(database, str(n)) for n in range(9)) if one is not None]
    assert len(taken) == len(set(taken)) == (4 if database.dialect == "postgresql" else 5)
