"""What is destroyed opens nowhere again: not here, not in another process, not from yesterday's copy of the key store."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.support.vaults import file_keeper, vault_in
from troth.vault import EpochState, KeyDestroyed, RootMissing, Vault

ANNA, BORIS, CELL = "a" * 64, "b" * 64, "people.mail"


def test_a_destroyed_key_opens_nothing_and_seals_nothing(vault: Vault) -> None:
    gone, kept = vault.seal(ANNA, CELL, b"anna"), vault.seal(BORIS, CELL, b"boris")
    assert vault.alive([ANNA, BORIS, "c" * 64]) == {ANNA, BORIS}
    assert vault.destroy([ANNA]) == 1
    assert vault.alive([ANNA, BORIS]) == {BORIS}
    with pytest.raises(KeyDestroyed):
        vault.open(ANNA, CELL, gone)
    with pytest.raises(KeyDestroyed):
        vault.seal_many([(BORIS, CELL, b""), (ANNA, CELL, b"again")])
    assert vault.open_many([(ANNA, CELL, gone), (BORIS, CELL, kept)]) == [None, b"boris"]
    assert vault.destroy([ANNA]) == 0


def test_nor_in_a_vault_that_had_the_key_in_memory(vault: Vault, beside: Vault) -> None:
    gone = vault.seal(ANNA, CELL, b"anna")
    assert beside.open(ANNA, CELL, gone) == b"anna"
    vault.destroy([ANNA])
    with pytest.raises(KeyDestroyed):
        beside.open(ANNA, CELL, gone)
    with pytest.raises(KeyDestroyed):
        beside.seal(ANNA, CELL, b"again")


def test_nor_when_it_died_while_another_thread_was_reading_it(
    vault: Vault, beside: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, usable = vault.seal(ANNA, CELL, b"anna"), beside._ring._usable

    def overtaken(row: object) -> object:
        found = usable(row)  # type: ignore[arg-type]
        vault.destroy([ANNA])
        beside._ring.fresh()  # as another thread does, which sees the end before this one keeps what it read
        return found

    monkeypatch.setattr(beside._ring, "_usable", overtaken)
    beside.open_many([(ANNA, CELL, gone)])
    monkeypatch.undo()
    assert beside.open_many([(ANNA, CELL, gone)]) == [None]


def test_nor_in_another_process(vault: Vault, tmp_path: Path, database_url: str) -> None:
    gone = vault.seal(ANNA, CELL, b"anna")
    program = (
        "import sys; from pathlib import Path; from tests.support.vaults import vault_in\n"
        "with vault_in(Path(sys.argv[1]), url=sys.argv[2]) as vault:\n"
        "    for line in sys.stdin: print(vault.open_many([(sys.argv[3], sys.argv[4], bytes.fromhex(line))]), flush=True)"
    )
    command = [sys.executable, "-c", program, str(tmp_path), database_url, ANNA, CELL]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        said = []
        for act in (lambda: None, lambda: vault.destroy([ANNA])):
            act()
            other.stdin.write(gone.hex() + "\n")
            other.stdin.flush()
            said.append(other.stdout.readline().strip())
        other.stdin.close()
    assert said == ["[b'anna']", "[None]"]


def test_only_the_named_buckets_die(vault: Vault) -> None:
    order, mail = vault.seal(ANNA, CELL, b"o", bucket="orders"), vault.seal(ANNA, CELL, b"m", bucket="mail")
    assert vault.destroy([ANNA], buckets=["orders"]) == 1
    assert vault.open_many([(ANNA, CELL, order), (ANNA, CELL, mail)]) == [None, b"m"]
    again = vault.seal(ANNA, CELL, b"o2", bucket="orders")
    assert vault.open_many([(ANNA, CELL, order), (ANNA, CELL, again)]) == [None, b"o2"]


def test_whoever_never_had_a_key_gets_none_after_it_was_destroyed(vault: Vault, beside: Vault) -> None:
    assert vault.destroy([ANNA]) == 0
    with pytest.raises(KeyDestroyed):
        beside.seal(ANNA, CELL, b"")


def test_many_die_at_once(vault: Vault) -> None:
    owners = [f"{number:064x}" for number in range(1200)]
    sealed = vault.seal_many([(owner, CELL, owner.encode()) for owner in owners])
    assert vault.destroy(owners[:1100]) == 1100
    found = vault.open_many([(owner, CELL, one) for owner, one in zip(owners, sealed, strict=True)])
    assert found == [None] * 1100 + [owner.encode() for owner in owners[1100:]]


@settings(max_examples=25)
@given(acts=st.lists(st.tuples(st.sampled_from("sdor"), st.integers(0, 5)), max_size=30))
def test_after_any_history_exactly_the_living_open(shared: Vault, acts: list[tuple[str, int]]) -> None:
    owners = [shared._entropy.bytes(32).hex() for _ in range(6)]
    sealed: list[tuple[str, bytes]] = []
    dead: set[str] = set()
    for act, at in acts:
        owner = owners[at]
        if act == "d":
            shared.destroy([owner])
            dead.add(owner)
        elif act == "o":
            number = shared.close_epoch().number
            shared.destroy_epoch(number)
        elif act == "r":
            shared.rewrap_root()
        elif owner not in dead:
            sealed.append((owner, shared.seal(owner, CELL, owner.encode())))
    found = shared.open_many([(owner, CELL, one) for owner, one in sealed])
    assert found == [None if owner in dead else owner.encode() for owner, _ in sealed]
    assert shared.alive(owners) == {owner for owner, _ in sealed} - dead


def test_a_copy_of_the_key_store_brings_a_dead_key_back_until_its_epoch_is_destroyed(tmp_path: Path) -> None:
    with vault_in(tmp_path) as vault:
        gone, kept = vault.seal(ANNA, CELL, b"anna"), vault.seal(BORIS, CELL, b"boris")
        backup(tmp_path, "yesterday")
        vault.destroy([ANNA])
        with vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'yesterday'}") as restored:
            assert restored.open(ANNA, CELL, gone) == b"anna", "so far only the live store forgot"
        number = vault.close_epoch().number
        backup(tmp_path, "today")
        vault.destroy_epoch(number)
        assert vault.open(BORIS, CELL, kept) == b"boris"
    with pytest.raises(RootMissing):
        vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'yesterday'}")
    with vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'today'}") as restored:
        assert restored.open_many([(ANNA, CELL, gone), (BORIS, CELL, kept)]) == [None, b"boris"]


def backup(folder: Path, name: str) -> None:
    """A copy as a backup takes it: everything that was written, from the log of writes too."""
    subprocess.run(
        [
            sys.executable, "-c",
            "import sqlite3, sys; a, b = map(sqlite3.connect, sys.argv[1:]); a.backup(b); b.close(); a.close()",
            str(folder / "keystore" / "keys.db"), str(folder / name),
        ],
        check=True,
    )  # fmt: skip


def test_root_keys_that_served_before_a_change_die_with_their_epoch(tmp_path: Path) -> None:
    with vault_in(tmp_path) as vault:
        gone = vault.seal(ANNA, CELL, b"anna")
        backup(tmp_path, "yesterday")
        vault.rewrap_root(file_keeper(tmp_path / "other"))
        with vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'yesterday'}") as restored:
            assert restored.open(ANNA, CELL, gone) == b"anna"
        vault.destroy([ANNA])
        vault.destroy_epoch(vault.close_epoch().number)
        assert [epoch.state for epoch in vault.epochs()] == [EpochState.DESTROYED, EpochState.OPEN]
    with pytest.raises(RootMissing):
        vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'yesterday'}")


def test_the_live_files_hold_nothing_of_a_destroyed_key(tmp_path: Path) -> None:
    with vault_in(tmp_path) as vault:
        vault.seal_many([(f"{number:064x}", CELL, b"") for number in range(300)])
        with vault._keystore.database.read() as connection:
            wrapped = dict(connection.execute(text("SELECT owner, wrapped FROM keystore_keys")).all())
        dying = sorted(wrapped)[:100]
        assert found_in(tmp_path / "keystore", wrapped.values()) == 300
        vault.destroy(dying)
        assert found_in(tmp_path / "keystore", [wrapped[owner] for owner in dying]) == 0
        assert found_in(tmp_path / "keystore", wrapped.values()) == 200


def found_in(folder: Path, secrets: object) -> int:
    """How many of the secrets lie in any file of a folder."""
    files = b"".join(path.read_bytes() for path in folder.iterdir())
    return sum(secret in files for secret in secrets)  # type: ignore[attr-defined]


def test_a_copied_folder_is_the_same_key_store(tmp_path: Path) -> None:
    with vault_in(tmp_path / "here") as vault:
        sealed = vault.seal(ANNA, CELL, b"anna")
        backup_id = vault.store_id
    shutil.copytree(tmp_path / "here", tmp_path / "there", copy_function=shutil.copy2)
    with vault_in(tmp_path / "there", expected=backup_id) as moved:
        assert moved.open(ANNA, CELL, sealed) == b"anna"
