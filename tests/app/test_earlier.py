"""What the program left behind before payloads were sealed: opened by today's, on both databases, with everything in it."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.app.backup_kit import Fresh, known, sound
from tests.gate.kit import MAIL
from tests.packs.kit import fast_program
from troth.app.backup import back_up
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.proofs import check_ledger, packs_of
from troth.app.restoring import pair, restore
from troth.app.system import SystemClock, SystemEntropy
from troth.db import open_database
from troth.db.migrate import RECORDS, bring_to, newest, revision_of
from troth.db.portable import read_rows
from troth.packs import Selection

BEFORE = Path(__file__).parent / "schema_0004"
PEOPLE = json.loads((BEFORE / "people.json").read_text())


def as_it_was(place: Path, database: str) -> Home:
    """The home as the earlier program left it; its database stands at migration 0004."""
    home = Home.at(place / "home", database)
    for name in ("segments", "checkpoints"):
        shutil.copytree(BEFORE / name, home.folder / name)
    for name, secret in json.loads((BEFORE / "keys.json").read_text()).items():
        path = home.folder / "keys" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(bytes.fromhex(secret))
        path.chmod(0o600)
    with open_database(home.database) as opened, opened.write() as connection:
        bring_to(connection, RECORDS, "0004")
        read_rows(connection, BEFORE / "rows")
    return home


def lines(table: str) -> list[list[Any]]:
    """The rows of a table as they were written then."""
    with gzip.open(BEFORE / "rows" / f"{table}.rows.gz") as file:
        return [json.loads(line) for line in file][1:-1]


def test_everything_is_there_and_what_lay_open_is_sealed(fresh: Fresh, tmp_path: Path) -> None:
    home = as_it_was(tmp_path, fresh())
    told: list[int] = []
    with open_organisation(home, "quay", told=told.append) as quay, quay.database.read() as connection:
        assert revision_of(connection) == newest()
        assert told == [len(lines("ledger_payloads"))]
        left = connection.execute(
            text("SELECT count(*) FROM ledger_payloads WHERE NOT sealed OR length(salt) > 0")
        )
        assert left.scalar_one() == 0
        headers = dict(quay.ledger.leaves(connection, until=26))
        assert len(headers) == 26
        for one in lines("ledger_payloads"):
            shown = quay.ledger.disclose(connection, one[1])
            assert shown is not None
        people = quay.rooms.subjects.everybody(connection)
    assert len(people) == 4  # two were merged
    assert [known(home, who)[0] for who in PEOPLE] == [True] * 5
    assert sound(home)


def test_it_continues_what_was_signed_then(fresh: Fresh, tmp_path: Path) -> None:
    home = as_it_was(tmp_path, fresh())
    with open_organisation(home, "quay") as quay:
        pack = packs_of(quay, home).make(Selection(everything=True))
    found = check_ledger(home, "quay", sorted((BEFORE / "checkpoints" / "quay").iterdir()))
    assert found.holds
    assert found.verified.kept >= 2
    program = fast_program()
    said = program.check(pack.text, [program.Key(key) for key in pack.keys])
    assert said["holds"]


def test_people_of_then_answer_as_they_did_and_can_be_erased(fresh: Fresh, tmp_path: Path) -> None:
    home = as_it_was(tmp_path, fresh())
    with open_organisation(home, "quay") as quay:
        answers = [quay.gate.peek(MAIL, who).answer.outcome for who in PEOPLE]
        quay.erase_keys(PEOPLE[0])
        quay.erase_keys(PEOPLE[4])
    assert [str(one) for one in answers] == ["permit", "deny", "permit", "permit", "permit"]
    assert [known(home, who)[0] for who in PEOPLE] == [False, True, True, False, False]
    assert sound(home)


def test_what_was_sealed_late_is_nowhere_in_the_files_any_more(tmp_path: Path) -> None:
    home = as_it_was(tmp_path, "")
    shown = [payload.encode() for payload in _payloads()]
    files = [home.folder / "troth.db"]
    assert any(one in path.read_bytes() for path in files for one in shown)
    open_organisation(home, "quay").close()
    for path in home.folder.glob("troth.db*"):
        assert not [one for one in shown if one in path.read_bytes()], path.name


def test_it_is_backed_up_and_restored_like_any_other(fresh: Fresh, tmp_path: Path) -> None:
    home = as_it_was(tmp_path, fresh())
    open_organisation(home, "quay").close()
    data, keys = tmp_path / "data", tmp_path / "keys"
    back_up(home, data=data, keys=keys, clock=SystemClock(), entropy=SystemEntropy())
    into = replace(Home.at(tmp_path / "there", fresh()), keystore=fresh())
    shutil.copytree(home.folder / "root", into.folder / "root")
    restore(pair(data, keys), into)
    assert sound(into)
    assert [known(into, who)[0] for who in PEOPLE] == [True] * 5


@pytest.mark.parametrize("stop", [1, 2])
def test_sealing_that_was_cut_off_goes_on(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    home = as_it_was(tmp_path, fresh())
    monkeypatch.setattr("troth.ledger.old.CHUNK", 4)
    told: list[int] = []

    def interrupted(done: int) -> None:
        told.append(done)
        if len(told) == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_organisation(home, "quay", told=interrupted)
    again: list[int] = []
    open_organisation(home, "quay", told=again.append).close()
    assert told[-1] + again[-1] == len(lines("ledger_payloads"))
    assert sound(home)


def _payloads() -> list[str]:
    """Payloads long enough to be told from anything else."""
    import base64

    found = (base64.b64decode(one[3]).decode() for one in lines("ledger_payloads"))
    return [one for one in found if len(one) > 40]
