"""What lies in an office as files is seen as tables, whatever program wrote it, and nothing of it is changed."""

from __future__ import annotations

import sqlite3
import wave
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook

from troth.sheets import Sheets, SheetUnreadable, place_of


def sheets(folder: Path, **places: str) -> Sheets:
    return Sheets({name: place_of(said) for name, said in places.items()}, folder)


def workbook(path: Path, **named: list[list[object]]) -> None:
    book = Workbook()
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)


def mail(folder: Path, name: str, to: str, data: bytes = b"", file: str = "list.csv") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@office.test", to, "A list"
    message["Date"] = "Mon, 02 Mar 2026 20:00:00 +0800"
    message.set_content("See the file.")
    if data:
        message.add_attachment(data, maintype="text", subtype="csv", filename=file)
    (folder / "cur").mkdir(parents=True, exist_ok=True)
    (folder / "cur" / name).write_bytes(bytes(message))


def sound(path: Path, seconds: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(100)
        made.writeframes(b"\x80" * 100 * seconds)


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_csv_file_as_any_office_program_writes_it(tmp_path: Path, between: str, mark: str) -> None:
    text = (
        between.join(("name", "e-mail", "left"))
        + "\r\n"
        + between.join(('"Lim, ""Ah"" Kow"', "a@b.test", ""))
        + "\r\n\r\n"
    )
    (tmp_path / "staff.csv").write_bytes((mark + text).encode())
    assert sheets(tmp_path, staff="staff.csv").ask(
        'SELECT name, "e-mail" AS mail, "left" AS gone FROM staff'
    ) == [{"name": 'Lim, "Ah" Kow', "mail": "a@b.test", "gone": None}]


def test_a_workbook_gives_days_figures_and_the_sheet_that_was_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["key", "since", "seen", "holders", "spare", None],
        [" K1 ", date(2026, 3, 1), datetime.fromisoformat("2026-03-01T09:30:00"), 2, True],
    ]
    workbook(tmp_path / "keys.xlsx", First=[["nothing"]], Keys=rows)
    look = sheets(tmp_path, keys="keys.xlsx#Keys")
    expected = {
        "key": "K1",
        "since": "2026-03-01",
        "seen": "2026-03-01T09:30:00",
        "holders": 2,
        "spare": "yes",
    }
    assert look.ask("SELECT * FROM keys") == [expected]
    assert look.columns("SELECT * FROM keys") == ("key", "since", "seen", "holders", "spare")


def test_what_changed_is_read_again_and_what_did_not_is_not(tmp_path: Path) -> None:
    workbook(tmp_path / "keys.xlsx", Keys=[["key"], ["K1"]])
    look = sheets(tmp_path, keys="keys.xlsx")
    assert len(look.ask("SELECT * FROM keys")) == 1
    workbook(tmp_path / "keys.xlsx", Keys=[["key"], ["K1"], ["K2"]])
    assert len(look.ask("SELECT * FROM keys")) == 2


def test_mails_with_what_hangs_on_them_and_its_cells(tmp_path: Path) -> None:
    mail(
        tmp_path / "sent",
        "1:2,S",
        "Agency <list@agency.test>, boss@office.test",
        b"e-mail;city\na@b.test;Ipoh\n",
    )
    mail(tmp_path / "sent", "2:2,S", "x@y.test")
    mail(tmp_path / "sent", "3:2,S", "x@y.test", b"\xff\xfe\x00", "broken.csv")
    look = sheets(tmp_path, sent="mails:sent")
    assert look.ask("SELECT mail, sender, recipients, sent_at, files FROM sent")[0] == {
        "mail": "cur/1", "sender": "desk@office.test", "recipients": "boss@office.test list@agency.test",
        "sent_at": "2026-03-02T12:00:00+00:00", "files": 1,
    }  # fmt: skip
    assert [(row["file"], row["readable"]) for row in look.ask("SELECT * FROM sent_files ORDER BY mail")] == [
        ("list.csv", "yes"),
        ("broken.csv", "no"),
    ]
    assert look.ask('SELECT number, "column", value FROM sent_cells') == [
        {"number": 1, "column": "e-mail", "value": "a@b.test"},
        {"number": 1, "column": "city", "value": "Ipoh"},
    ]


def test_recordings_have_a_length_and_what_is_none_has_none(tmp_path: Path) -> None:
    sound(tmp_path / "calls" / "quality" / "a.wav", 3)
    (tmp_path / "calls" / "b.wav").write_bytes(b"no sound")
    found = sheets(tmp_path, calls="sounds:calls").ask(
        "SELECT file, folder, seconds FROM calls ORDER BY file"
    )
    assert found == [
        {"file": "b.wav", "folder": "", "seconds": None},
        {"file": "quality/a.wav", "folder": "quality", "seconds": 3.0},
    ]


def test_a_database_is_asked_together_with_files_and_cannot_be_written(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        crm.execute("CREATE TABLE customers (id INTEGER, email TEXT)")
        crm.execute("INSERT INTO customers VALUES (1, 'a@b.test'), (2, 'c@d.test')")
    crm.close()
    (tmp_path / "out.csv").write_text("email\nc@d.test\n")
    look = sheets(tmp_path, crm="crm.db", out="out.csv")
    assert look.ask("SELECT c.id FROM crm.customers c JOIN out o ON o.email = c.email") == [{"id": 2}]
    for spoiling in ("DELETE FROM crm.customers", "CREATE TABLE crm.mine (x)", "DROP TABLE crm.customers"):
        with pytest.raises(SheetUnreadable, match="does not fit"):
            look.ask(spoiling)
    assert look.ask("SELECT count(*) AS n FROM crm.customers WHERE id > :least", {"least": 0}) == [{"n": 2}]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"\xff\xfeno", "no UTF-8"),
        ("a.csv", b"", "name each column"),
        ("a.csv", b"x,x\n1,2\n", "name each column"),
        ("a.csv", b"x,y\n1,2,3\n", "more cells"),
        ("a.csv", b'x,y\n"1,2\n', "no CSV"),
        ("a.xlsx", b"PK\x03\x04 half of it", "no workbook"),
        ("a.db", b"nothing of the kind", "does not open"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_without_a_value(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SheetUnreadable, match=said):
        sheets(tmp_path, a=name).ask("SELECT * FROM a")


@pytest.mark.parametrize("place", ["a.csv", "a.xlsx", "a.db", "mails:a", "sounds:a", "files:a"])
def test_what_is_not_there_was_not_seen(tmp_path: Path, place: str) -> None:
    with pytest.raises(SheetUnreadable):
        sheets(tmp_path, a=place).ask("SELECT 1")


@pytest.mark.parametrize("place", ["a.doc", "folder", "a.csv#Sheet", "mails:"])
def test_a_place_that_says_nothing_is_refused(place: str) -> None:
    with pytest.raises(SheetUnreadable, match="Nothing says"):
        place_of(place)
