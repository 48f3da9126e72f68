"""Old entries move into files: every proof is as it was, every search finds the same, whatever is tampered with is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from tests.ledger.kit import KEY, NOON, Dice, Tally, draft, tallies
from tests.support.drawer import OPEN_DRAWER, Drawer
from troth.db import Database
from troth.kernel.clock import FixedClock
from troth.ledger import Archiver, Head, Ledger, Seals, Segments, Verified, tables, tree
from troth.ledger.archive import Archives, archived_until, archives
from troth.ledger.archived import ARCHIVED
from troth.ledger.errors import ArchiveRefused, PayloadUnreadable, SegmentProblem
from troth.ledger.marks import mark, may_hold
from troth.ledger.sealing import NobodyErased
from troth.vault.errors import SealBroken

LATER = NOON + timedelta(days=400)
SIZE = 16


def ledger_with(database: Database, segments: Segments | None, **more: Any) -> Ledger:
    clock = FixedClock(NOON)
    tombstones = more.pop("tombstones", NobodyErased())
    seals = Seals("harbour", more.pop("sealer", OPEN_DRAWER), tombstones, SealBroken)
    return Ledger(
        database, "harbour", KEY, clock=clock, entropy=Dice(), segments=segments, seals=seals, **more
    )


class Buried:
    """One person who was erased."""

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def among(self, connection: Connection, organisation: str, subjects: Collection[str]) -> frozenset[str]:
        return frozenset({self.subject} & {*subjects})

    def everybody(self, connection: Connection, organisation: str) -> frozenset[str]:
        return frozenset({self.subject})


@dataclass
class Place:
    """A ledger of 50 entries with a checkpoint over 45, and the folder its archives go into."""

    ledger: Ledger
    segments: Segments
    before: dict[str, Any]

    def archive(self, **more: Any) -> list[tuple[int, int]]:
        given = {"at": LATER, "before": LATER} | more
        moved = Archiver(self.ledger, self.segments, level=4).run(**given)
        return [(one.first, one.last) for one in moved]

    def verified(self, trusted: Head | None = None) -> Verified:
        with self.ledger.database.read() as connection:
            return self.ledger.verify(connection, segments=self.segments, trusted=trusted)


def fill(ledger: Ledger) -> None:
    kinds = ("consent:choice:given", "gate:release:permitted", "gate:look:done")
    with ledger.recording() as work:
        for number in range(50):
            subject = f"sub_{number % 7}" if number % 3 < 2 else None
            payload = {"n": number} if number % 3 else None
            work.record(draft(kind=kinds[number % 3], subject=subject, payload=payload))
    with ledger.database.write() as connection:
        tables.put_checkpoint(connection, ledger.organisation, 45, NOON, b"a note")


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Place:
    segments = Segments(tmp_path / "segments")
    ledger = ledger_with(database, segments)
    fill(ledger)
    return Place(ledger, segments, everything(ledger))


def everything(ledger: Ledger) -> dict[str, Any]:
    """All that anybody can ask about the first 50 entries."""
    with ledger.database.read() as connection:
        ask: Callable[..., list[Any]] = lambda **more: list(ledger.events(connection, until=50, **more))  # noqa: E731
        who = ledger.pseudonym("sub_3")
        return {
            "all": ask(),
            "newest": ask(newest_first=True, limit=40),
            "some": ask(after=10, limit=9),
            "kind": ask(kinds=("gate:look:done",)),
            "prefix": ask(kinds=("gate:", "consent:choice:")),
            "person": ask(subject=who),
            "person and kind": ask(subject=who, kinds=("gate:",), newest_first=True),
            "nobody": ask(subject="0" * 64),
            "leaves": list(ledger.leaves(connection, until=50)),
            "leaf": ledger.leaf(connection, 5),
            "payloads": [ledger.payload(connection, at) for at in range(1, 51)],
            "disclosed": ledger.disclose(connection, 3),
            "proofs": [ledger.prove_inclusion(connection, at, 50) for at in range(1, 51)],
            "at once": ledger.prove_all(connection, range(1, 51), 50),
            "grown": [ledger.prove_consistency(connection, at, 50) for at in range(1, 51)],
            "roots": [ledger.root_at(connection, at) for at in range(51)],
        }


def rows_in(database: Database, table: str) -> int:
    with database.read() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def tamper(database: Database, statement: str, **values: object) -> None:
    with database.write() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def test_whole_subtrees_under_a_checkpoint_move_and_nothing_else_changes(place: Place) -> None:
    assert place.archive() == [(1, 16), (17, 32)]
    assert everything(place.ledger) == place.before
    found = place.verified()
    assert (found.holds, found.entries) == (True, 52)
    with place.ledger.database.read() as connection:
        assert [event.sequence for event in place.ledger.events(connection, kinds=(ARCHIVED,))] == [51, 52]


def test_the_rows_leave_the_tables(place: Place) -> None:
    database = place.ledger.database
    before = [rows_in(database, f"ledger_{one}") for one in ("entries", "payloads", "nodes")]
    place.archive()
    after = [rows_in(database, f"ledger_{one}") for one in ("entries", "payloads", "nodes")]
    assert before == [50, 33, 47]
    # 52 entries were written, 32 of them moved; of 49 nodes those below two tops of sixteen leaves.
    assert after == [52 - 32, 33 - 21, 49 - 2 * 14]
    assert len(list(place.segments.folder.iterdir())) == 2


def test_proofs_out_of_archives_convince(place: Place) -> None:
    place.archive()
    with place.ledger.database.read() as connection:
        head = place.ledger.head(connection)
        for sequence, header in place.ledger.leaves(connection):
            path = place.ledger.prove_inclusion(connection, sequence, head.size)
            leaf = tree.leaf_hash(header)
            assert tree.verify_inclusion(leaf, sequence - 1, head.size, path, head.root)


def test_the_young_and_those_to_be_kept_stay(place: Place) -> None:
    assert place.archive(before=NOON) == []
    assert place.archive(keep=30) == [(1, 16)]
    assert place.archive(keep=30) == []
    assert place.archive() == [(17, 32)]
    assert everything(place.ledger) == place.before


def test_nothing_moves_that_was_never_signed(place: Place) -> None:
    tamper(place.ledger.database, "DELETE FROM ledger_checkpoints")
    assert place.archive() == []


def test_a_readable_payload_about_a_person_never_moves(database: Database, tmp_path: Path) -> None:
    ledger = ledger_with(database, Segments(tmp_path))
    with ledger.recording() as work:
        work.record(*(draft(number) for number in range(20)))
    with database.write() as connection:
        tables.put_checkpoint(connection, "harbour", 20, NOON, b"a note")
        connection.execute(text("UPDATE ledger_payloads SET sealed = FALSE"))  # as older programs left them
    with pytest.raises(ArchiveRefused, match="entry 1 is about a person"):
        Archiver(ledger, Segments(tmp_path), level=4).run(at=LATER, before=LATER)
    assert not list(tmp_path.glob("*.segment"))


def test_a_file_that_lies_is_found_before_a_row_is_deleted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Archives.read

    def shorter(self: Archives, archive: Any) -> Any:
        found = real(self, archive)
        found.payloads.popitem()
        return found

    monkeypatch.setattr(Archives, "read", shorter)
    with pytest.raises(ArchiveRefused, match="nothing was moved"):
        place.archive()
    monkeypatch.undo()
    assert rows_in(place.ledger.database, "ledger_entries") == 50
    assert everything(place.ledger) == place.before


def test_a_full_disk_moves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SegmentProblem, match="No space left"):
        place.archive()
    monkeypatch.undo()
    assert everything(place.ledger) == place.before
    assert not list(place.segments.folder.iterdir())


@pytest.mark.parametrize(
    ("statement", "named", "reason"),
    [
        ("DELETE FROM ledger_archives WHERE first = 17", 17, "missing"),
        ("DELETE FROM ledger_archives", 1, "missing"),
        ("UPDATE ledger_archives SET digest = 'abc' WHERE first = 17", 17, "is missing"),
        ("UPDATE ledger_archives SET last = 33 WHERE first = 17", 17, "not the one"),
        ("UPDATE ledger_archives SET marks = digest WHERE first = 17", 17, "marks"),
        ("DELETE FROM ledger_entries WHERE sequence = 51", 51, "missing"),
        ("DELETE FROM ledger_nodes WHERE node = 15", 1, "entries 1 to 16"),
        ("DELETE FROM ledger_entries WHERE sequence = 40", 40, "missing"),
    ],
)
def test_tampering_is_named(place: Place, statement: str, named: int, reason: str) -> None:
    place.archive()
    if "marks = digest" in statement:
        statement = statement.replace("digest", ":marks")
        tamper(place.ledger.database, statement, marks=b"\0" * 40)
    else:
        tamper(place.ledger.database, statement)
    found = place.verified()
    assert (found.bad_sequence, reason in found.reason) == (named, True), found


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "swap"])
def test_a_harmed_file_is_named_by_its_first_entry(place: Place, harm: str) -> None:
    place.archive()
    with place.ledger.database.read() as connection:
        first, second = (
            place.segments.folder / f"{one.digest}.segment" for one in archives(connection, "harbour")
        )
    data = bytearray(second.read_bytes())
    if harm == "flip":
        data[len(data) // 2] ^= 1
    second.write_bytes(first.read_bytes() if harm == "swap" else data[:-9] if harm == "cut" else data)
    if harm == "remove":
        second.unlink()
    found = place.verified()
    assert found.bad_sequence == 17
    assert str(second) in found.reason


def test_without_the_folder_the_old_entries_are_out_of_reach_and_the_young_ones_are_not(place: Place) -> None:
    place.archive()
    alone = ledger_with(place.ledger.database, None)
    with alone.database.read() as connection:
        assert [event.sequence for event in alone.events(connection, after=40, until=42)] == [41, 42]
        with pytest.raises(SegmentProblem, match="Entries 1 to 16 lie in an archive"):
            list(alone.events(connection))


def test_the_dead_stay_dead_in_an_archive_and_the_living_are_read_out_of_it(
    database: Database, tmp_path: Path
) -> None:
    drawer, segments = Drawer(), Segments(tmp_path)
    ledger = ledger_with(database, segments, sealer=drawer)
    fill(ledger)
    Archiver(ledger, segments, level=4).run(at=LATER, before=LATER)
    dead = ledger.pseudonym("sub_4")
    drawer.destroy([dead])
    fresh = ledger_with(database, segments, sealer=drawer, tombstones=Buried(dead))
    with database.read() as connection:
        for event in fresh.events(connection, until=32):
            if event.commitment is not None and event.subject == dead:
                with pytest.raises(PayloadUnreadable, match="key was destroyed"):
                    fresh.payload(connection, event.sequence)
            elif event.commitment is not None:
                assert fresh.payload(connection, event.sequence) == {"n": event.sequence - 1}
        assert fresh.verify(connection, segments=segments).holds


def test_an_older_head_still_meets_the_archived_ledger(place: Place) -> None:
    head = Head("harbour", 37, place.before["roots"][37])
    place.archive()
    assert place.verified(head).holds
    assert place.verified(Head("harbour", 21, b"x" * 32)).bad_sequence == 1


def test_replay_reads_through_archives(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        tallies.create(connection)
    segments = Segments(tmp_path)
    ledger = ledger_with(database, segments, projections=[Tally()])
    fill(ledger)
    Archiver(ledger, segments, level=4).run(at=LATER, before=LATER)
    assert [one.equal for one in ledger.compare()] == [True]
    assert [one.equal for one in ledger.replay()] == [True]
    with database.read() as connection:
        assert archived_until(connection, "harbour") == 32
        given = connection.scalar(select(func.sum(tallies.c.given)))
        assert given == 17


def test_recording_goes_on_after_archiving(place: Place) -> None:
    place.archive()
    with place.ledger.recording() as work:
        work.record(*(draft(number, payload=None) for number in range(30)))
    with place.ledger.database.write() as connection:
        tables.put_checkpoint(connection, "harbour", 82, NOON, b"a note")
    assert place.archive() == [(33, 48), (49, 64), (65, 80)]
    assert place.verified().holds
    assert everything(place.ledger) == place.before


@given(st.sets(st.text(max_size=12), max_size=60), st.sets(st.text(max_size=12), max_size=60))
def test_what_was_marked_is_always_found(held: set[str], others: set[str]) -> None:
    marks = mark(held)
    assert marks == mark(sorted(held, reverse=True))
    assert all(may_hold(marks, word) for word in held)
    assert len(marks) <= max(1, 2 * len(held))


def test_what_was_not_marked_is_seldom_found() -> None:
    marks = mark(f"subject {number}" for number in range(1000))
    found = sum(may_hold(marks, f"subject {number}") for number in range(1000, 6000))
    assert found < 100
