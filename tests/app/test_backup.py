"""Backups of data and of keys: apart from each other, whole or not there, consistent while everything runs."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path

import pytest

from tests.app.backup_kit import Fresh, Town, plain, state, town
from tests.gate.kit import agreed
from troth.app import backup_files
from troth.app.backup import back_up
from troth.app.backup_files import BackupDamaged, BackupFailed, BackupRefused, Kind, check, find
from troth.app.restoring import pair, restore
from troth.app.system import SystemClock, SystemEntropy
from troth.erasures import BackupKind


def backing(town: Town, data: Path | None, keys: Path | None) -> None:
    back_up(town.home, data=data, keys=keys, clock=SystemClock(), entropy=SystemEntropy())


def test_a_backup_of_data_holds_no_key_and_one_of_keys_no_data(fresh: Fresh, tmp_path: Path) -> None:
    there = town(tmp_path, fresh(), fresh())
    made = there.backed_up()
    assert made.data is not None and made.keys is not None and not made.problems  # noqa: PT018
    names = {path.name.partition(".")[0] for path in (made.data.folder / "rows").iterdir()}
    assert names == set(state(there.home))
    secrets = [path for path in (there.home.folder / "keys").rglob("*") if path.is_file()]
    roots = list((there.home.folder / "root").iterdir())
    assert len(secrets) == 2
    assert len(roots) == 1
    for path in made.data.folder.rglob("*"):
        assert not path.is_file() or not any(one.read_bytes() in path.read_bytes() for one in secrets)
    for path in (*made.data.folder.rglob("*"), *made.keys.folder.rglob("*")):
        assert path.is_dir() or path.stat().st_mode & 0o077 == 0 or path.name == "manifest.json"
        assert not path.is_file() or not any(one.read_bytes() in path.read_bytes() for one in roots)
    assert {path.parts[0] for path in map(Path, made.keys.manifest.files)} == {
        "keys",
        "rows",
        "tombstones.json",
    }
    check(made.data)
    check(made.keys)


def test_the_manifests_say_what_belongs_together_and_the_ledger_knows_of_both(tmp_path: Path) -> None:
    there = town(tmp_path)
    made = there.backed_up()
    assert made.data is not None and made.keys is not None  # noqa: PT018
    store = made.keys.manifest.stores[""]
    assert made.data.manifest.stores == {"quay": store}
    with there.opened() as quay, quay.database.read() as connection:
        assert quay.vault.store_id == store
        head = quay.ledger.head(connection)
        size, root = made.data.manifest.heads["quay"]
        assert quay.ledger.root_at(connection, size).hex() == root
        assert head.size == size + 2
        listed = quay.erasures.backups(connection)
    assert {(one.kind, one.id) for one in listed} == {
        (BackupKind.DATA, made.data.manifest.name),
        (BackupKind.KEYS, made.keys.manifest.name),
    }


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ("one", "one"),
        ("one", "one/below"),
        ("one/below", "one"),
        ("one", "link to one"),
        ("one", "link to one/below"),
        ("home/inside", "two"),
        ("two", "home"),
        ("two", "."),
    ],
)
def test_what_would_lie_together_is_refused_before_anything_is_written(
    tmp_path: Path, data: str, keys: str
) -> None:
    there = town(tmp_path)
    (tmp_path / "one").mkdir()
    (tmp_path / "link to one").symlink_to(tmp_path / "one")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BackupRefused, match=r"together|with the home"):
        backing(there, tmp_path / data, tmp_path / keys)
    assert sorted(path for path in tmp_path.rglob("*") if "troth.db" not in path.name) == [
        path for path in before if "troth.db" not in path.name
    ]


@pytest.mark.parametrize("where", ["backups of keys", "backups of keys/deeper", "."])
def test_a_folder_that_holds_the_one_kind_never_takes_the_other(tmp_path: Path, where: str) -> None:
    place = tmp_path / "away"
    there = town(tmp_path / "town")
    there.place = place
    there.backed_up(data=False)
    with pytest.raises(BackupRefused, match="is a backup of keys"):
        backing(there, place / where, None)
    keys = find(there.keys, Kind.KEYS).folder
    with pytest.raises(BackupRefused, match="is a backup of keys"):
        backing(there, keys, None)
    backing(there, place / "backups of data", None)


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = town(tmp_path)

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backup_files.os, "fsync", full)
    with pytest.raises(BackupFailed, match=r"No space left on device\. Nothing of it was left"):
        there.backed_up()
    monkeypatch.undo()
    assert list(there.data.iterdir()) == []
    with pytest.raises(BackupDamaged, match="no finished backup"):
        find(there.data, Kind.DATA)


def test_a_disk_that_fills_while_rows_are_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = town(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("troth.db.portable.gzip.GzipFile.write", full)
    with pytest.raises(BackupFailed, match="No space left"):
        there.backed_up()
    monkeypatch.undo()
    assert list(there.data.iterdir()) == []


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "add", "manifest"])
def test_a_harmed_backup_is_named_by_its_file(tmp_path: Path, harm: str) -> None:
    there = town(tmp_path)
    made = there.backed_up().data
    assert made is not None
    path = made.folder / "rows" / "ledger_entries.rows.gz"
    data = bytearray(path.read_bytes())
    if harm == "flip":
        data[len(data) // 2] ^= 1
    path.write_bytes(data[:-3] if harm == "cut" else data)
    if harm == "remove":
        path.unlink()
    if harm == "add":
        (path.parent / "more.rows.gz").write_bytes(b"")
    if harm == "manifest":
        (made.folder / "manifest.json").write_text("{")
    told = {
        "flip": "ledger_entries.* was altered", "cut": "ledger_entries.* has .* bytes and not",
        "remove": "ledger_entries.* is missing", "add": "more.rows.gz, which its manifest does not name",
        "manifest": "manifest of the backup .* cannot be read",
    }  # fmt: skip
    with pytest.raises(BackupDamaged, match=told[harm]):
        check(find(made.folder, Kind.DATA))


def test_a_segment_that_was_damaged_before_is_told_of_and_all_else_is_kept(tmp_path: Path) -> None:
    there = town(tmp_path)
    [segment] = there.home.folder.glob("segments/quay/*.segment")
    segment.write_bytes(segment.read_bytes() + b"x")
    made = there.backed_up()
    assert made.data is not None
    assert len(made.problems) == 1
    assert str(segment) in made.problems[0]


def test_a_backup_that_was_cut_off_is_none(tmp_path: Path) -> None:
    there = town(tmp_path)
    made = there.backed_up().data
    assert made is not None
    shutil.copytree(made.folder, there.data / ".unfinished-abc")
    (there.data / ".unfinished-abc" / "manifest.json").unlink()
    shutil.copytree(made.folder, there.data / "half")
    (there.data / "half" / "manifest.json").unlink()
    assert find(there.data, Kind.DATA) == made
    with pytest.raises(BackupRefused, match="is a backup of data, not of keys"):
        find(made.folder, Kind.KEYS)


def test_while_it_runs_writers_go_on_and_each_backup_is_of_one_instant(fresh: Fresh, tmp_path: Path) -> None:
    there = town(tmp_path, fresh(), fresh())
    more = threading.Event()

    def write() -> None:
        number = 100
        with there.opened() as quay:
            while not more.is_set():
                number += 1
                agreed(quay, number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [there.backed_up() for _ in range(3)]
    finally:
        more.set()
        writer.join()
    for index, one in enumerate(made):
        into = there.elsewhere(f"there {index}", fresh(), fresh())
        assert one.data is not None and one.keys is not None  # noqa: PT018
        [found] = restore(pair(one.data.folder, one.keys.folder), into)
        assert found.entries == one.data.manifest.heads["quay"][0]
        rows = state(into)
        # A person comes with one commit and agrees with the next; a backup falls between two commits, never into one.
        assert rows["subjects_people"] - rows["consent_states"] in (0, 1)
        assert rows["ledger_entries"] == found.entries + rows["erasures_tombstones"]


def test_where_the_last_ones_lie_is_remembered(tmp_path: Path) -> None:
    there = town(tmp_path)
    there.backed_up(keys=False)
    there.backed_up(data=False)
    assert plain(there.home.folder / "backups.json") == {"data": str(there.data), "keys": str(there.keys)}
