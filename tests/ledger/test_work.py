"""State and evidence together: settling, projections, replay, upcasters, group commit."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from tests.ledger.kit import Tally, counts, draft, ledger_on, tallies
from troth.db import Database, open_database
from troth.db.errors import DatabaseLocked, DatabaseProblem
from troth.ledger import Ledger, Upcaster, Upcasters, Work


@pytest.fixture
def tallied(database: Database) -> Ledger:
    with database.write() as connection:
        tallies.create(connection)
    return ledger_on(database, projections=[Tally()])


def held(ledger: Ledger) -> dict[str, int]:
    with ledger.database.read() as connection:
        return counts(connection)


def test_who_asks_for_the_connection_sees_what_was_recorded(tallied: Ledger) -> None:
    with tallied.recording() as work:
        work.record(draft(1))
        assert counts(work.connection) == {work.pseudonym("sub_1"): 1}
        work.record(draft(1), draft(2))
        assert list(work.sequences) == [1]
        assert counts(work.connection)[work.pseudonym("sub_1")] == 2
    assert list(work.sequences) == [1, 2, 3]
    assert held(tallied) == {tallied.pseudonym("sub_1"): 2, tallied.pseudonym("sub_2"): 1}


def test_state_and_evidence_fail_together(tallied: Ledger) -> None:
    with pytest.raises(ValueError, match="poison"), tallied.recording() as work:
        work.record(draft(1), draft(2, codes=("poison",)))
    assert held(tallied) == {}
    with tallied.database.read() as connection:
        assert tallied.head(connection).size == 0


def test_replay_rebuilds_what_stood(tallied: Ledger) -> None:
    with tallied.recording() as work:
        work.record(*(draft(number % 3) for number in range(10)), draft(kind="consent:choice:refused"))
    before = held(tallied)
    [told] = tallied.replay()
    assert (told.projection, told.equal, told.rows_before, told.rows_after) == ("tally", True, 3, 3)
    assert held(tallied) == before


def test_compare_tells_a_difference_and_leaves_it_and_replay_mends_it(tallied: Ledger) -> None:
    with tallied.recording() as work:
        work.record(draft(1), draft(2))
    before = held(tallied)
    with tallied.database.write() as connection:
        connection.execute(delete(tallies).where(tallies.c.subject == tallied.pseudonym("sub_2")))
        connection.execute(update(tallies), {"given": 9})
    [told] = tallied.compare()
    assert (told.equal, told.rows_before, told.rows_after) == (False, 1, 2)
    assert held(tallied) == {tallied.pseudonym("sub_1"): 9}
    assert not tallied.replay()[0].equal
    assert held(tallied) == before
    assert tallied.compare()[0].equal


def test_replay_touches_one_organisation_alone(tallied: Ledger) -> None:
    other = ledger_on(tallied.database, "axle", [Tally()])
    with other.recording() as work:
        work.record(draft(5))
    tallied.replay()
    assert held(other) == {other.pseudonym("sub_5"): 1}


def test_an_old_kind_is_read_as_what_it_has_become_and_stays_as_written(database: Database) -> None:
    old = ledger_on(database)
    with old.recording() as work:
        work.record(draft(1, kind="consent:tick:set"), draft(2))
    renamed = Upcaster("consent:tick:set", 1, "consent:choice:given", 1)
    recoded = Upcaster(
        "consent:choice:given",
        1,
        "consent:choice:given",
        2,
        lambda event: replace(event, codes=("v2", *event.codes)),
    )
    new = ledger_on(database, upcasters=Upcasters([renamed, recoded]))
    with database.read() as connection:
        found = list(new.events(connection, kinds=("consent:choice:given",)))
        assert [(event.sequence, event.kind, event.schema, event.codes[0]) for event in found] == [
            (1, "consent:choice:given", 2, "v2"),
            (2, "consent:choice:given", 2, "v2"),
        ]
        assert [event.kind for event in old.events(connection)] == [
            "consent:tick:set",
            "consent:choice:given",
        ]
        assert new.verify(connection).holds


def test_a_held_subject_waits_and_another_goes_on(ledger: Ledger, database_url: str) -> None:
    with open_database(database_url, patience=timedelta(milliseconds=200)) as beside:
        other = ledger_on(beside)
        with ledger.recording() as work:
            work.hold("sub_2", "sub_1", "sub_1")
            with pytest.raises(DatabaseLocked), other.recording() as blocked:
                blocked.hold("sub_1")
            if beside.dialect == "postgresql":
                with other.recording() as free:
                    free.hold("sub_3")
                    free.record(draft(3))
        with other.recording() as later:
            later.hold("sub_1")


def test_an_error_that_was_swallowed_still_fails_the_work(tallied: Ledger) -> None:
    def careless() -> None:
        with tallied.recording() as work:
            work.record(draft(1), draft(2, codes=("poison",)))
            with contextlib.suppress(ValueError):
                work.settle()

    with pytest.raises(RuntimeError, match="must fail with it"):
        careless()
    with tallied.database.read() as connection:
        assert tallied.head(connection).size == 0


def test_upcasters_in_a_ring_are_refused() -> None:
    with pytest.raises(ValueError, match="ring"):
        Upcasters([Upcaster("a:b:c", 1, "a:b:d", 1), Upcaster("a:b:d", 1, "a:b:c", 1)])
    with pytest.raises(ValueError, match="two upcasters"):
        Upcasters([Upcaster("a:b:c", 1, "a:b:d", 1), Upcaster("a:b:c", 1, "a:b:e", 1)])


def test_threads_share_commits_and_a_failing_one_fails_alone(tallied: Ledger) -> None:
    recorder = tallied.recorder()
    outcomes: list[tuple[str, object]] = []

    def plain(number: int) -> None:
        outcomes.append(
            ("plain", recorder.record(draft(number, kind="gate:release:permitted", payload=None)))
        )

    def counted(number: int) -> None:
        outcomes.append(("counted", recorder.record(draft(number))))

    def poisoned(number: int) -> None:
        def act(work: Work) -> None:
            work.record(draft(number))
            assert counts(work.connection)[work.pseudonym(f"sub_{number}")] == 1
            work.record(draft(number, codes=("poison",)))

        with pytest.raises(ValueError, match="poison"):
            recorder.run(act)
        outcomes.append(("poisoned", None))

    def ran(number: int) -> None:
        def act(work: Work) -> int:
            work.record(draft(number))
            return counts(work.connection)[work.pseudonym(f"sub_{number}")]

        outcomes.append(("ran", recorder.run(act)))

    acts = [plain, counted, poisoned, ran]
    threads = [threading.Thread(target=acts[number % 4], args=(number,)) for number in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(name for name, _ in outcomes) == sorted(["plain", "counted", "poisoned", "ran"] * 12)
    assert {value for name, value in outcomes if name == "ran"} == {1}
    with tallied.database.read() as connection:
        assert tallied.head(connection).size == 36
        assert tallied.verify(connection).holds
    acknowledged = [s for name, value in outcomes if name in {"plain", "counted"} for s in value]  # type: ignore[attr-defined]
    assert len(set(acknowledged)) == 24
    assert tallied.compare()[0].equal


def test_a_commit_that_fails_is_told_to_every_caller(ledger: Ledger) -> None:
    recorder = ledger.recorder()
    assert recorder.record(draft(1)) == (1,)
    with ledger.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_nodes RENAME TO gone")
    raised: list[BaseException] = []

    def attempt() -> None:
        try:
            recorder.record(draft(2, payload=None), draft(3, payload=None))
        except DatabaseProblem as error:
            raised.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [type(error).__name__ for error in raised] == ["MigrationMissing"] * 8
    with ledger.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO ledger_nodes")
    assert recorder.record(draft(4)) == (2,)


def test_nobody_goes_on_in_a_transaction_that_was_lost(tallied: Ledger) -> None:
    def lose(work: Work) -> None:
        work.record(draft(2))
        work.connection.exec_driver_sql("ROLLBACK")  # as SQLite does by itself on a full disk
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="disk is full"):
        tallied.recorder().run_each(
            [lambda work: work.record(draft(1)), lose, lambda work: work.record(draft(3))]
        )
    assert held(tallied) == {}
    with tallied.database.read() as connection:
        assert tallied.head(connection).size == 0
    tallied.recorder().record(draft(1))
    assert held(tallied) == {tallied.pseudonym("sub_1"): 1}
