"""The key store: a database of its own, in one shape, and told when it is missing, foreign, or its root key is wrong."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests.support.vaults import file_keeper, reach, vault_in
from troth.app.system import SystemClock, SystemEntropy
from troth.db import check, migrate, open_database
from troth.db.errors import DatabaseProblem
from troth.vault import (
    HISTORY,
    KeeperUnreachable,
    KeyStoreForeign,
    KeyStoreMissing,
    RootMissing,
    RootWrong,
    Vault,
    open_vault,
)
from troth.vault.tables import metadata

OWNER, CELL = "a" * 64, "people.mail"


def test_the_migrated_key_store_is_the_declared_one(database_url: str) -> None:
    with open_database(database_url) as database:
        migrate(database, HISTORY)
        check(database, HISTORY)
        with database.read() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": HISTORY.table})
            assert compare_metadata(context, metadata) == []


def test_its_id_is_as_old_as_itself(vault: Vault, tmp_path: Path, database_url: str) -> None:
    with vault_in(tmp_path, url=database_url) as again:
        assert again.store_id == vault.store_id
    with vault_in(tmp_path / "else") as other:
        assert other.store_id != vault.store_id


def test_a_missing_key_store_is_not_made_anew_where_records_name_one(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreMissing, match="nothing was written"):
        vault_in(tmp_path, expected="ab" * 16)
    assert list(tmp_path.iterdir()) == []


def test_nor_is_an_empty_one_taken(tmp_path: Path, database_url: str) -> None:
    with open_database(database_url) as database:
        migrate(database, HISTORY)
    with pytest.raises(KeyStoreMissing):
        vault_in(tmp_path, url=database_url, expected="ab" * 16)
    assert not (tmp_path / "root").exists()


def test_another_key_store_is_told_from_the_right_one(
    vault: Vault, tmp_path: Path, database_url: str
) -> None:
    with pytest.raises(KeyStoreForeign, match=vault.store_id):
        vault_in(tmp_path, url=database_url, expected="ab" * 16)


def test_a_key_store_without_this_organisation_is_foreign_to_its_records(
    vault: Vault, tmp_path: Path, database_url: str
) -> None:
    with pytest.raises(KeyStoreForeign, match="axle"):
        vault_in(tmp_path, "axle", url=database_url, expected=vault.store_id)


def test_a_missing_folder_of_root_keys_is_told(tmp_path: Path) -> None:
    vault_in(tmp_path).close()
    shutil.rmtree(tmp_path / "root")
    with pytest.raises(KeeperUnreachable, match="is missing"):
        vault_in(tmp_path)
    assert not (tmp_path / "root").exists()


def test_a_wrong_root_key_is_told(tmp_path: Path) -> None:
    vault_in(tmp_path).close()
    (root,) = (tmp_path / "root").iterdir()
    root.write_bytes(b"x" * 32)
    with pytest.raises(RootWrong, match="not the one"):
        vault_in(tmp_path)


def test_a_missing_root_key_is_told(tmp_path: Path) -> None:
    vault_in(tmp_path).close()
    (root,) = (tmp_path / "root").iterdir()
    root.unlink()
    with pytest.raises(RootMissing, match="another keeper"):
        vault_in(tmp_path)


def test_a_keeper_that_is_insisted_on_must_have_the_root_key_itself(tmp_path: Path) -> None:
    vault_in(tmp_path).close()
    other = file_keeper(tmp_path / "other")
    other.make("unrelated")
    url = f"sqlite:///{tmp_path / 'keystore' / 'keys.db'}"

    def opened(insist: bool) -> Vault:
        return open_vault(
            url, "harbour", other, clock=SystemClock(), entropy=SystemEntropy(), reach=reach, insist=insist
        )

    with pytest.raises(RootMissing):
        opened(insist=True)
    opened(insist=False).close()


def test_a_wrapped_key_of_another_key_store_is_refused_by_the_root_key(tmp_path: Path) -> None:
    """Both key stores lie at one keeper, and somebody copied an epoch's row from one into the other."""
    for name in ("one", "two"):
        vault_in(tmp_path, url=f"sqlite:///{tmp_path / name}").close()
    with open_database(f"sqlite:///{tmp_path / 'one'}") as database, database.read() as connection:
        row = connection.execute(text("SELECT root, wrapped FROM keystore_epochs")).one()
    with open_database(f"sqlite:///{tmp_path / 'two'}") as database, database.write() as connection:
        connection.execute(text("UPDATE keystore_epochs SET root = :root, wrapped = :wrapped"), row._mapping)
    with pytest.raises(RootWrong):
        vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'two'}")


def test_the_folder_of_a_key_store_that_is_made_is_closed_to_others(tmp_path: Path) -> None:
    vault_in(tmp_path).close()
    assert (tmp_path / "keystore").stat().st_mode & 0o777 == 0o700


def test_what_is_no_key_store_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseProblem):
        vault_in(tmp_path, url=f"sqlite:///{tmp_path / 'keys.db'}")
    assert (tmp_path / "keys.db").read_bytes() == b"not a database" * 100


def test_organisations_share_a_key_store_and_nothing_else(
    vault: Vault, tmp_path: Path, database_url: str
) -> None:
    with vault_in(tmp_path, "axle", url=database_url) as other:
        ours, theirs = vault.seal(OWNER, CELL, b"ours"), other.seal(OWNER, CELL, b"theirs")
        other.destroy([OWNER])
        other.destroy_epoch(other.close_epoch().number)
        assert vault.open(OWNER, CELL, ours) == b"ours"
        assert vault.open_epoch().number == 1
        assert other.open_many([(OWNER, CELL, theirs)]) == [None]
        assert vault.blind("f", "p", "v") != other.blind("f", "p", "v")
        assert vault.pseudonym("r", "p", "s") != other.pseudonym("r", "p", "s")


def test_threads_that_need_keys_at_once_share_one_for_each_owner(vault: Vault, beside: Vault) -> None:
    sealed: list[tuple[str, str, bytes]] = []

    def work(opened: Vault, first: int) -> None:
        owners = [f"{number:064x}" for number in range(first, first + 40)]
        sealed.extend((owner, CELL, opened.seal(owner, CELL, owner.encode())) for owner in owners)

    threads = [
        threading.Thread(target=work, args=(opened, 10 * at)) for at in range(6) for opened in (vault, beside)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sealed) == 12 * 40
    assert vault.open_many(sealed) == [owner.encode() for owner, _, _ in sealed]
    assert vault.epochs()[0].keys == 90


def test_the_first_opened_by_many_at_once_is_one(tmp_path: Path, database_url: str) -> None:
    opened: list[Vault] = []
    threads = [
        threading.Thread(target=lambda: opened.append(vault_in(tmp_path, url=database_url))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert len({vault.store_id for vault in opened}) == 1
    sealed = [vault.seal(OWNER, CELL, b"x") for vault in opened]
    for vault in opened:
        assert [len(vault.epochs()), *vault.open_many([(OWNER, CELL, one) for one in sealed])] == [
            1,
            *[b"x"] * 4,
        ]
        vault.close()
    assert len(file_keeper(tmp_path / "root").names()) == 1
