"""harbour's database does the same on SQLite and on MariaDB."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from examples.harbour.company.lapses import AFFILIATE_KEEPS, FIELD_WITHOUT_NOTICE, TABLE_OUTSIDE, Lapses
from examples.harbour.company.mailing import MEMBERS
from examples.harbour.company.offices import Admins, Words
from examples.harbour.company.store import OLD, SHAPE, TABLES, Store, now
from tests.support.mariadb import fresh_database, mariadb_server

__all__ = ["mariadb_server"]


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "sqlite":
        yield Store(tmp_path_factory.mktemp("data") / "deep" / "harbour.db")
        return
    with fresh_database(request.getfixturevalue("mariadb_server")) as url:
        yield Store(url)


@pytest.fixture
def store(made: Store) -> Store:
    """With nothing in it."""
    for table in TABLES:
        made.change(f"DELETE FROM {table}")
    return made


def customer(store: Store, name: str) -> int:
    return store.put(
        "customers",
        account=f"acc-{name}",
        subject=f"s-{name}",
        user_name=name,
        email=f"{name}@people.example",
    )


def test_rows_come_back_as_they_were_put_and_numbered(store: Store) -> None:
    first, second = customer(store, "aisyah"), customer(store, "志豪 ✓")
    assert second == first + 1
    assert store.row("SELECT user_name FROM customers WHERE id = ?", second) == {"user_name": "志豪 ✓"}
    assert store.row("SELECT * FROM customers WHERE id = ?", 99) is None
    changed = store.change("UPDATE customers SET email = ? WHERE user_name = ?", "x@people.example", "aisyah")
    assert changed == 1
    assert store.change("DELETE FROM customers WHERE id = ?", 99) == 0


def test_a_row_with_the_same_key_takes_the_place_of_the_other(store: Store) -> None:
    for subject in ("one", "two"):
        store.put("visits", cookie_id="c", subject=subject)
    assert store.rows("SELECT * FROM visits") == [{"cookie_id": "c", "subject": "two"}]


def test_what_may_be_empty_is_and_members_are_found_with_their_customers(store: Store) -> None:
    number = customer(store, "farid")
    store.put("list_members", customer=number, token="t'); DROP TABLE customers; --", joined_at=now())
    (member,) = store.rows(f"{MEMBERS} WHERE (m.left_at IS NOT NULL OR NOT ?)", False)
    assert (member["user_name"], member["left_at"]) == ("farid", None)
    assert store.rows(f"{MEMBERS} WHERE (m.left_at IS NOT NULL OR NOT ?)", True) == []


def test_a_lapse_is_on_until_it_is_turned_off_and_cleaned_up(store: Store) -> None:
    lapses, number = Lapses(store), customer(store, "siti")
    store.put(
        "filings", customer=number, dossier={"filing_site": "a.example", "date_of_birth": "x"}, notice=""
    )
    for name in (FIELD_WITHOUT_NOTICE, TABLE_OUTSIDE, AFFILIATE_KEEPS):
        lapses.turn(name, True)
        assert lapses.on(name)
    assert store.rows(f"SELECT user_name FROM {OLD}") == [{"user_name": "siti"}]
    for name in (FIELD_WITHOUT_NOTICE, TABLE_OUTSIDE, AFFILIATE_KEEPS):
        lapses.turn(name, False)
        assert not lapses.on(name)
    (filing,) = store.rows("SELECT dossier FROM filings")
    assert json.loads(filing["dossier"]) == {"filing_site": "a.example"}
    with pytest.raises(Exception, match=OLD):
        store.rows(f"SELECT * FROM {OLD}")


def test_staff_come_in_by_the_password_that_was_handed_over(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "staff.json"
    admins = Admins(store, file)
    handed = json.loads(file.read_text())
    assert admins.enter(handed["name"], "guess") == admins.enter("nobody", handed["password"]) == ""
    token = admins.enter(handed["name"], handed["password"])
    assert admins.visit(token) == handed["name"]
    admins.leave(token)
    assert admins.visit(token) == ""
    Admins(store, file)
    assert json.loads(file.read_text()) == handed, "it is handed over once"


def test_a_text_is_kept_once_and_found_again(store: Store) -> None:
    for text in ("first", "second", "second"):
        Words(store, text)
    digests = [one["digest"] for one in Words(store, "first").history()]
    assert sorted(Words(store, "first").former(one) for one in digests) == ["first", "second"]


def test_a_database_of_another_shape_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "harbour.db"
    with closing(sqlite3.connect(path)) as before, before:
        before.execute("CREATE TABLE customers (id INTEGER)")
        before.execute(f"PRAGMA user_version = {SHAPE - 1}")
    assert Store(path).rows("SELECT * FROM customers") == []
    assert path.with_suffix(".before").exists()
    assert customer(Store(path), "again") == 1
    assert len(Store(path).rows("SELECT * FROM customers")) == 1


def test_every_table_is_there(store: Store) -> None:
    for table in TABLES:
        assert store.rows(f"SELECT * FROM {table}") == []
