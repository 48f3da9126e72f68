"""Old entries of an organisation in archives: asked, replayed, proven, erased and backed up as if they lay in the tables."""

from __future__ import annotations

import functools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.backup_kit import Fresh, Town, known, sound, state, town
from tests.gate.kit import agreed
from tests.packs.kit import fast_program
from troth.app import archiving
from troth.app.archiving import archive
from troth.app.opening import open_organisation
from troth.app.proofs import check_ledger, packs_of
from troth.cli.main import main
from troth.ledger import Archiver
from troth.packs import Selection


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight entries an archive."""
    monkeypatch.setattr(archiving, "Archiver", functools.partial(Archiver, level=3))


def archived(home: Town, **more: Any) -> list[tuple[int, int]]:
    with home.opened() as quay:
        return [(one.first, one.last) for one in archive(quay, home.home, timedelta(0), **more)]


@pytest.fixture
def home(fresh: Fresh, tmp_path: Path) -> Town:
    return town(tmp_path, fresh(), fresh(), people=5)


def test_nothing_changes_but_where_entries_lie(home: Town) -> None:
    before = [known(home.home, who) for who in home.people]
    with home.opened() as quay:
        pack = packs_of(quay, home.home).make(Selection(everything=True, payloads=(5,), personal="a test"))
    rows = state(home.home)
    assert archived(home) == [(1, 8), (9, 16), (17, 24)]
    after = state(home.home)
    assert rows["ledger_entries"] + 3 - after["ledger_entries"] == 24
    assert after["ledger_archives"] == 3
    assert [known(home.home, who) for who in home.people] == before
    assert sound(home.home)
    with home.opened() as quay:
        again = packs_of(quay, home.home).make(Selection(everything=True, payloads=(5,), personal="a test"))
    program = fast_program()
    for one in (pack, again):
        said = program.check(one.text, [program.Key(key) for key in pack.keys])
        assert (said["holds"], one.payloads) == (True, 1)
    assert again.entries == again.size


def test_whoever_is_erased_after_their_entries_moved_is_gone_from_the_archives_too(home: Town) -> None:
    archived(home)
    files = {path: path.read_bytes() for path in home.home.folder.glob("segments/quay/*")}
    home.erase(home.people[0], home.people[3])
    assert [known(home.home, who) for who in home.people] == [
        (False, 0),
        (True, 3),
        (True, 3),
        (False, 0),
        (True, 3),
    ]
    assert sound(home.home)
    with home.opened() as quay:
        assert all(one.equal for one in quay.replay())
    assert files == {path: path.read_bytes() for path in files}


def test_archives_are_backed_up_with_the_data_and_come_back(home: Town, fresh: Fresh) -> None:
    archived(home)
    home.backed_up()
    home.erase(home.people[1])
    home.backed_up(data=False)
    into = home.elsewhere("elsewhere", fresh(), fresh())
    [found] = home.restored(into)
    assert found.erased_again == 1
    assert [known(into, who)[0] for who in home.people] == [True, False, True, True, True]
    assert sound(into)


def test_an_older_checkpoint_holds_against_an_archived_ledger_and_a_lost_file_is_named(home: Town) -> None:
    kept = sorted((home.home.folder / "checkpoints" / "quay").iterdir())
    archived(home)
    assert check_ledger(home.home, "quay", kept).holds
    with open_organisation(home.home, "quay") as quay, quay.database.read() as connection:
        event = next(iter(quay.ledger.events(connection, kinds=("ledger:archive:sealed",), after=26)))
    code = next(code for code in event.codes if code.startswith("segment:sha256:"))
    (home.home.folder / "segments" / "quay" / f"{code.removeprefix('segment:sha256:')}.segment").unlink()
    found = check_ledger(home.home, "quay", kept)
    first = next(int(code.removeprefix("first:")) for code in event.codes if code.startswith("first:"))
    assert (found.holds, found.verified.bad_sequence) == (False, first)


def test_the_command_moves_what_is_old_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = town(tmp_path, people=4)
    at = ("--home", str(home.home.folder))

    def run(*words: str) -> tuple[int, Any]:
        code = main(["archive", "quay", *words, *at, "--json"])
        return code, json.loads(capsys.readouterr().out)

    assert run("--older-than", "30") == (0, {"archives": []})
    code, found = run("--older-than", "0", "--keep", "10")
    assert (code, [(one["first"], one["last"]) for one in found["archives"]]) == (0, [(1, 8)])
    assert main(["verify", "quay", *at]) == 0
    assert main(["replay", "quay", "--compare", *at]) == 0


def test_a_schedule_that_signs_elsewhere_moves_only_what_is_signed(tmp_path: Path) -> None:
    home = town(tmp_path, people=6)
    with home.opened() as quay:
        for number in range(10, 16):
            agreed(quay, number)
        signed = check_ledger(home.home, "quay").signed
        moved = archive(quay, home.home, timedelta(0), sign=False)
    assert moved[-1].last == signed - signed % 8
    assert check_ledger(home.home, "quay").signed == signed
