"""Recording, reading and proving, on both databases."""

from __future__ import annotations

import hmac

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from tests.ledger.kit import KEY, NOON, draft, ledger_on
from troth.db import Database
from troth.kernel.errors import CallerError
from troth.ledger import Ledger, Origin, tables, tree
from troth.ledger.errors import EntryMissing
from troth.ledger.reading import leaf


def record(ledger: Ledger, count: int, start: int = 0) -> tuple[int, ...]:
    with ledger.recording() as work:
        work.record(*(draft(number) for number in range(start, start + count)))
    return work.sequences


def test_sequences_have_no_gap_and_the_root_is_the_defined_one(ledger: Ledger) -> None:
    assert record(ledger, 3) == (1, 2, 3)
    assert record(ledger, 1) == (4,)
    with ledger.recording():
        pass
    assert record(ledger, 9) == tuple(range(5, 14))
    with ledger.database.read() as connection:
        edge = tree.Edge()
        for sequence in range(1, 14):
            edge.append(tree.leaf_hash(leaf(connection, "harbour", sequence)))
        head = ledger.head(connection)
        assert (head.size, head.root) == (13, edge.root())
        assert ledger.verify(connection).holds


def test_a_failed_work_leaves_nothing(ledger: Ledger) -> None:
    record(ledger, 2)
    with pytest.raises(ZeroDivisionError), ledger.recording() as work:  # noqa: PT012
        work.record(draft())
        assert work.connection is not None
        raise ZeroDivisionError
    assert record(ledger, 1) == (3,)
    with ledger.database.read() as connection:
        assert ledger.verify(connection).entries == 3


def test_an_event_reads_as_it_was_drafted_and_its_subject_as_a_pseudonym(ledger: Ledger) -> None:
    with ledger.recording() as work:
        work.record(
            draft(7, origin=Origin.EXAMPLE), draft(kind="policy:version:adopted", subject=None, payload=None)
        )
    with ledger.database.read() as connection:
        first, second = ledger.events(connection)
        assert first.subject == hmac.digest(KEY.secret, b"sub_7", "sha256").hex() == ledger.pseudonym("sub_7")
        assert (first.origin, first.codes, first.recorded_at) == (
            Origin.EXAMPLE,
            ("newsletter", "1.10"),
            NOON,
        )
        assert ledger.payload(connection, 1) == {"address": "7@example.test"}
        assert (second.subject, second.commitment, ledger.payload(connection, 2)) == (None, None, None)
        with pytest.raises(EntryMissing):
            ledger.payload(connection, 3)
        stored = b"".join(row.header for row in connection.execute(select(tables.entries)))
        assert b"sub_7" not in stored
        assert b"example.test" not in stored


def test_equal_payloads_have_different_commitments(ledger: Ledger) -> None:
    with ledger.recording() as work:
        work.record(draft(1), draft(1))
    with ledger.database.read() as connection:
        first, second = ledger.events(connection)
        assert first.commitment != second.commitment


def test_a_payload_that_is_no_json_is_refused_whole(ledger: Ledger) -> None:
    with pytest.raises(CallerError), ledger.recording() as work:
        work.record(draft(1), draft(payload={"when": NOON}))
    with ledger.database.read() as connection:
        assert ledger.head(connection).size == 0


def test_events_are_chosen_by_kind_subject_and_range(ledger: Ledger) -> None:
    kinds = [
        "consent:choice:given",
        "consent:choice:withdrawn",
        "consent-form:page:shown",
        "gate:release:permitted",
    ]
    with ledger.recording() as work:
        for number in range(40):
            work.record(draft(number % 5, kind=kinds[number % 4]))

    with ledger.database.read() as connection:

        def found(**chosen: object) -> list[int]:
            return [event.sequence for event in ledger.events(connection, **chosen)]  # type: ignore[arg-type]

        every = list(range(1, 41))
        assert found() == every
        assert found(newest_first=True) == every[::-1]
        assert found(after=10, until=20) == list(range(11, 21))
        assert found(after=10, until=20, newest_first=True, limit=3) == [20, 19, 18]
        assert found(limit=0) == []
        assert found(kinds=("consent:",)) == [n for n in every if (n - 1) % 4 < 2]
        assert found(kinds=("consent:choice:given",)) == [n for n in every if (n - 1) % 4 == 0]
        assert found(kinds=("consent:choice:", "gate:")) == [n for n in every if (n - 1) % 4 != 2]
        assert found(subject=ledger.pseudonym("sub_3")) == [n for n in every if (n - 1) % 5 == 3]
        assert found(kinds=("gate:",), subject=ledger.pseudonym("sub_3"), limit=1) == [4]


def test_many_pages_are_read_in_order(ledger: Ledger) -> None:
    record(ledger, 2 * tables.PAGE + 1)
    with ledger.database.read() as connection:
        assert [event.sequence for event in ledger.events(connection)] == list(range(1, 2 * tables.PAGE + 2))
        assert ledger.verify(connection).entries == 2 * tables.PAGE + 1


def test_every_entry_is_proven_in_every_size_from_what_is_stored(ledger: Ledger) -> None:
    roots = []
    for _ in range(11):
        record(ledger, 1)
        with ledger.database.read() as connection:
            roots.append(ledger.head(connection).root)
    with ledger.database.read() as connection:
        for size in range(1, 12):
            for sequence in range(1, size + 1):
                hashed = tree.leaf_hash(leaf(connection, "harbour", sequence))
                path = ledger.prove_inclusion(connection, sequence, size)
                assert tree.verify_inclusion(hashed, sequence - 1, size, path, roots[size - 1])
                path = ledger.prove_consistency(connection, sequence, size)
                assert tree.verify_consistency(sequence, size, path, roots[sequence - 1], roots[size - 1])
        for wrong in ((1, 12), (0, 5), (6, 5)):
            with pytest.raises(EntryMissing):
                ledger.prove_inclusion(connection, *wrong)
            with pytest.raises(EntryMissing):
                ledger.prove_consistency(connection, *wrong)


def test_a_proof_reads_few_rows_of_a_large_ledger(ledger: Ledger) -> None:
    record(ledger, 3000)
    read = []
    listen(ledger.database.reader, "before_cursor_execute", lambda *call: read.append((call[2], call[3])))
    with ledger.database.read() as connection:
        ledger.prove_inclusion(connection, 77, 2999)
        assert len(read) < 8
        if ledger.database.dialect == "sqlite":
            explained = [
                str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
                for statement, values in read[:]
                if "ledger_nodes" in statement
            ]
            assert explained
            assert all("organisation=? AND node=?" in plan for plan in explained)


def test_organisations_keep_apart(database: Database) -> None:
    harbour, axle = ledger_on(database), ledger_on(database, "axle")
    record(harbour, 3)
    assert record(axle, 2) == (1, 2)
    assert record(harbour, 1) == (4,)
    with database.read() as connection:
        assert [event.organisation for event in axle.events(connection)] == ["axle", "axle"]
        assert harbour.verify(connection).entries == 4


def test_a_reader_sees_one_state_while_others_write(ledger: Ledger) -> None:
    record(ledger, 3)
    with ledger.database.read() as connection:
        before = ledger.head(connection)
        record(ledger, 4)
        assert ledger.head(connection) == before
        assert ledger.verify(connection).entries == 3
