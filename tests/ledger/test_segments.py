"""Segments: mass facts behind one event, and uses that are lost by no refusal."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.kit import draft
from troth.db import Database
from troth.db.errors import DatabaseUnreachable
from troth.ledger import Draft, Ledger, SegmentName, Segments, Uses, Work, seal, segment_of
from troth.ledger import segments as module
from troth.ledger.errors import DraftRefused, SegmentProblem

COLUMNS = ("subject", "purpose", "count")


def described(rows: Sequence[Sequence[object]] = ()) -> Draft:
    return draft(kind="gate:uses:sealed", subject=None, payload=None, codes=())


@pytest.fixture
def segments(tmp_path: Path) -> Segments:
    return Segments(tmp_path / "segments")


PLAIN = (
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
)


@given(rows=st.lists(st.tuples(PLAIN, PLAIN, PLAIN), max_size=30))
def test_rows_come_back_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    segments = Segments(tmp_path_factory.getbasetemp() / "plain")
    name = segments.write(COLUMNS, rows)
    assert list(segments.rows(name)) == rows
    whole = segments.columns(name)
    assert tuple(whole) == COLUMNS
    assert whole["count"] == [row[2] for row in rows]


def test_many_groups_come_back_in_order(segments: Segments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP", 100)
    rows = [(f"s{number}", "post", number) for number in range(1234)]
    name = segments.write(COLUMNS, rows)
    assert list(segments.rows(name)) == rows
    assert segments.columns(name)["count"] == list(range(1234))


def test_an_event_commits_to_its_segment(ledger: Ledger, segments: Segments) -> None:
    with ledger.recording() as work:
        name = seal(work, segments, described(), COLUMNS, [("a", "b", 1), ("c", "d", 2)])
    with ledger.database.read() as connection:
        [event] = ledger.events(connection)
    assert segment_of(event) == name
    assert [row[2] for row in segments.rows(name)] == [1, 2]


def test_every_flipped_byte_is_caught(segments: Segments) -> None:
    name = segments.write(COLUMNS, [("a", "b", 1), ("c", "d", 2)])
    [file] = segments.folder.iterdir()
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(SegmentProblem, match="not the one"):
            list(segments.rows(name))
    file.write_bytes(whole)
    with pytest.raises(SegmentProblem, match="not the one"):
        segments.check(SegmentName(name.digest, 3))
    file.unlink()
    with pytest.raises(SegmentProblem, match="missing"):
        segments.check(name)


@pytest.mark.parametrize(
    "rows", [[("a", "b")], [("a", "b", 1), ("c",)], [(object(), "b", 1)], [("a", "b", float("nan"))]]
)
def test_rows_that_do_not_fit_leave_no_file(segments: Segments, rows: list[tuple[object, ...]]) -> None:
    with pytest.raises(DraftRefused):
        segments.write(COLUMNS, rows)
    assert list(segments.folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SegmentProblem, match="cannot be written"):
        Segments(tmp_path / "file" / "segments").write(COLUMNS, [])


def test_uses_are_sealed_by_count_and_on_flush(ledger: Ledger, segments: Segments) -> None:
    uses = Uses(ledger, segments, described, COLUMNS, most=100)

    def use() -> None:
        for number in range(125):
            uses.add("s", "p", number)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    uses.flush()
    assert uses.flush() is None
    with ledger.database.read() as connection:
        names = [segment_of(event) for event in ledger.events(connection, kinds=("gate:uses:sealed",))]
    assert len(names) >= 5
    assert sorted(row[2] for name in names if name for row in segments.rows(name)) == sorted(
        list(range(125)) * 4
    )


def test_a_refused_seal_keeps_the_uses_for_the_next_try(
    ledger: Ledger, database: Database, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    uses = Uses(ledger, Segments(blocked), described, COLUMNS)
    uses.add("a", "b", 1)
    with pytest.raises(SegmentProblem):
        uses.flush()
    uses.add("a", "b", 2)
    assert uses.waiting == 2
    blocked.unlink()
    name = uses.flush()
    assert name is not None
    assert [row[2] for row in Segments(blocked).rows(name)] == [1, 2]


@pytest.mark.parametrize("happened", [True, False])
def test_a_commit_whose_answer_was_lost_doubles_no_use(
    ledger: Ledger, segments: Segments, monkeypatch: pytest.MonkeyPatch, happened: bool
) -> None:
    """The connection ends while a commit is on its way: it may have happened, and whoever asked cannot know."""
    recording = Ledger.recording

    @contextmanager
    def cut_off(self: Ledger) -> Iterator[Work]:
        with recording(self) as work:
            yield work
            work.settle()
            if not happened:
                raise DatabaseUnreachable("The server went away.")
        raise DatabaseUnreachable("The server went away.")

    uses = Uses(ledger, segments, described, COLUMNS)
    uses.add("a", "b", 1)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "recording", cut_off)
        with pytest.raises(DatabaseUnreachable):
            uses.flush()
    uses.add("a", "b", 2)
    assert uses.waiting == 2
    uses.flush()
    assert uses.waiting == 0
    with ledger.database.read() as connection:
        events = ledger.events(connection, kinds=("gate:uses:sealed",))
        rows = [row[2] for event in events if (name := segment_of(event)) for row in segments.rows(name)]
    assert rows == [1, 2]


def test_a_use_that_does_not_fit_is_refused_at_once(ledger: Ledger, segments: Segments) -> None:
    uses = Uses(ledger, segments, described, COLUMNS)
    for wrong in (("a", "b"), ("a", "b", object()), ("a", "b", ["c"])):
        with pytest.raises(DraftRefused):
            uses.add(*wrong)
    assert uses.waiting == 0
