"""Probes look and change nothing; what they find is shown without anybody's data; what they cannot see they say."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from troth.probes import CannotLook, Probe, ProbesUnreadable, open_eye, open_row, read_probes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def nothing(what: str, key: str) -> frozenset[str]:
    if key != "point:form":
        raise LookupError(key)
    return frozenset({"name", "email"})


def declared(text: str) -> Probe:
    (probe,) = read_probes(text, nothing)
    return probe


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE forms (id INTEGER PRIMARY KEY, field TEXT, value TEXT)")
        connection.executemany(
            "INSERT INTO forms (field, value) VALUES (?, ?)", [("name", "Ann"), ("age", "41")]
        )
    connection.close()
    return tmp_path


FIELDS = """
fields:
  what: sql
  store: shop.db
  query: SELECT id AS row, field, value FROM forms ORDER BY id
  column: field
  expects: fields_of point:form
  show: [row, field]
  statements: [point:form]
"""


def test_a_row_with_what_is_not_declared_is_a_finding_and_its_values_are_masked(shop: Path) -> None:
    look = open_eye(declared(FIELDS), shop).look(NOON)
    assert (look.passed, look.found, look.looked_at) == (False, 1, 2)
    assert look.seen == ({"store": "shop.db", "row": 2, "field": "age", "value": "•••"},)


def test_what_stands_besides_is_fine(shop: Path) -> None:
    look = open_eye(declared(FIELDS + "  besides: [age]\n"), shop).look(NOON)
    assert (look.passed, look.seen) == (True, ())


def test_a_row_may_stand_in_a_schema_of_its_own(shop: Path) -> None:
    probe = declared(FIELDS + "  row_of: main.forms.id\n")
    held = open_row(str(shop / "shop.db"), probe.row_of, 2)
    assert held is not None
    assert [(one.name, one.shown) for one in held] == [("id", "2"), ("field", ""), ("value", "")]
    with pytest.raises(ProbesUnreadable):
        declared(FIELDS + "  row_of: a.main.forms.id\n")


def test_where_nothing_is_expected_every_row_is_a_finding_and_all_are_counted(shop: Path) -> None:
    with sqlite3.connect(shop / "shop.db") as connection:
        connection.executemany("INSERT INTO forms (field) VALUES (?)", [("x",)] * 50)
    connection.close()
    look = open_eye(declared(FIELDS.replace("fields_of point:form", "none")), shop).look(NOON)
    assert (look.found, len(look.seen)) == (52, 20)


@pytest.mark.parametrize("statement", ["DELETE FROM forms", "INSERT INTO forms (field) VALUES ('x')"])
def test_a_probe_cannot_write(shop: Path, statement: str) -> None:
    probe = declared(FIELDS.replace("SELECT id AS row, field, value FROM forms ORDER BY id", statement))
    with pytest.raises(CannotLook):
        open_eye(probe, shop).look(NOON)
    with sqlite3.connect(shop / "shop.db") as connection:
        assert connection.execute("SELECT count(*) FROM forms").fetchone() == (2,)
    connection.close()


def test_looking_does_not_make_the_database_it_does_not_find(tmp_path: Path) -> None:
    with pytest.raises(CannotLook):
        open_eye(declared(FIELDS), tmp_path).look(NOON)
    assert not list(tmp_path.iterdir())


MAILS = """
mails:
  what: mail
  store: mail
  people: shop.db
  query: SELECT email, left_at AS since FROM members WHERE left_at IS NOT NULL
  tracked: [/go/]
  statements: [objection:list]
"""
CLEAN = '<p>Hello</p><img src="cid:logo"><a href="http://127.0.0.1/order">x</a>'
PIXEL = '<img src="http://127.0.0.1/px/1.gif">'
COUNTED = '<a href="http://127.0.0.1/go/1">x</a>'


@pytest.fixture
def room(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE members (email TEXT, left_at TEXT)")
        connection.execute("INSERT INTO members VALUES ('Left@people.example', ?)", [NOON.isoformat()])
        connection.execute("INSERT INTO members VALUES ('stayed@people.example', NULL)")
    connection.close()
    (tmp_path / "mail").mkdir()
    return tmp_path


def mail(room: Path, minutes: int, html: str, to: str = "left@people.example") -> None:
    path = room / "mail" / f"{minutes + 1000}-{to[:4]}.eml"
    head = f"Delivered-To: {to}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    path.write_text(head + html)
    at = (NOON + timedelta(minutes=minutes)).timestamp()
    os.utime(path, (at, at))


def test_a_pixel_after_leaving_is_found_and_one_before_is_not(room: Path) -> None:
    mail(room, -5, PIXEL + COUNTED)
    mail(room, 5, PIXEL, "stayed@people.example")
    mail(room, 5, CLEAN)
    eye = open_eye(declared(MAILS), room)
    assert eye.look(NOON + timedelta(minutes=6)).passed
    mail(room, 7, CLEAN + PIXEL + COUNTED)
    look = eye.look(NOON + timedelta(minutes=8))
    assert not look.passed
    assert look.seen[0]["mail"] == "1007-left.eml"
    assert len(look.seen[0]["holds"]) == 2
    assert "people.example" not in str(look.seen)


def test_a_link_that_no_mail_may_hold_is_found_by_the_piece_it_was_known_by(room: Path) -> None:
    eye = open_eye(declared(MAILS + "  unwanted: [/order]\n"), room)
    mail(room, 5, PIXEL, "stayed@people.example")
    mail(room, 6, CLEAN)
    (found,) = eye.look(NOON + timedelta(minutes=7)).seen
    assert found["holds"] == ["a link to /order"]
    mail(room, 8, "<p>Sorry.</p>")
    assert eye.look(NOON + timedelta(minutes=9)).passed


def test_a_found_mail_stays_found_until_a_clean_one_comes(room: Path) -> None:
    mail(room, 1, PIXEL)
    eye = open_eye(declared(MAILS), room)
    assert [eye.look(NOON + timedelta(minutes=m)).passed for m in (2, 3)] == [False, False]
    mail(room, 4, CLEAN)
    assert eye.look(NOON + timedelta(minutes=5)).passed


def test_a_clean_mail_does_not_hide_one_that_came_since_the_last_look(room: Path) -> None:
    eye = open_eye(declared(MAILS), room)
    assert eye.look(NOON).passed
    mail(room, 1, PIXEL)
    mail(room, 2, CLEAN)
    assert not eye.look(NOON + timedelta(minutes=3)).passed


def test_a_file_that_should_not_be_there(tmp_path: Path) -> None:
    probe = declared("dumps: {what: files, store: out, pattern: '*.csv', statements: [point:form]}")
    with pytest.raises(CannotLook):
        open_eye(probe, tmp_path).look(NOON)
    (tmp_path / "out" / "kept.csv").mkdir(parents=True)
    assert open_eye(probe, tmp_path).look(NOON).passed, "a folder is no file"
    (tmp_path / "out" / "all.csv").touch()
    assert open_eye(probe, tmp_path).look(NOON).seen == ({"file": "all.csv"},)


def test_files_of_those_whom_a_query_names_are_findings_and_no_others(tmp_path: Path) -> None:
    probe = declared(
        "scans: {what: files, store: scans, people: done.db, query: SELECT id AS key FROM checks WHERE done = 1, "
        "pattern: '{key}-*.png', statements: [point:form]}"
    )
    folder = tmp_path / "scans"
    folder.mkdir()
    assert open_eye(probe, tmp_path).look(NOON).passed, "where there is no file, no database is asked"
    for number in range(1, 700):
        (folder / f"{number}-face.png").touch()
    with pytest.raises(CannotLook):
        open_eye(probe, tmp_path).look(NOON)
    with sqlite3.connect(tmp_path / "done.db") as connection:
        connection.execute("CREATE TABLE checks (id INTEGER PRIMARY KEY, done INTEGER)")
        connection.executemany(
            "INSERT INTO checks VALUES (?, ?)", [(n, n in (12, 650, 900)) for n in range(1000)]
        )
    connection.close()
    seen = open_eye(probe, tmp_path).look(NOON)
    assert (seen.passed, seen.seen) == (False, ({"file": "12-face.png"}, {"file": "650-face.png"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not YAML"),
        ("- a", "does not map"),
        ("a: 1", "says nothing"),
        ("a: {what: sql, store: x}", "lacks statements"),
        ("a: {what: xray, store: x, statements: [y]}", "lacks a kind of look"),
        ("a: {what: sql, store: x, statements: [y], switch: on}", "unknown word 'switch'"),
        (
            "a: {what: sql, store: x, query: q, statements: [y], expects: fields_of point:none}",
            "nobody declared",
        ),
        ("a: {what: sql, store: x, query: q, statements: [y], every: often}", "nobody declared"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ProbesUnreadable, match=said):
        read_probes(text, nothing)
