"""A planted marker is found in every file, log and database, in every form; what is clean, and what cannot be read, is said."""

from __future__ import annotations

import base64
import gzip
import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from troth.leftovers import Markers, MarkersUnreadable, read_markers, search
from troth.leftovers.files import _CHUNK

MARK = "Ng Wei-Ling 7f3a/+ü"
PLAIN = "mk-ann-email-41@a.test"


def marks() -> Markers:
    return read_markers(f"{MARK}\n\n{PLAIN}\n")


def forms(*places: Path | str) -> set[tuple[int, str]]:
    return {(hit.marker, hit.form) for hit in search(map(str, places), marks()).hits}


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (MARK.encode(), "UTF-8"),
        (MARK.encode("utf-16-le"), "UTF-16LE"),
        (MARK.encode("utf-16-be"), "UTF-16BE"),
        (json.dumps(MARK).encode(), "JSON"),
        (b"q=Ng%20Wei-Ling%207f3a%2F%2B%c3%bc", "URL"),
        (b"q=Ng+Wei-Ling+7f3a%2F%2B%C3%BC", "form"),
        (MARK.encode().hex().encode(), "hex"),
        *((base64.b64encode(b"x" * n + MARK.encode() + b"yz"), "base64 of UTF-8") for n in range(4)),
        *((base64.urlsafe_b64encode(b"x" * n + MARK.encode()), "base64 of UTF-8") for n in range(3)),
        (base64.b64encode(b"x" + MARK.encode("utf-16-le")), "base64 of UTF-16LE"),
    ],
)
def test_each_form_is_found(tmp_path: Path, data: bytes, form: str) -> None:
    (tmp_path / "log").write_bytes(b"before " + data + b" after")
    assert (1, form) in forms(tmp_path)


def test_what_is_clean_is_clean(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(os.urandom(200_000))
    found = search([str(tmp_path)], marks())
    assert found.clean


def test_case_of_letters_does_not_hide_anything(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(PLAIN.upper())
    assert forms(tmp_path) == {(3, "UTF-8")}


def test_a_marker_across_two_pieces_is_found_where_it_is(tmp_path: Path) -> None:
    at = _CHUNK - 5
    (tmp_path / "log").write_bytes(b"\0" * at + PLAIN.encode())
    (hit,) = search([str(tmp_path / "log")], marks()).hits
    assert hit.at == at
    assert PLAIN not in str(hit)


def test_what_is_packed_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "old.gz").write_bytes(gzip.compress(PLAIN.encode() * 9))
    with zipfile.ZipFile(tmp_path / "old.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", MARK * 20)
    assert {hit.marker for hit in search([str(tmp_path)], marks()).hits} == {1, 3}


def test_what_cannot_be_read_is_not_called_clean(tmp_path: Path) -> None:
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8b" + b"nonsense")
    found = search(
        [str(tmp_path), str(tmp_path / "nowhere"), "sqlite:////nowhere/at/all.db", "nonsense://x"], marks()
    )
    assert not found.clean
    assert len(found.unread) == 4


def test_rows_that_were_deleted_still_lie_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"{PLAIN} {n}",) for n in range(500)])
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM t")
    connection.close()
    assert (3, "UTF-8") in forms(file)
    with sqlite3.connect(file) as connection:
        connection.execute("VACUUM")
    connection.close()
    assert forms(file) == set()


def test_the_log_beside_a_database_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (?)", (PLAIN,))
    connection.commit()
    log = (tmp_path / "shop.db-wal").read_bytes()
    places = {hit.place for hit in search([str(file)], marks()).hits}
    assert str(tmp_path / "shop.db-wal") in places
    assert (tmp_path / "shop.db-wal").read_bytes() == log
    connection.close()


def test_a_long_value_that_lies_in_pieces_is_found_in_its_row(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA page_size=512")
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * n + PLAIN + "y" * 2000,) for n in (440,)])
        connection.execute("INSERT INTO t VALUES (CAST(x'ff8081' AS TEXT))")
    connection.close()
    found = search([str(file)], marks())
    assert f"{file}#t" in {hit.place for hit in found.hits}
    assert not found.unread


def test_every_table_of_every_schema_is_read(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE TABLE "Odd name" (id INTEGER, a JSON, b TEXT)'))
        insert = sa.text('INSERT INTO "Odd name" VALUES (:n, :a, :b)')
        connection.execute(insert, [{"n": n, "a": "[]", "b": "x"} for n in range(1200)])
        connection.execute(insert, {"n": 1201, "a": json.dumps({"deep": [{"er": MARK}]}), "b": PLAIN})
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("CREATE SCHEMA other"))
            connection.execute(sa.text("CREATE TABLE other.t (a BYTEA)"))
            connection.execute(sa.text("INSERT INTO other.t VALUES (:a)"), {"a": PLAIN.encode()})
            connection.execute(sa.text("SELECT lo_from_bytea(0, :a)"), {"a": PLAIN.encode()})
    engine.dispose()
    found = search([database_url], marks())
    assert not found.unread
    places = {hit.place.partition("#")[2] for hit in found.hits}
    more = {"other.t", "pg_largeobject"} if "postgresql" in database_url else set()
    assert {place.removeprefix("public.") for place in places} == {"Odd name", *more}
    assert {hit.at for hit in found.hits if "Odd" in hit.place} == {1201}
    assert {hit.marker for hit in found.hits if "Odd" in hit.place} == {1, 3}


@pytest.mark.parametrize("text", ["", "\n\n", "abc\n", "long enough\nxy\n"])
def test_a_list_that_is_of_no_use_is_refused(text: str) -> None:
    with pytest.raises(MarkersUnreadable):
        read_markers(text)
