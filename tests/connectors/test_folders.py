"""Folders whose rows are files: found by a name, by a column that lists them, shown whole, overwritten when they go."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.connectors.test_files import mapped
from troth.connectors import Secrets, open_connector
from troth.connectors.folders import FolderConnector
from troth.datamap import Proven, check_live, erase, plan_erasure, reach, rows_of, survey
from troth.datamap.connector import Change, Condition
from troth.datamap.errors import NotAble, StoreRefused
from troth.kernel.findings import Findings

MAP = """
systems:
  shop:
    at: sqlite:shop.db
    datasets:
      candidates:
        people: yes
        fields: {id: not_personal, email: {is: email, identity: email}, resume: not_personal}
  uploads:
    at: folder:uploads
    datasets:
      resumes:
        table: resumes/*
        fields: {file: {is: resume, to: shop/candidates.resume}, name: resume, content: resume}
      cards:
        table: cards/{candidate}-*
        fields: {file: id_card, name: id_card, candidate: {is: not_personal, to: shop/candidates.id}, content: id_card}
"""
ANN = b"Ann's own words"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE candidates (id INTEGER PRIMARY KEY, email, resume)")
        connection.executemany(
            "INSERT INTO candidates VALUES (?, ?, ?)",
            [(1, "ann@a.test", "resumes/a.pdf"), (2, "bob@b.test", "resumes/b.pdf")],
        )
    connection.close()
    folder = tmp_path / "uploads"
    files = {
        "resumes/a.pdf": ANN,
        "resumes/b.pdf": b"Bob",
        "cards/1-front.png": b"A",
        "cards/1-back.png": b"B",
        "cards/2-front.png": b"C",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_files_of_a_person_are_found_shown_and_erased(uploads: Path) -> None:
    map = mapped(MAP)
    connectors = {
        one.id: open_connector(one, uploads.parent, Secrets(None, {}), writable=True) for one in map.systems
    }
    findings = Findings()
    for system in map.systems:
        check_live(map, system, connectors[system.id].describe(), findings)
    assert not findings.errors
    found, proven = survey(map, connectors), [Proven("email", "ann@a.test")]
    reached = reach(found, proven)
    shown = {row["file"]: row for name, row in rows_of(found, reached) if name.startswith("uploads")}
    assert sorted(shown) == ["cards/1-back.png", "cards/1-front.png", "resumes/a.pdf"]
    assert shown["resumes/a.pdf"]["content"] == ANN
    held = os.open(uploads / "resumes/a.pdf", os.O_RDONLY)
    try:
        outcome = erase(found, plan_erasure(found, reached), proven, lambda: "0" * 24)
        assert outcome.complete
        assert outcome.outcomes[0].scrubbed
        assert os.read(held, 100) == bytes(len(ANN)), (
            "the bytes themselves were overwritten, not only the name taken away"
        )
    finally:
        os.close(held)
    left = sorted(path.name for path in uploads.rglob("*") if path.is_file() and path.name[0] != ".")
    assert left == ["2-front.png", "b.pdf"]
    for connector in connectors.values():
        connector.close()


def test_a_file_that_fits_no_pattern_is_an_error_of_the_map(uploads: Path) -> None:
    (uploads / "stray.bin").write_bytes(b"?")
    map, findings = mapped(MAP), Findings()
    system = map.systems[1]
    check_live(map, system, FolderConnector("uploads", uploads, tables=system.tables).describe(), findings)
    assert [one.code for one in findings.errors] == ["unmapped-table"]
    assert "'files'" in findings.errors[0].message


def test_a_folder_without_patterns_is_one_table(uploads: Path) -> None:
    connector = FolderConnector("uploads", uploads)
    (table,) = connector.describe().tables
    assert (table.name, table.key) == ("files", ("file",))
    with connector.reading() as session:
        assert session.count("files", Condition(("name",), (("a.pdf",), ("b.pdf",)))) == 2
        with pytest.raises(StoreRefused, match="files have no 'owner'"):
            session.count("files", Condition(("owner",), (("x",),)))
        with pytest.raises(StoreRefused, match="no files 'pictures'"):
            session.count("pictures", Condition(("name",), (("x",),)))


def test_what_a_file_holds_can_be_emptied_and_its_name_not_changed(uploads: Path) -> None:
    map = mapped(MAP)
    resumes = map.datasets[1]
    connector = FolderConnector("uploads", uploads, tables=map.systems[1].tables)
    emptied = Change(("resumes/a.pdf",), (("content", None),))
    keyed = survey(
        map, {"shop": open_connector(map.systems[0], uploads.parent, Secrets(None, {})), "uploads": connector}
    )
    resumes = keyed.dataset(resumes.name)
    with connector.writing() as session:
        assert session.change(resumes, [emptied]) == 1
        assert session.verify(resumes, (), [emptied]) == ()
    with connector.reading() as again:
        assert again.verify(resumes, (), [emptied]) == ()
    assert (uploads / "resumes/a.pdf").read_bytes() == b""
    with (
        pytest.raises(StoreRefused, match="name of a file cannot be changed"),
        connector.writing() as session,
    ):
        session.change(resumes, [Change(("resumes/b.pdf",), (("name", "x.pdf"),))])
    assert (uploads / "resumes/b.pdf").read_bytes() == b"Bob"


def test_a_session_that_fails_removes_no_file(uploads: Path) -> None:
    map = mapped(MAP)
    connector = FolderConnector("uploads", uploads, tables=map.systems[1].tables)

    def fail() -> None:
        with connector.writing() as session:
            session.remove(survey_key(map), [("resumes/a.pdf",)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (uploads / "resumes/a.pdf").read_bytes() == ANN
    with pytest.raises(NotAble), FolderConnector("uploads", uploads, writable=False).writing():
        pass


def survey_key(map):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(map.datasets[1], key=("file",))
