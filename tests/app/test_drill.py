"""The drill: the last backups are restored aside, everybody who was erased is tried, and it turns red when somebody rises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.backup_kit import Fresh, state, town
from troth.app import restoring
from troth.app.drill import drill
from troth.app.system import SystemClock
from troth.cli.main import main
from troth.promises.evidence import grade_of
from troth.promises.model import Grade
from troth.vault import RootMissing


def drilled(home: Any, **more: Any) -> tuple[int, int, int]:
    [found] = drill(home.home, more.get("data"), more.get("keys"), clock=SystemClock())
    assert found.opened == 3 * found.tried
    return found.tried, found.back, found.reachable


def test_the_drill_says_who_comes_back_and_who_could(fresh: Fresh, tmp_path: Path) -> None:
    home = town(tmp_path, fresh(), fresh())
    old = home.backed_up()
    assert old.data is not None and old.keys is not None  # noqa: PT018
    assert drilled(home) == (0, 0, 0)
    home.erase(home.people[0])
    assert drilled(home) == (1, 1, 1)  # nobody has told the backups yet
    home.backed_up(data=False)
    assert drilled(home) == (1, 0, 0)
    assert drilled(home, data=old.data.folder, keys=old.keys.folder) == (1, 0, 1)
    with home.opened() as quay:
        quay.end_epoch()
        quay.destroy_epoch(1)
        with quay.database.read() as connection:
            drills = quay.erasures.drills(connection)
            events = list(quay.ledger.events(connection, kinds=("erasures:drill:",)))
    assert {grade_of(event) for event in events} == {Grade.PROBE}
    assert [event.kind for event in events][1] == "erasures:drill:failed"
    assert [(one.tried, one.readable, one.passed) for one in drills] == [
        (1, 0, True),
        (1, 0, True),
        (1, 1, False),
        (0, 0, True),
    ]
    assert home.data.exists()
    home.backed_up(data=False)
    assert drilled(home) == (1, 0, 0)


def test_the_end_of_an_epoch_reaches_old_backups_of_keys(fresh: Fresh, tmp_path: Path) -> None:
    """Whoever restores them passes over every tombstone, and still reads nothing: the root key is gone."""
    home = town(tmp_path, fresh(), fresh())
    old = home.backed_up()
    assert old.data is not None and old.keys is not None  # noqa: PT018
    home.erase(home.people[0])
    with home.opened() as quay:
        quay.end_epoch()
        quay.destroy_epoch(1)
    with pytest.raises(RootMissing):
        drilled(home, data=old.data.folder, keys=old.keys.folder)


def test_a_restore_that_forgets_the_tombstones_turns_the_drill_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = town(tmp_path)
    old = home.backed_up()
    assert old.data is not None and old.keys is not None  # noqa: PT018
    home.erase(home.people[0])
    home.backed_up(data=False)
    where = ["--data", str(old.data.folder), "--keys", str(old.keys.folder)]
    command = ["drill", "--home", str(home.home.folder), *where, "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["nobody"] is True
    assert main([*command, "--without-tombstones"]) == 1
    assert json.loads(capsys.readouterr().out)["organisations"][0]["reachable_without_tombstones"] == 1
    monkeypatch.setattr(restoring, "erase_again", lambda *_: 0)
    assert main(command) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["nobody"], found["organisations"][0]["brought_back"]) == (False, 1)


def test_nothing_of_the_copy_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = town(tmp_path)
    home.backed_up()
    home.erase(home.people[0])
    before = sorted(path.name for path in home.home.folder.iterdir())
    drilled(home)
    assert sorted(path.name for path in home.home.folder.iterdir()) == before
    left = home.home.folder / ".drill-left"
    (left / "place" / "keystore").mkdir(parents=True)
    (left / "place" / "keystore" / "keys.db").write_bytes(b"a key")

    def broken(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "erase_again", broken)
    with pytest.raises(KeyboardInterrupt):
        drilled(home)
    assert sorted(path.name for path in home.home.folder.iterdir()) == before


def test_it_only_reads_the_living_but_for_its_own_entry(tmp_path: Path) -> None:
    home = town(tmp_path)
    home.backed_up()
    home.erase(home.people[0])
    before = state(home.home)
    drilled(home)
    after = state(home.home)
    grown = {"ledger_entries": 1, "erasures_drills": 1}
    for name, rows in before.items():
        if name != "ledger_nodes":
            assert after[name] == rows + grown.get(name, 0), name


def test_without_backups_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = town(tmp_path)
    assert main(["drill", "--home", str(home.home.folder)]) == 2
    assert "not known where the last backups lie" in capsys.readouterr().out
