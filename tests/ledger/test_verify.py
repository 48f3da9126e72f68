"""Each way of tampering with the tables is found, and named by its sequence number."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.ledger.kit import draft
from troth.db import Database
from troth.ledger import Head, Ledger, Segments, Verified, seal, tree


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    with ledger.recording() as work:
        work.record(*(draft(number) for number in range(21)))
    return ledger


def tamper(database: Database, statement: str, **values: object) -> None:
    with database.write() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def verified(ledger: Ledger, trusted: Head | None = None) -> Verified:
    with ledger.database.read() as connection:
        return ledger.verify(connection, trusted=trusted)


def altered(ledger: Ledger, sequence: int) -> bytes:
    with ledger.database.read() as connection:
        header = connection.execute(
            text("SELECT header FROM ledger_entries WHERE sequence = :s"), {"s": sequence}
        ).scalar_one()
    return bytes(header).replace(b"newsletter", b"everything")


def test_an_untouched_ledger_holds(filled: Ledger) -> None:
    assert verified(filled) == Verified("harbour", 21, verified(filled).root, opened=21)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entries SET kind = 'consent:choice:refused' WHERE sequence = 13", 13),
        ("UPDATE ledger_entries SET subject = NULL WHERE sequence = 9", 9),
        ("UPDATE ledger_payloads SET payload = salt WHERE sequence = 6", 6),
        ("UPDATE ledger_payloads SET salt = payload WHERE sequence = 17", 17),
        ("DELETE FROM ledger_payloads WHERE sequence = 3", 3),
        ("DELETE FROM ledger_entries WHERE sequence = 12", 12),
        ("DELETE FROM ledger_entries WHERE sequence > 18", 19),
        ("DELETE FROM ledger_entries", 1),
        ("DELETE FROM ledger_nodes WHERE node = 17", 9),
        (
            "UPDATE ledger_nodes SET digest = (SELECT root FROM ledger_heads) WHERE node = 11",
            5,
        ),
        ("UPDATE ledger_heads SET size = 20", 21),
        ("UPDATE ledger_heads SET root = (SELECT leaf FROM ledger_entries WHERE sequence = 1)", 21),
        ("UPDATE ledger_heads SET edge = root", 21),
        ("DELETE FROM ledger_heads", 1),
    ],
)
def test_tampering_is_named(filled: Ledger, statement: str, named: int) -> None:
    tamper(filled.database, statement)
    found = verified(filled)
    assert not found.holds
    assert found.bad_sequence == named
    assert found.reason


def test_an_altered_header_is_named(filled: Ledger) -> None:
    header = altered(filled, 14)
    tamper(filled.database, "UPDATE ledger_entries SET header = :h WHERE sequence = 14", h=header)
    assert verified(filled).bad_sequence == 14


def test_an_altered_header_with_its_leaf_is_named_to_the_pair(filled: Ledger) -> None:
    header = altered(filled, 14)
    statement = "UPDATE ledger_entries SET header = :h, leaf = :l WHERE sequence = 14"
    tamper(filled.database, statement, h=header, l=tree.leaf_hash(header))
    found = verified(filled)
    assert (found.bad_sequence, found.reason[:17]) == (13, "entries 13 to 14 ")


def test_a_ledger_cut_with_its_head_is_seen_by_whoever_kept_a_head(filled: Ledger) -> None:
    with filled.database.read() as connection:
        kept = filled.head(connection)
    tamper(filled.database, "DELETE FROM ledger_entries WHERE sequence > 16")
    tamper(filled.database, "DELETE FROM ledger_payloads WHERE sequence > 16")
    tamper(
        filled.database,
        "UPDATE ledger_heads SET size = 16, root = (SELECT digest FROM ledger_nodes WHERE node = 15), "
        "edge = (SELECT digest FROM ledger_nodes WHERE node = 15)",
    )
    assert verified(filled).holds
    assert verified(filled, kept).bad_sequence == 17


def test_a_ledger_rewritten_whole_is_seen_by_whoever_kept_a_head(filled: Ledger) -> None:
    with filled.database.read() as connection:
        kept = filled.head(connection)
    for table in ("ledger_entries", "ledger_payloads", "ledger_nodes", "ledger_heads"):
        tamper(filled.database, f"DELETE FROM {table}")
    with filled.recording() as work:
        work.record(*(draft(number) for number in range(30)))
    assert verified(filled).holds
    found = verified(filled, kept)
    assert (found.bad_sequence, found.holds) == (1, False)


def test_a_damaged_segment_is_named_by_its_event(filled: Ledger, tmp_path: Path) -> None:
    segments = Segments(tmp_path / "segments")
    with filled.recording() as work:
        seal(work, segments, draft(kind="gate:uses:sealed", subject=None, payload=None), ["a"], [[1], [2]])
    with filled.database.read() as connection:
        assert filled.verify(connection, segments=segments).holds
        [file] = segments.folder.iterdir()
        file.write_bytes(file.read_bytes()[:-1])
        assert filled.verify(connection, segments=segments).bad_sequence == 22
        file.unlink()
        found = filled.verify(connection, segments=segments)
    assert found.bad_sequence == 22
    assert "missing" in found.reason
