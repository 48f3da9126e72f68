"""Stores in trouble: a revoked grant, a cut connection, a busy file, a hundred thousand rows: one clear sentence each, or simply done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.connectors.kit import CONTACTS, MAP, Store, sql_store
from troth.connectors.files import FilesConnector
from troth.connectors.sql import SqlConnector
from troth.datamap import Proven, load_map, reach, rows_of, survey
from troth.datamap.connector import Condition, Reading
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.kernel.findings import Findings

EVERYBODY = Condition(("id",), ((1,), (2,)))


@pytest.fixture
def admin(postgres_url: str) -> Store:
    return sql_store(postgres_url, sa.Text())


def test_a_revoked_grant_is_told_as_such(admin: Store, postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP ROLE IF EXISTS reader"))
        connection.execute(sa.text("CREATE ROLE reader LOGIN"))
        connection.execute(sa.text("GRANT SELECT ON contacts TO reader"))
        reader = SqlConnector("shop", sa.make_url(postgres_url).set(username="reader"))
        reader.describe()
        connection.execute(sa.text("REVOKE SELECT ON contacts FROM reader"))
    with pytest.raises(StoreRefused, match="may not do that"), reader.reading() as session:
        list(session.find(CONTACTS, EVERYBODY, ("email",)))
    reader.close()
    admin.connector.close()
    with engine.connect() as connection:
        connection.execute(sa.text("DROP OWNED BY reader"))
        connection.execute(sa.text("DROP ROLE reader"))
    engine.dispose()


def test_a_connection_that_is_cut_ends_in_one_sentence_and_changes_nothing(
    admin: Store, postgres_url: str
) -> None:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    def cut() -> None:
        with admin.connector.writing() as session:
            session.remove(CONTACTS, [(3,)])
            with engine.connect() as connection:
                connection.execute(sa.text(others))
            list(session.find(CONTACTS, EVERYBODY, ("email",)))

    with pytest.raises(StoreUnreachable, match="store cannot be reached"):
        cut()
    with admin.connector.reading() as again:
        assert len(list(again.find(CONTACTS, Condition(("id",), ((3,),)), ("email",)))) == 1, (
            "and the next session simply works"
        )
    admin.connector.close()
    engine.dispose()


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    lake = FilesConnector("lake", tmp_path)
    (tmp_path / "contacts.csv").write_text("id,email\n1,ann@a.test\n")
    with pytest.raises(StoreUnreachable, match="a file cannot be used"), lake.reading() as reading:
        read_when_gone(reading, tmp_path / "contacts.csv")
    (tmp_path / "contacts.jsonl").write_text("[1, 2]\n")
    with pytest.raises(StoreRefused, match="not what its name says"):
        lake.describe()


def read_when_gone(session: Reading, path: Path) -> None:
    path.unlink()
    session.count(path.stem, EVERYBODY)


def test_a_person_with_a_hundred_thousand_rows_is_shown_whole(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email UNIQUE, name, city, profile)"
        )
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, contact_id INTEGER, body)")
        connection.execute("CREATE INDEX by_contact ON notes (contact_id)")
        connection.execute("INSERT INTO contacts VALUES (1, 'ann@a.test', 'Ann', '', '{}')")
        connection.executemany("INSERT INTO notes VALUES (?, 1, 'x')", ((n,) for n in range(100_000)))
    connection.close()
    connector = SqlConnector("store", f"sqlite:///{file}")
    found = survey(load_map(MAP, Findings()), {"store": connector})
    reached = reach(found, [Proven("email", "ann@a.test")])
    assert reached.asked < 10
    assert sum(1 for _ in rows_of(found, reached)) == 100_001
    connector.close()
