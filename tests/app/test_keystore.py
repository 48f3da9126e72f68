"""A home's key store and keeper: found where the environment says, refused in one sentence where they do not belong together."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gate.kit import folder
from troth.app.config import Home
from troth.app.keystore import KeysBesideData, keeper_of, vault_of
from troth.app.opening import open_organisation
from troth.keepers import NoKeeper
from troth.kernel.errors import TrothError
from troth.vault import KeeperUnreachable, KeyStoreForeign, KeyStoreMissing, RootMissing, RootWrong

OWNER, CELL = "a" * 64, "people.mail"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a vault, and something sealed for the records' sake."""
    made = Home.at(tmp_path / "home")
    with open_organisation(made, "quay", folder(tmp_path / "policy")):
        return made


def test_where_keys_lie_is_said_by_the_environment(tmp_path: Path) -> None:
    said = {
        "TROTH_HOME": str(tmp_path),
        "TROTH_KEYSTORE": "postgresql://keys.example/keys",
        "TROTH_KEEPER": "transit:https://keys.example:8200/transit",
        "TROTH_KEEPER_TOKEN_FILE": str(tmp_path / "token"),
    }
    home = Home.of_environment(said)
    assert home.keystore_address == "postgresql://keys.example/keys"
    assert keeper_of(home).name == said["TROTH_KEEPER"]
    plain = Home.of_environment({"TROTH_HOME": str(tmp_path)})
    assert plain.keystore_address == f"sqlite:///{tmp_path}/keystore/keys.db"
    assert keeper_of(plain).name == "file:root"


def test_a_home_can_be_moved_with_its_root_keys(home: Home, tmp_path: Path) -> None:
    with vault_of(home, "quay") as vault:
        sealed = vault.seal(OWNER, CELL, b"anna")
    shutil.move(home.folder, tmp_path / "moved")
    with vault_of(Home.at(tmp_path / "moved"), "quay", expected=vault.store_id) as vault:
        assert vault.open(OWNER, CELL, sealed) == b"anna"


def test_a_change_of_keeper_needs_no_change_of_settings(home: Home) -> None:
    with vault_of(home, "quay") as vault:
        sealed = vault.seal(OWNER, CELL, b"anna")
        vault.rewrap_root(keeper_of(home, "file:elsewhere"))
    with vault_of(home, "quay") as vault:
        assert vault.open(OWNER, CELL, sealed) == b"anna"
        vault.close_epoch()
        assert vault.open_epoch().keeper == "file:elsewhere"


@pytest.mark.parametrize("address", ["sqlite:///{}/troth.db", "sqlite:///{}/../home/troth.db"])
def test_keys_never_lie_in_the_database_they_protect(home: Home, address: str) -> None:
    with pytest.raises(KeysBesideData):
        vault_of(replace(home, keystore=address.format(home.folder.resolve())), "quay")


def lost_store(home: Home) -> Home:
    shutil.rmtree(home.folder / "keystore")
    return home


def other_store(home: Home) -> Home:
    lost_store(home)
    vault_of(home, "quay").close()
    return home


def lost_root(home: Home) -> Home:
    shutil.rmtree(home.folder / "root")
    return home


def wrong_root(home: Home) -> Home:
    for root in (home.folder / "root").iterdir():
        root.write_bytes(b"x" * 32)
    return home


def open_root(home: Home) -> Home:
    (home.folder / "root").chmod(0o755)
    return home


def other_keeper(home: Home) -> Home:
    keeper_of(home, "file:other").make("unrelated")
    return replace(home, keeper="file:other")


def keeper_that_is_down(home: Home) -> Home:
    token = home.folder / "token"
    token.write_text("t0ken")
    token.chmod(0o600)
    return replace(home, keeper="transit:http://127.0.0.1:1/transit", keeper_token=token)


def no_keeper(home: Home) -> Home:
    return replace(home, keeper="vault:x")


@pytest.mark.parametrize(
    ("harm", "refusal"),
    [
        (lost_store, KeyStoreMissing),
        (other_store, KeyStoreForeign),
        (lost_root, KeeperUnreachable),
        (wrong_root, RootWrong),
        (open_root, KeeperUnreachable),
        (other_keeper, RootMissing),
        (keeper_that_is_down, KeeperUnreachable),
        (no_keeper, NoKeeper),
    ],
)
def test_what_does_not_belong_together_is_refused_and_nothing_is_written(
    home: Home, harm: Callable[[Home], Home], refusal: type[TrothError]
) -> None:
    harmed = harm(home)
    before = contents(home.folder)
    with pytest.raises(refusal) as refused:
        open_organisation(harmed, "quay", bring_up=False)
    assert contents(home.folder) == before
    assert refused.value.help
    assert "\n" not in str(refused.value)
    assert "t0ken" not in str(refused.value.as_json())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but what SQLite makes when it is only opened."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


@pytest.mark.parametrize("opened", [True, False])
def test_a_process_that_holds_keys_leaves_no_core_file(opened: bool, tmp_path: Path) -> None:
    """Ended in the middle, with cores allowed to any size; the same program without a vault shows that one would have been left."""
    program = (
        "import os, resource, sys\n"
        "from pathlib import Path\n"
        "from troth.app.config import Home\n"
        "from troth.app.keystore import vault_of\n"
        "_, most = resource.getrlimit(resource.RLIMIT_CORE)\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (most, most))\n"
        "vault = vault_of(Home.at(Path('home')), 'acme') if sys.argv[1] == 'True' else None\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)\n"
        "os.abort()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(opened)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGABRT, ended.stderr
    cores = [path for path in tmp_path.iterdir() if path.name.startswith("core")]
    if opened:
        assert (ended.stdout.strip(), cores) == ("0", [])
    elif _plain_cores() and ended.stdout.strip() != "0":
        assert cores


def _plain_cores() -> bool:
    """Whether this machine writes cores as files where the program runs."""
    pattern = Path("/proc/sys/kernel/core_pattern")
    return pattern.exists() and pattern.read_text().strip() == "core"
