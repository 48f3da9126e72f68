"""Rows in their portable form: the same bytes from either database, whole or refused; and databases that let nobody in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from troth.db import Database, check, migrate, open_database
from troth.db.closing import Closed, close, closed_for, reopen
from troth.db.errors import DatabaseClosed, RowsDamaged
from troth.db.migrate import RECORDS, bring_to, newest, revision_of
from troth.db.portable import count_rows, is_empty, read_rows, snapshot, write_rows

PAYLOAD = "ledger_payloads.rows.gz"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        migrate(opened)
        yield opened


def fill(database: Database) -> None:
    with database.write() as connection:
        for number in range(5):
            connection.execute(
                text("INSERT INTO ledger_payloads VALUES ('quay', :at, :salt, :payload, :sealed)"),
                {"at": number, "salt": b"", "payload": bytes(range(256)), "sealed": number % 2 == 0},
            )
            connection.execute(
                text("INSERT INTO ledger_entries VALUES ('quay', :at, 'a:b:c', :who, :header, :leaf)"),
                {"at": number, "who": None if number else "é”'\\ 人", "header": b"{}", "leaf": b"x" * 32},
            )


def written(database: Database, folder: Path) -> dict[str, int]:
    folder.mkdir()
    with snapshot(database, folder / ".scratch") as connection:
        found = write_rows(connection, folder)
    assert not list(folder.glob(".scratch*"))
    return found


def test_rows_come_back_as_they_were(database: Database, tmp_path: Path) -> None:
    fill(database)
    rows = written(database, tmp_path / "rows")
    with open_database(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with other.write() as connection:
            assert is_empty(connection)
            bring_to(connection)
            assert read_rows(connection, tmp_path / "rows") == rows
            assert count_rows(connection) == rows
        written(other, tmp_path / "again")
    for path in (tmp_path / "rows").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_either_database_writes_the_same_bytes(tmp_path: Path, postgres_url: str) -> None:
    for name, url in (("one", f"sqlite:///{tmp_path / 'one.db'}"), ("two", postgres_url)):
        with open_database(url) as opened:
            migrate(opened)
            fill(opened)
            written(opened, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_form_is_what_its_description_says(database: Database, tmp_path: Path) -> None:
    fill(database)
    written(database, tmp_path / "rows")
    with gzip.open(tmp_path / "rows" / PAYLOAD, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert lines[0] == {
        "format": "troth rows 1",
        "table": "ledger_payloads",
        "columns": [
            ["organisation", "text"], ["sequence", "int"], ["salt", "bytes"], ["payload", "bytes"], ["sealed", "bool"],
        ],
    }  # fmt: skip
    assert lines[1][:3] == ["quay", 0, ""]
    assert [line[4] for line in lines[1:-1]] == [True, False, True, False, True]
    assert lines[-1] == {"rows": 5}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Database]]:
    """Rows as files, and a database with empty tables for them."""
    folder = tmp_path_factory.mktemp("kept")
    with open_database(f"sqlite:///{folder / 'one.db'}") as one:
        migrate(one)
        fill(one)
        written(one, folder / "rows")
    with open_database(f"sqlite:///{folder / 'two.db'}") as two:
        migrate(two)
        yield folder, two


@settings(max_examples=60)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7), cut=st.booleans())
def test_a_harmed_file_never_comes_in(kept: tuple[Path, Database], place: int, bit: int, cut: bool) -> None:
    folder, database = kept
    whole = (folder / "rows" / PAYLOAD).read_bytes()
    data, at = bytearray(whole), place % len(whole)
    data[at] ^= 1 << bit
    (folder / "harmed").mkdir(exist_ok=True)
    (folder / "harmed" / PAYLOAD).write_bytes(whole[:at] if cut else data)
    with database.write() as connection, connection.begin_nested() as trial:
        try:
            read_rows(connection, folder / "harmed")
        except RowsDamaged:
            trial.rollback()
            return
        # A flag or an instant in gzip's own header may change without a word of the rows.
        found = connection.execute(text("SELECT * FROM ledger_payloads ORDER BY sequence")).all()
        assert [tuple(row) for row in found] == [
            ("quay", number, b"", bytes(range(256)), number % 2 == 0) for number in range(5)
        ]
        trial.rollback()


def test_rows_of_a_table_that_is_not_there_are_refused(database: Database, tmp_path: Path) -> None:
    written(database, tmp_path / "rows")
    (tmp_path / "rows" / PAYLOAD).rename(tmp_path / "rows" / "strange.rows.gz")
    with pytest.raises(RowsDamaged, match="no table strange"), database.write() as connection:
        read_rows(connection, tmp_path / "rows")


@pytest.mark.parametrize("why", list(Closed))
def test_a_closed_database_lets_in_nobody_but_who_closed_it(database: Database, why: Closed) -> None:
    with database.write() as connection:
        close(connection, RECORDS.table, why)
        close(connection, RECORDS.table, why)
    for knock in (check, migrate):
        with pytest.raises(DatabaseClosed, match="stays closed"):
            knock(database)
    check(database, closed=why)
    for other in set(Closed) - {why}:
        with pytest.raises(DatabaseClosed):
            check(database, closed=other)
    with database.write() as connection:
        assert closed_for(revision_of(connection)) is why
        reopen(connection, RECORDS.table)
    check(database)
    with database.read() as connection:
        assert revision_of(connection) == newest()
        assert closed_for(revision_of(connection)) is None
