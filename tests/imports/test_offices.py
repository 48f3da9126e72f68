"""Where an office keeps its files is said in the home; its chore brings in what is new, and reads its declaration again when it changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.test_importing import LIST, write
from troth.app.chores import Chores
from troth.app.config import Home
from troth.app.importing import NotAllBroughtIn
from troth.app.offices import OfficesUnreadable, office_of, offices_of
from troth.app.organisation import Organisation


def declared(tmp_path: Path, text: str = LIST) -> Path:
    folder = tmp_path / "policy"
    folder.mkdir(exist_ok=True)
    (folder / "imports.yaml").write_text(text)
    return folder


def test_the_home_says_where_files_lie(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert offices_of(home, {}) == {}
    (tmp_path / "offices.yaml").write_text("quay: {data: files}\n")
    assert offices_of(home, {}) == {"quay": tmp_path / "files"}
    for wrong in ("- quay", "quay: files", "quay: {data: 3}", "quay: {data: x, more: y}"):
        (tmp_path / "offices.yaml").write_text(wrong)
        with pytest.raises(OfficesUnreadable):
            offices_of(home, {})


def test_the_chore_brings_in_what_is_new_and_tells_what_it_cannot(
    quay_on_sqlite: Organisation, tmp_path: Path
) -> None:
    office = office_of(quay_on_sqlite, declared(tmp_path), write(tmp_path / "files"))
    assert office is not None
    told: list[str] = []
    chores = Chores(quay_on_sqlite, tell=told.append, office=office)
    assert [chore.name for chore in chores.chores].count("imports") == 1
    chores.turn()
    assert told == []
    (tmp_path / "files" / "customers.csv").unlink()
    office.turn(all=True)
    declared(tmp_path, LIST + "# another word\n")
    with pytest.raises(NotAllBroughtIn, match=r"customers.csv cannot be read"):
        office.chore()


def test_without_a_declaration_or_a_place_there_is_no_office(
    quay_on_sqlite: Organisation, tmp_path: Path
) -> None:
    assert office_of(quay_on_sqlite, tmp_path, tmp_path) is None
    assert office_of(quay_on_sqlite, declared(tmp_path), None) is None
