"""Data and keys meet again: only those that belong together, in an empty place that opens when the erased are erased again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.app.backup_kit import Fresh, known, sound, state, tamper, town
from tests.packs.kit import fast_program
from troth.app import restoring
from troth.app.backup_files import BackupDamaged, BackupRefused, Kind, find
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.proofs import check_ledger, packs_of
from troth.app.restoring import PlaceTaken, RestoredOtherwise, pair, restore
from troth.cli.main import main
from troth.db.errors import DatabaseClosed, RowsDamaged
from troth.kernel.errors import OperatorError
from troth.packs import Selection
from troth.vault import KeeperProblem


def test_everything_comes_back_on_either_database(both: tuple[Fresh, Fresh], tmp_path: Path) -> None:
    here, there = both
    home = town(tmp_path, here(), here())
    home.erase(home.people[0])
    with open_organisation(home.home, "quay") as quay:
        pack = packs_of(quay, home.home).make(Selection(everything=True))
    kept = sorted((home.home.folder / "checkpoints" / "quay").iterdir())
    home.backed_up()
    into = home.elsewhere("elsewhere", there(), there())
    [found] = home.restored(into)
    assert found.erased_again == 0
    grown = {"erasures_backups": 2, "ledger_entries": 2}  # the two backups, noted after they were made
    before, after = state(home.home), state(into)
    assert after.keys() == before.keys()
    for name, rows in before.items():
        if name != "ledger_nodes":
            assert after[name] == rows - grown.get(name, 0), name
    assert [known(into, who) for who in home.people] == [known(home.home, who) for who in home.people]
    assert sound(into)
    assert check_ledger(into, "quay", kept).holds
    with open_organisation(into, "quay") as quay:
        again = packs_of(quay, into).make(Selection(everything=True))
    program = fast_program()
    for one in (pack, again):
        assert program.check(one.text, [program.Key(key) for key in pack.keys])["holds"]


def test_nobody_comes_back_with_an_older_backup_of_data(fresh: Fresh, tmp_path: Path) -> None:
    home = town(tmp_path, fresh(), fresh())
    home.backed_up()
    home.erase(home.people[1])
    home.backed_up(data=False)
    into = home.elsewhere("elsewhere", fresh(), fresh())
    [found] = home.restored(into)
    assert found.erased_again == 1
    assert found.known > found.entries
    assert [known(into, who) for who in home.people] == [(True, 3), (False, 0), (True, 3)]
    assert sound(into)


def test_nobody_comes_back_with_older_keys_where_a_younger_backup_of_keys_lies_beside(
    fresh: Fresh, tmp_path: Path
) -> None:
    home = town(tmp_path, fresh(), fresh())
    old = home.backed_up()
    home.erase(home.people[1])
    home.backed_up(data=False)
    assert old.data is not None and old.keys is not None  # noqa: PT018
    into = home.elsewhere("elsewhere", fresh(), fresh())
    [found] = restore(pair(old.data.folder, old.keys.folder), into)
    assert found.erased_again == 1
    assert known(into, home.people[1]) == (False, 0)


def test_merged_people_stay_gone_under_all_their_names(fresh: Fresh, tmp_path: Path) -> None:
    home = town(tmp_path, fresh(), fresh())
    home.backed_up()
    kept, absorbed, other = home.people
    with home.opened() as quay:
        quay.act(lambda acts: acts.merge(kept, absorbed))
        quay.erase_keys(kept)
    home.backed_up(data=False)
    into = home.elsewhere("elsewhere", fresh(), fresh())
    [found] = home.restored(into)
    assert found.erased_again == 2  # in that backup they were two people still
    assert [known(into, who)[0] for who in (kept, absorbed, other)] == [False, False, True]


def test_data_that_are_younger_than_the_erasure_are_not_erased_twice(tmp_path: Path) -> None:
    home = town(tmp_path)
    home.backed_up(data=False)
    home.erase(home.people[1])
    home.backed_up()
    into = home.elsewhere()
    [found] = home.restored(into)
    assert (found.erased_again, known(into, home.people[1])) == (0, (False, 0))


def test_the_wrong_key_store_is_refused_in_one_sentence(tmp_path: Path) -> None:
    home, other = town(tmp_path / "one"), town(tmp_path / "other")
    home.backed_up()
    other.backed_up()
    into = home.elsewhere()
    with pytest.raises(BackupRefused, match=r"were sealed with the key store .* is of the key store"):
        restore(pair(home.data, other.keys), into)
    assert [path.name for path in into.folder.iterdir()] == ["root"]


def test_keys_older_than_the_data_are_refused(tmp_path: Path) -> None:
    home = town(tmp_path)
    home.backed_up(data=False)
    with home.opened() as quay:
        quay.act(lambda acts: acts.open_subject([("email", "late@example.test")]))
    home.backed_up(keys=False)
    with pytest.raises(BackupRefused, match="older than the data"):
        pair(home.data, home.keys)


def test_without_the_root_keys_the_place_stays_closed(tmp_path: Path) -> None:
    home = town(tmp_path)
    home.backed_up()
    into = Home.at(tmp_path / "elsewhere")
    with pytest.raises(KeeperProblem):
        home.restored(into)
    refuses_everybody(into)
    shutil.copytree(home.home.folder / "root", into.folder / "root")
    home.restored(into)
    assert known(into, home.people[0]) == (True, 3)


def refuses_everybody(home: Home) -> None:
    """Nothing of this program reads or writes there."""
    with pytest.raises(DatabaseClosed, match="stays closed until that is done"):
        open_organisation(home, "quay")
    with pytest.raises(DatabaseClosed):
        open_organisation(home, "quay", bring_up=False)
    with pytest.raises(DatabaseClosed):
        check_ledger(home, "quay")
    assert main(["verify", "--home", str(home.folder), "--database", home.database]) == 2


def stop_at(name: str, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program be killed at the beginning of a step."""
    real: Callable[..., Any] = getattr(restoring, name)
    calls = iter(range(100))

    def killed(*given: Any, **named: Any) -> Any:
        if next(calls) == after:
            raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(restoring, name, killed)


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("_load", 0),
        ("_copy", 0),
        ("_copy", 2),
        ("_load", 1),
        ("_settle", 0),
        ("erase_again", 0),
        ("reopen", 1),
    ],
)
def test_an_interrupted_restore_is_never_half_open_and_is_done_over(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    home = town(tmp_path, fresh(), fresh())
    home.backed_up()
    home.erase(home.people[2])
    home.backed_up(data=False)
    into = home.elsewhere("elsewhere", fresh(), fresh())
    stop_at(step, after, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        home.restored(into)
    monkeypatch.undo()
    with pytest.raises(OperatorError):
        open_organisation(into, "quay", bring_up=False)
    [found] = home.restored(into)
    assert found.erased_again == 1
    assert [known(into, who)[0] for who in home.people] == [True, True, False]
    assert sound(into)


def test_a_place_that_is_not_empty_is_refused(fresh: Fresh, tmp_path: Path) -> None:
    home = town(tmp_path, fresh(), fresh())
    home.backed_up()
    before = state(home.home)
    with pytest.raises(PlaceTaken, match="not empty"):
        home.restored(home.home)
    into = home.elsewhere("elsewhere", home.home.database, fresh())
    with pytest.raises(PlaceTaken, match="not empty"):
        home.restored(into)
    assert state(home.home) == before
    assert known(home.home, home.people[0]) == (True, 3)


@pytest.mark.parametrize("harm", ["root", "size"])
def test_a_ledger_that_is_not_the_one_backed_up_stays_closed(tmp_path: Path, harm: str) -> None:
    home = town(tmp_path)
    made = home.backed_up().data
    assert made is not None
    path = made.folder / "manifest.json"
    said = json.loads(path.read_text())
    said["heads"]["quay"] = {
        "root": {"root": "00" * 32, "size": said["heads"]["quay"]["root"]}[harm],
        "size": said["heads"]["quay"]["size"] - (harm == "size"),
    }
    path.write_text(json.dumps(said))
    into = home.elsewhere()
    with pytest.raises(RestoredOtherwise, match="does not come out as it was backed up"):
        home.restored(into)
    refuses_everybody(into)


def test_a_ledger_that_was_tampered_with_before_is_named_and_stays_closed(tmp_path: Path) -> None:
    home = town(tmp_path)
    tamper(home.home.database, "UPDATE ledger_entries SET kind = 'gate:look:done' WHERE sequence = 3")
    home.backed_up()
    into = home.elsewhere()
    with pytest.raises(RestoredOtherwise, match="entry 3"):
        home.restored(into)
    refuses_everybody(into)


@pytest.mark.parametrize("harm", ["cut", "flip"])
def test_a_harmed_file_restores_nothing(tmp_path: Path, harm: str) -> None:
    home = town(tmp_path)
    home.backed_up()
    found = find(home.keys, Kind.KEYS)
    path = found.folder / "rows" / "keystore_keys.rows.gz"
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data if harm == "flip" else data[:-1])
    into = home.elsewhere()
    with pytest.raises(BackupDamaged, match=r"keystore_keys.rows.gz"):
        home.restored(into)
    assert [one.name for one in into.folder.iterdir()] == ["root"]


def test_rows_that_were_changed_with_their_digests_do_not_come_in_by_halves(tmp_path: Path) -> None:
    home = town(tmp_path)
    home.backed_up()
    found = find(home.data, Kind.DATA)
    path = found.folder / "rows" / "subjects_people.rows.gz"
    path.write_bytes(path.read_bytes()[:-12])
    said = json.loads((found.folder / "manifest.json").read_text())
    said["files"].pop("rows/subjects_people.rows.gz")
    (found.folder / "manifest.json").write_text(json.dumps(said))
    path.rename(path.with_name("aside"))
    with pytest.raises(BackupDamaged):
        pair(home.data, home.keys)
    path.with_name("aside").rename(path)
    whole = replace(find(home.data, Kind.DATA).manifest, files={})
    broken = restoring.Pair(replace(found, manifest=whole), find(home.keys, Kind.KEYS), {}, {"quay": 1})
    into = home.elsewhere()
    with pytest.raises(RowsDamaged, match="cut or altered"):
        restore(broken, into)
    assert state(into) == {}


def test_the_commands_say_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = town(tmp_path)

    def run(*words: object) -> tuple[int, Any]:
        code = main([*map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    at = ("--home", home.home.folder)
    code, made = run("backup", *at, "--data", home.data, "--keys", home.keys, "--keep-days", 30)
    assert (code, [one["kind"] for one in made["backups"]]) == (0, ["data", "keys"])
    home.erase(home.people[0])
    assert run("backup", *at, "--keys", home.keys)[0] == 0
    into = home.elsewhere()
    code, done = run("restore", "--home", into.folder, "--data", home.data, "--keys", home.keys)
    [one] = done["organisations"]
    assert (code, one["erased_again"], one["known_once"] > one["entries"]) == (0, 1, True)
    code, told = run("restore", "--home", into.folder, "--data", home.data, "--keys", home.keys)
    assert (code, told["error"]) == (2, "PlaceTaken")
    code, told = run("backup", *at, "--data", home.keys)
    assert (code, told["error"]) == (2, "BackupRefused")
    assert run("backup", *at)[0] == 2
    assert run("verify", "--home", into.folder)[0] == 0
    assert run("replay", "quay", "--home", into.folder, "--compare")[0] == 0
