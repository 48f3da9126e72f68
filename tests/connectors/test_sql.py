"""What databases do beyond the exam: keep reading sessions from writing, say their shape, overwrite what is removed."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.connectors.kit import CONTACTS, DATABASES, Store
from troth.connectors.sql import SqlConnector
from troth.datamap.connector import Ability, Change, Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.model import Dataset

SHAPES = (
    "CREATE TABLE parents (a INTEGER, b INTEGER, note VARCHAR(20) NOT NULL, PRIMARY KEY (a, b))",
    """CREATE TABLE children (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, mail VARCHAR(80) UNIQUE,
    FOREIGN KEY (a, b) REFERENCES parents (a, b) ON DELETE CASCADE)""",
    "CREATE INDEX by_parent ON children (a, b)",
)
TRIGGERS = {
    "sqlite": ("CREATE TRIGGER copies AFTER DELETE ON parents BEGIN UPDATE children SET mail = NULL; END",),
    "postgresql": (
        "CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE TRIGGER copies AFTER DELETE ON parents FOR EACH ROW EXECUTE FUNCTION copied()",
        "CREATE SCHEMA other",
        "CREATE TABLE other.things (id INTEGER PRIMARY KEY)",
    ),
}


def made(url: str) -> SqlConnector:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in (*SHAPES, *TRIGGERS[engine.dialect.name]):
            connection.execute(sa.text(statement))
    engine.dispose()
    return SqlConnector("shapes", url)


def test_the_shape_holds_keys_references_uniqueness_indexes_and_triggers(database_url: str) -> None:
    connector = made(database_url)
    schema = connector.describe()
    parents, children = schema.table("parents"), schema.table("children")
    assert parents is not None
    assert children is not None
    assert parents.key == ("a", "b")
    note = parents.column("note")
    assert note is not None
    assert (note.nullable, note.length, note.kind.value) == (False, 20, "text")
    assert [(t.name, set(t.events)) for t in parents.triggers] == [("copies", {"delete"})]
    (reference,) = children.references
    assert (reference.columns, reference.to, reference.on, reference.on_delete) == (
        ("a", "b"),
        "parents",
        ("a", "b"),
        "cascade",
    )
    assert children.is_unique("mail")
    assert not children.is_unique("a")
    assert ("a", "b") in children.indexed
    assert [table.name for table, _ in schema.referring_to("parents")] == ["children"]
    if database_url.startswith("postgresql"):
        assert schema.table("other.things") is not None
    connector.close()


@pytest.mark.parametrize("store", DATABASES, indirect=True)
def test_the_database_itself_keeps_a_reading_session_from_writing(store: Store) -> None:
    assert isinstance(store.connector, SqlConnector)
    assert Ability.READ_ONLY in store.connector.abilities
    with pytest.raises(StoreRefused), store.connector.reading() as session:
        session._connection.execute(sa.text("DELETE FROM notes"))


def test_what_is_removed_is_gone_from_the_files_of_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    url = f"sqlite:///{file}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("PRAGMA journal_mode=WAL"))
        connection.execute(
            sa.text("CREATE TABLE contacts (id INTEGER PRIMARY KEY, email, name, city, profile)")
        )
        for n in range(200):
            connection.execute(
                sa.text("INSERT INTO contacts VALUES (:n, :email, :name, '', '{}')"),
                {"n": n, "email": f"marker-{n}@a.test", "name": "x" * 300},
            )
    engine.dispose()
    connector = SqlConnector("shop", url)
    assert b"marker-77@" in file.read_bytes()
    with connector.writing() as session:
        session.remove(CONTACTS, [(77,)])
        session.change(CONTACTS, [Change((78,), (("email", None),))])
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"marker-77@" not in left
    assert b"marker-78@" not in left
    assert b"marker-79@" in left
    connector.close()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="no database file"):
        SqlConnector("shop", f"sqlite:///{tmp_path / 'shop.db'}")
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_away_is_one_sentence() -> None:
    connector = SqlConnector("shop", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(StoreUnreachable, match="shop cannot be reached") as caught:
        connector.describe()
    assert "secret" not in str(caught.value)


def test_a_broken_constraint_is_one_sentence_without_the_value(database_url: str) -> None:
    connector = made(database_url)
    children = Dataset(id="children", system="shapes", table="children", fields=(), key=("id",))
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO children (id, mail) VALUES (1, 'secret@a.test'), (2, 'other@a.test')")
        )
    engine.dispose()
    with pytest.raises(StoreRefused, match="constraint") as caught, connector.writing() as session:
        session.change(children, [Change((2,), (("mail", "secret@a.test"),))])
    assert "secret@a.test" not in str(caught.value)
    with connector.reading() as session:
        assert session.count("children", Condition(("mail",), (("other@a.test",),))) == 1
    connector.close()
