"""Keys that are not those of the records: every command that would use them refuses in one sentence and writes nothing."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.packs.kit import quay, written
from tests.support.databases import fresh_database
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.cli.main import main
from troth.db.errors import DatabaseProblem
from troth.ledger import Draft, Head

NOWHERE = "http://127.0.0.1:9/transit"


@dataclass
class Start:
    """How a program is started: where its things lie, and what its environment says."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def start(tmp_path: Path) -> Start:
    with quay(tmp_path) as (_, home):
        return Start(home.folder)


def no_key_store(start: Start) -> str:
    shutil.rmtree(start.home / "keystore")
    return "keys.db is missing"


def key_store_of_others(start: Start) -> str:
    shutil.rmtree(start.home / "keystore")
    vault_of(Home.at(start.home), "quay").close()
    return "these records were sealed with"


def key_store_that_is_none(start: Start) -> str:
    for file in (start.home / "keystore").iterdir():
        file.write_bytes(b"this is no database" * 300)
    return "not a database"


def key_store_out_of_reach(start: Start) -> str:
    start.environment["TROTH_KEYSTORE"] = "postgresql://ann:secret@127.0.0.1:9/none"
    return "cannot be opened"


def keys_beside_data(start: Start) -> str:
    start.environment["TROTH_KEYSTORE"] = f"sqlite:///{(start.home / 'troth.db').resolve()}"
    return "one database"


def no_root_key(start: Start) -> str:
    for file in (start.home / "root").iterdir():
        file.unlink()
    return "has no root key"


def no_root_folder(start: Start) -> str:
    shutil.rmtree(start.home / "root")
    return "is missing"


def wrong_root_key(start: Start) -> str:
    for file in (start.home / "root").iterdir():
        file.write_bytes(bytes(range(32)))
    return "is not the one that wrapped"


def half_a_root_key(start: Start) -> str:
    for file in (start.home / "root").iterdir():
        file.write_bytes(file.read_bytes()[:16])
    return "does not hold 32 bytes"


def root_key_for_all_to_read(start: Start) -> str:
    for file in (start.home / "root").iterdir():
        file.chmod(0o644)
    return "can be reached by others"


def keeper_out_of_reach(start: Start) -> str:
    token = start.home / "token"
    token.write_text("s.token")
    token.chmod(0o600)
    start.environment |= {"TROTH_KEEPER": f"transit:{NOWHERE}", "TROTH_KEEPER_TOKEN_FILE": str(token)}
    return "transit"


def keeper_without_a_token(start: Start) -> str:
    start.environment |= {
        "TROTH_KEEPER": f"transit:{NOWHERE}",
        "TROTH_KEEPER_TOKEN_FILE": str(start.home / "none"),
    }
    return "token"


def keeper_of_no_kind(start: Start) -> str:
    start.environment["TROTH_KEEPER"] = "drawer:desk"
    return "no kind of keeper"


TROUBLES: list[Callable[[Start], str]] = [
    no_key_store, key_store_of_others, key_store_that_is_none, key_store_out_of_reach, keys_beside_data, no_root_key,
    no_root_folder, wrong_root_key, half_a_root_key, root_key_for_all_to_read, keeper_out_of_reach,
    keeper_without_a_token, keeper_of_no_kind,
]  # fmt: skip
COMMANDS: list[tuple[str, ...]] = [
    ("checkpoint", "quay"),
    ("replay", "quay"),
    ("replay", "quay", "--compare"),
    ("keys", "quay"),
    ("keys", "quay", "close-epoch"),
    ("prove", "quay", "--entry", "2", "--out", "{out}"),
    ("archive", "quay", "--older-than", "0"),
    ("receipt", "make", "quay", "3"),
    (
        "ask",
        "{policy}",
        "--action",
        "use",
        "--data",
        "email",
        "--purpose",
        "newsletter",
        "--subject",
        "sub_one",
    ),
]


def files(folder: Path) -> dict[str, str]:
    """Every file and the digest of its bytes; of what SQLite keeps beside a database for its own sake, only that of the log."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm") and path.stat().st_size
    }


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_done_with_keys_that_do_not_belong(
    start: Start,
    tmp_path: Path,
    trouble: Callable[[Start], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    says = trouble(start)
    for name, value in start.environment.items():
        monkeypatch.setenv(name, value)
    before = files(start.home)
    for words in COMMANDS:
        given = [word.format(out=tmp_path / "out", policy=tmp_path / "quay") for word in words]
        assert main([*given, "--home", str(start.home)]) == 2, words
        said = capsys.readouterr()
        assert says in said.out, words
        assert "secret" not in said.out
        assert len(said.out.strip().splitlines()) == 1, said.out
        assert said.err == ""
    assert files(start.home) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.postgres
@pytest.mark.parametrize("who", ["sub_new", "sub_known", None])
def test_a_key_store_that_goes_away_stops_writing_and_leaves_nothing_in_clear(
    tmp_path: Path, postgres_server: str, who: str | None
) -> None:
    secret, home = "late@example.test", Home.at(tmp_path / "home")
    with ExitStack() as stack:
        with fresh_database(postgres_server) as keys:
            company = open_organisation(replace(home, keystore=keys), "quay", written(tmp_path / "quay"))
            stack.callback(company.database.close)
            record(company, "sub_known", "before")
            head = head_of(company)
        with pytest.raises(DatabaseProblem, match="cannot be opened"):
            record(company, who, secret)
        assert head_of(company) == head
    for file in home.folder.rglob("*"):
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file


def record(company: Organisation, who: str | None, what: str) -> None:
    company.recorder.record(Draft("gate:look:done", company.clock.now(), who, payload={"seen": what}))


def head_of(company: Organisation) -> Head:
    with company.database.read() as connection:
        return company.ledger.head(connection)
