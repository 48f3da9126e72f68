"""Transactions are whole, reads are of one state, and each trouble is one sentence after which nothing is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, make_url, select, text

from tests.support.databases import fresh_database
from troth.db import Database, Instant, open_database
from troth.db.errors import (
    DatabaseAddressUnknown,
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseProblem,
    DatabaseReadOnly,
    DatabaseUnreachable,
    MigrationMissing,
    StatementRefused,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url, patience=timedelta(milliseconds=200))
    with opened.write() as connection:
        connection.execute(text("CREATE TABLE held (one TEXT)"))
        connection.execute(text("INSERT INTO held VALUES ('kept')"))
    yield opened
    opened.close()


def rows(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(text("SELECT one FROM held")))


def rows_of(url: str) -> list[str]:
    with open_database(url) as database:
        return rows(database)


def put(database: Database, value: str = "new") -> None:
    with database.write() as connection:
        connection.execute(text("INSERT INTO held VALUES (:value)"), {"value": value})


@contextmanager
def elsewhere(what: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.db.faults", what, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.communicate(timeout=60)


def told(what: str, *arguments: str) -> dict[str, Any]:
    with elsewhere(what, *arguments) as process:
        assert process.stdout is not None
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer


def test_a_transaction_is_whole(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:  # noqa: PT012
        connection.execute(text("INSERT INTO held VALUES ('lost')"))
        raise ZeroDivisionError
    assert rows(database) == ["kept"]


def test_a_table_made_in_a_failed_transaction_is_gone(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:  # noqa: PT012
        connection.execute(text("CREATE TABLE half (one TEXT)"))
        raise ZeroDivisionError
    with pytest.raises(MigrationMissing), database.read() as connection:
        connection.execute(text("SELECT * FROM half"))


def test_a_read_is_of_one_state(database: Database) -> None:
    query = text("SELECT one FROM held")
    with database.read() as connection:
        assert len(connection.execute(query).all()) == 1
        put(database)
        assert len(connection.execute(query).all()) == 1
    assert len(rows(database)) == 2


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseReadOnly), database.read() as connection:
        connection.execute(text("INSERT INTO held VALUES ('new')"))
    assert rows(database) == ["kept"]


def test_a_fault_of_the_program_is_not_called_one_of_the_database(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE UNIQUE INDEX once ON held (one)"))
    value = "kept"
    with pytest.raises(StatementRefused, match="IntegrityError") as raised:
        put(database, value)
    assert "kept" not in "".join(traceback.format_exception(raised.value))


def test_no_value_is_repeated_in_an_error(database: Database) -> None:
    with pytest.raises(MigrationMissing) as raised, database.write() as connection:
        connection.execute(text("INSERT INTO held (two) VALUES (:value)"), {"value": "ann@example.test"})
    assert "ann@example" not in "".join(traceback.format_exception(raised.value))


def test_sqlite_is_durable_and_lets_readers_read(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'troth.db'}")
    with database.write() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


def seize(database: Database) -> None:
    """Write where nobody else may be writing: on PostgreSQL writers wait only for the same rows, or a whole table."""
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("LOCK TABLE held"))
        connection.execute(text("INSERT INTO held VALUES ('new')"))


def test_locked_by_another_process(database: Database, database_url: str) -> None:
    with elsewhere("hold_lock", database_url) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(DatabaseLocked, match="locked by another process") as raised:
            seize(database)
        assert rows(database) == ["kept"]
    assert raised.value.help
    put(database)
    assert rows(database)[0] == "kept"


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="troth-db-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def filled_file(folder: Path) -> str:
    url = f"sqlite:///{folder / 'troth.db'}"
    database = open_database(url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE held (one TEXT)"))
    put(database, "kept")
    database.close()
    return url


def test_a_file_that_may_not_be_written(open_to_all: Path) -> None:
    url = filled_file(open_to_all)
    (open_to_all / "troth.db").chmod(0o444)
    open_to_all.chmod(0o555)
    answer = told("write_as_nobody", url)
    assert answer["error"] == "DatabaseReadOnly"
    assert answer["actor"] == "operator"
    assert rows_of(url) == ["kept"]


def test_a_disk_without_room(open_to_all: Path) -> None:
    url = filled_file(open_to_all)
    answer = told("write_within", url, "200000")
    assert answer["error"] == "DatabaseFull"
    assert rows_of(url) == ["kept"]
    with open_database(url) as database:
        put(database)
    assert rows_of(url) == ["kept", "new"]


def test_a_database_at_its_size_limit(tmp_path: Path) -> None:
    database = open_database(filled_file(tmp_path))
    with pytest.raises(DatabaseFull, match="no room"), database.write() as connection:  # noqa: PT012
        connection.exec_driver_sql("PRAGMA max_page_count = 3")
        for _ in range(50):
            connection.execute(text("INSERT INTO held VALUES (:value)"), {"value": "x" * 1000})
    database.close()
    assert rows_of(f"sqlite:///{tmp_path / 'troth.db'}") == ["kept"]


@pytest.mark.parametrize(
    "content", [b"this is a text, not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_what_is_not_a_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match="not a database"), open_database(f"sqlite:///{file}").write():
        pass
    assert file.read_bytes() == content


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with (
        pytest.raises(DatabaseUnreachable),
        open_database(f"sqlite:///{tmp_path / 'no' / 'troth.db'}").read(),
    ):
        pass


def test_a_server_that_is_not_there() -> None:
    database = open_database("postgresql://ann:secret@127.0.0.1:9/none", patience=timedelta(seconds=1))
    with pytest.raises(DatabaseUnreachable) as raised, database.read():
        pass
    assert "secret" not in str(raised.value)


@pytest.mark.postgres
def test_a_server_that_goes_away_in_the_middle(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        database = open_database(url)
        with pytest.raises(DatabaseUnreachable), database.write() as connection:  # noqa: PT012
            own = connection.scalar(text("SELECT pg_backend_pid()"))
            with open_database(url) as beside, beside.write() as other:
                other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
            connection.execute(text("SELECT 1"))
        with database.read() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        database.close()


@pytest.mark.postgres
def test_a_server_that_only_reads(postgres_url: str) -> None:
    name = make_url(postgres_url).database
    with open_database(postgres_url) as database, database.write() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    with (
        open_database(postgres_url) as database,
        pytest.raises(DatabaseReadOnly),
        database.write() as connection,
    ):
        connection.execute(text("CREATE TABLE held (one TEXT)"))


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://localhost/troth", "sqlite://", "sqlite:///:memory:", "postgresql:/x y"]
)
def test_an_address_of_no_kind_we_speak(url: str) -> None:
    with pytest.raises(DatabaseAddressUnknown) as raised:
        open_database(url)
    assert isinstance(raised.value, DatabaseProblem)
    assert raised.value.help


def test_an_instant_comes_back_exact_and_in_utc(database: Database) -> None:
    table = Table("moments", MetaData(), Column("number", Integer), Column("at", Instant()))
    moments = [
        datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8))),
        datetime(1912, 6, 23, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        None,
    ]
    with database.write() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"number": n, "at": at} for n, at in enumerate(moments)])
        back = list(connection.scalars(select(table.c.at).order_by(table.c.number)))
        assert back == moments
        assert all(at is None or at.tzinfo is UTC for at in back)
        assert list(
            connection.scalars(select(table.c.number).where(table.c.at < moments[0]).order_by(table.c.number))
        ) == [1, 2]


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 3, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


def test_power_over_sqlite_is_ours_alone(tmp_path: Path) -> None:
    """The driver must not open or end a transaction by itself: a statement outside ours is committed at once."""
    database = open_database(f"sqlite:///{tmp_path / 'troth.db'}")
    with database.write() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        assert driver.isolation_level is None
        assert driver.in_transaction
    database.close()
