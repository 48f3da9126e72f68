"""`troth map` and `troth leftovers`, as somebody types them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.tidy.source import ROOT
from troth.cli.main import main

SHOP = "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT UNIQUE, user_name TEXT UNIQUE, shoe TEXT)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy with a store beside it."""
    shutil.copytree(
        ROOT / "examples/harbour",
        tmp_path / "harbour",
        ignore=shutil.ignore_patterns("company", "__pycache__"),
    )
    with sqlite3.connect(tmp_path / "harbour/shop.db") as connection:
        connection.execute(SHOP)
        connection.execute("INSERT INTO customers VALUES (1, 'marker-ann@a.test', 'marker-ann', '41')")
    connection.close()
    return tmp_path / "harbour"


def said(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    code = main([str(word) for word in words])
    return code, capsys.readouterr().out


def test_a_draft_is_completed_and_then_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "map", f"sqlite:{folder / 'shop.db'}", "--policy", folder)
    assert code == 0
    assert "marker" not in text, "no value is read"
    (folder / "map.yaml").write_text(text.replace(f"sqlite:{folder}/", "sqlite:"))
    code, text = said(capsys, "map", "check", folder)
    assert code == 1
    assert "The field 'shoe' does not say what it is" in text
    path = folder / "map.yaml"
    path.write_text(path.read_text().replace("shoe:  # what is it?", "shoe: not_personal"))
    code, text = said(capsys, "map", "check", folder)
    assert (code, text) == (
        0,
        f"{folder}: 1 dataset fits, held against shop; 0 errors, 0 warnings, 0 notes.\n",
    )


def test_a_column_that_came_later_is_found_with_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = said(capsys, "map", f"sqlite:{folder / 'shop.db'}", "--policy", folder, "--name", "store")
    (folder / "map.yaml").write_text(text.replace("shoe:", "shoe: not_personal"))
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("ALTER TABLE customers ADD COLUMN religion TEXT")
    connection.close()
    code, text = said(capsys, "map", "check", folder, "--json")
    report = json.loads(text)
    assert (code, report["fits"], report["looked_at"]) == (1, False, ["store"])
    (finding,) = report["findings"]
    assert (finding["code"], finding["file"]) == ("unmapped-field", "map.yaml")
    assert finding["line"] > 1
    code, _ = said(capsys, "map", "check", folder, "--offline")
    assert code == 0


def test_a_store_that_is_away_is_an_error_and_not_passed_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = said(capsys, "map", f"sqlite:{folder / 'shop.db'}", "--policy", folder)
    (folder / "map.yaml").write_text(text.replace("shoe:", "shoe: not_personal"))
    (folder / "shop.db").unlink()
    code, text = said(capsys, "map", "check", folder)
    assert code == 1
    assert "no database file" in text


@pytest.mark.parametrize(
    "words",
    [
        ("map", "sqlite:nowhere.db"),
        ("map", "postgresql://ann:secret@127.0.0.1/x"),
        ("map", "a", "b"),
        ("map", "check"),
        ("map", "files:nowhere"),
        ("leftovers", "--markers", "nowhere", "."),
    ],
)
def test_what_cannot_be_tried_is_one_sentence(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, *words)
    assert code == 2
    assert len(text.splitlines()) == 1
    assert "secret" not in text


def test_a_folder_without_a_map_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "map", "check", tmp_path)
    assert code == 1
    assert "no map.yaml" in text


def test_leftovers_are_named_by_number_and_place(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "markers").write_text("marker-bob\nmarker-ann@a.test\n")
    code, text = said(capsys, "leftovers", "--markers", tmp_path / "markers", folder / "shop.db")
    assert code == 1
    assert "marker 2 as UTF-8" in text
    assert "marker-ann" not in text
    code, text = said(capsys, "leftovers", "--markers", tmp_path / "markers", folder / "shop.db", "--json")
    assert {hit["marker"] for hit in json.loads(text)["hits"]} == {2}
    (tmp_path / "markers").write_text("marker-bob\n")
    code, text = said(capsys, "leftovers", "--markers", tmp_path / "markers", folder / "shop.db")
    assert (code, text) == (0, "0 of 1 markers are still there, in 0 places; 0 not looked into.\n")
    code, text = said(
        capsys, "leftovers", "--markers", tmp_path / "markers", folder / "shop.db", folder / "gone.db"
    )
    assert code == 2
    assert "not looked into" in text


def test_a_server_is_drafted_and_checked_with_credentials_that_stand_elsewhere(
    folder: Path, postgres_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sa.make_url(postgres_url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA crm"))
        connection.execute(
            sa.text('CREATE TABLE crm."Guests" (id INTEGER PRIMARY KEY, email VARCHAR(80) UNIQUE)')
        )
    engine.dispose()
    monkeypatch.setenv("TROTH_SECRET_CRM", f"{url.username}:{url.password or 'none'}")
    bare = sa.URL.create("postgresql", host=url.host, port=url.port, database=url.database, query=url.query)
    place = bare.render_as_string()
    code, text = said(capsys, "map", place, "--name", "crm", "--credentials", "crm", "--policy", folder)
    assert code == 0, text
    assert 'table: "crm.Guests"' in text or "table: crm.Guests" in text
    (folder / "map.yaml").write_text(text)
    code, text = said(capsys, "map", "check", folder)
    assert (code, "1 dataset fits, held against crm" in text) == (0, True), text
    monkeypatch.delenv("TROTH_SECRET_CRM")
    code, text = said(capsys, "map", "check", folder)
    assert code == 1
    assert "no credentials 'crm'" in text
