"""Logs of lines and folders of files: what stands there that should not is found, and when it is gone it is found no more."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from troth.probes import CannotLook, Probe, open_eye, read_probes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOG = "log: {what: lines, store: a.log, expects: listed, besides: [at, verdict], show: [at], statements: [point:form]}"
FOLDER = """
pictures:
  what: files
  store: pictures
  people: shop.db
  query: SELECT id AS key FROM checks WHERE done
  pattern: "{key}-*.png"
  statements: [point:form]
"""


def declared(text: str) -> Probe:
    (probe,) = read_probes(text, lambda *_: frozenset())
    return probe


def write(folder: Path, *lines: object) -> None:
    (folder / "a.log").write_text("".join(f"{json.dumps(one)}\n" for one in lines))


def test_a_word_that_is_not_listed_is_found_with_its_line_and_without_its_value(tmp_path: Path) -> None:
    write(tmp_path, {"at": "noon", "verdict": "safe"}, {"at": "one", "verdict": "safe", "path": "/mei/ling"})
    eye = open_eye(declared(LOG), tmp_path)
    look = eye.look(NOON)
    assert (look.passed, look.found, look.looked_at) == (False, 1, 2)
    (seen,) = look.seen
    assert seen == {
        "store": "a.log", "row": 2, "holds": ["path"], "at": "one", "verdict": "•••", "path": "•••",
    }  # fmt: skip
    write(tmp_path, {"at": "noon", "verdict": "safe"})
    assert eye.look(NOON).passed


@pytest.mark.parametrize("line", ["GET /mei/ling", "[1, 2]", '"a"', "{broken"])
def test_a_line_of_which_nobody_can_say_what_it_holds_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.log").write_text(f"{line}\n\n")
    look = open_eye(declared(LOG), tmp_path).look(NOON)
    assert (look.passed, look.looked_at) == (False, 1)
    assert line not in str(look.seen)


def test_a_log_that_is_not_there_is_no_clean_log(tmp_path: Path) -> None:
    with pytest.raises(CannotLook):
        open_eye(declared(LOG), tmp_path).look(NOON)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE checks (id INTEGER PRIMARY KEY, done INTEGER)")
        connection.executemany("INSERT INTO checks VALUES (?, ?)", [(1, 1), (2, 0), (12, 1)])
    connection.close()
    (tmp_path / "pictures").mkdir()
    return tmp_path


def test_files_of_keys_that_a_database_names_must_be_gone(pictures: Path) -> None:
    eye = open_eye(declared(FOLDER), pictures)
    assert eye.look(NOON).passed
    for name in ("2-face.png", "3-face.png", "1-face.txt", "21-face.png"):
        (pictures / "pictures" / name).touch()
    assert eye.look(NOON).passed, "under way, unknown, or no picture"
    for name in ("1-face.png", "12-card.png"):
        (pictures / "pictures" / name).touch()
    look = eye.look(NOON)
    assert [one["file"] for one in look.seen] == ["1-face.png", "12-card.png"]
    (pictures / "pictures" / "1-face.png").unlink()
    assert eye.look(NOON).found == 1


def test_without_the_database_nobody_can_say_which_files_those_are(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    eye = open_eye(declared(FOLDER), tmp_path)
    assert eye.look(NOON).passed, "no file is one of those, whichever they are"
    (tmp_path / "pictures" / "1-face.png").touch()
    with pytest.raises(CannotLook):
        eye.look(NOON)
