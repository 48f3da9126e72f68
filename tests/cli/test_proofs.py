"""`troth verify`, `checkpoint` and `prove`: what they print, their exit codes, and each way a ledger can be false."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.packs.kit import quay
from tests.verifier.program import load
from troth.app.config import Home
from troth.cli.main import main
from troth.db import open_database
from troth.ledger import Checkpoint, VerifierKey
from troth.ledger.checkpoint import read_proof
from troth.ledger.tree import leaf_hash, verify_inclusion


@pytest.fixture
def home(tmp_path: Path) -> Home:
    with quay(tmp_path) as (_, found):
        return found


@pytest.fixture
def troth(home: Home, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: object, at: Home = home) -> tuple[int, dict[str, Any]]:
        code = main([*map(str, words), "--json", "--home", str(at.folder), "--database", at.database])
        return code, json.loads(capsys.readouterr().out)

    return run


def tamper(home: Home, *statements: str) -> None:
    with open_database(home.database) as database, database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def copied(home: Home, to: Path) -> Home:
    """The database as a backup or a second machine would have it; keys and checkpoints stay where they are."""
    to.mkdir()
    with open_database(home.database) as database, database.write() as connection:
        connection.execute(text("UPDATE ledger_heads SET size = size"))
    for file in home.folder.glob("troth.db*"):
        shutil.copy(file, to / file.name)
    return Home(home.folder, f"sqlite:///{to / 'troth.db'}")


def test_a_sound_ledger_holds_and_says_against_what(home: Home, troth: Any) -> None:
    code, found = troth("verify")
    assert (code, found["holds"], [one["checkpoints"] for one in found["ledgers"]]) == (0, True, [0])
    made = troth("checkpoint", "quay")[1]
    code, found = troth("verify", "quay")
    [ledger] = found["ledgers"]
    assert (code, ledger["checkpoints"], ledger["signed_up_to"]) == (0, 1, made["size"])
    assert (ledger["entries"], ledger["root"]) == (made["size"], made["root"])


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entries SET kind = 'gate:release:refused' WHERE sequence = 3", 3),
        ("UPDATE ledger_payloads SET payload = '{}' WHERE sequence = 4", 4),
        ("UPDATE ledger_entries SET header = 'no header' WHERE sequence = 4", 4),
        ("UPDATE ledger_entries SET leaf = 'no leaf' WHERE sequence = 4", 4),
        ("UPDATE ledger_nodes SET digest = 'no node' WHERE node = 1", 1),
        ("UPDATE ledger_heads SET root = 'no root', edge = 'no edge'", 7),
        ("DELETE FROM ledger_entries WHERE sequence = 2", 2),
        ("DELETE FROM ledger_entries WHERE sequence > 4", 5),
        ("UPDATE ledger_entries SET header = 'no header' WHERE kind = 'ledger:key:published'", 7),
        ("UPDATE ledger_entries SET header = x'7b7d' WHERE kind = 'ledger:key:published'", 7),
        ("DELETE FROM ledger_heads", 1),
    ],
)
def test_tampering_is_named(home: Home, troth: Any, statement: str, named: int) -> None:
    troth("checkpoint", "quay")
    tamper(home, statement)
    code, found = troth("verify", "quay")
    assert (code, found["holds"], found["ledgers"][0]["bad_sequence"]) == (1, False, named)
    assert found["ledgers"][0]["reason"]


@pytest.mark.parametrize(
    "note",
    [
        "'nothing'",
        "x'ff'",
        "replace(CAST(note AS TEXT), char(10) || '7' || char(10), char(10) || '8' || char(10))",
    ],
)
def test_a_spoilt_checkpoint_is_named_by_its_size(home: Home, troth: Any, note: str) -> None:
    size = troth("checkpoint", "quay")[1]["size"]
    tamper(home, f"UPDATE ledger_checkpoints SET note = {note}")
    code, found = troth("verify", "quay")
    assert (code, found["ledgers"][0]["spoilt_checkpoints"]) == (1, [size])
    assert "as its keys signed them" in found["ledgers"][0]["reason"]


def test_whoever_has_the_database_and_a_checkpoint_alone_sees_a_cut(
    home: Home, troth: Any, tmp_path: Path
) -> None:
    troth("checkpoint", "quay", "--to", tmp_path / "witness")
    [witnessed] = (tmp_path / "witness").iterdir()
    auditor = Home(tmp_path / "auditor", home.database)
    assert troth("verify", "quay", "--checkpoint", witnessed, at=auditor)[0] == 0
    tables = ("ledger_heads", "ledger_entries", "ledger_payloads", "ledger_nodes", "ledger_checkpoints")
    tamper(home, *(f"DELETE FROM {table}" for table in tables))
    assert troth("verify", "quay", "--checkpoint", witnessed, at=auditor)[0] == 1


def test_a_ledger_emptied_whole_is_missed_by_its_checkpoint(home: Home, troth: Any) -> None:
    troth("checkpoint", "quay")
    tables = ("ledger_heads", "ledger_entries", "ledger_payloads", "ledger_nodes", "ledger_checkpoints")
    tamper(home, *(f"DELETE FROM {table}" for table in tables))
    for words in (("verify",), ("verify", "quay")):
        code, found = troth(*words)
        assert (code, found["ledgers"][0]["bad_sequence"]) == (1, 1)


def test_a_restored_backup_is_seen_as_rolled_back(home: Home, troth: Any, tmp_path: Path) -> None:
    size = troth("checkpoint", "quay")[1]["size"]
    old = copied(home, tmp_path / "backup")
    troth("prove", "quay", "--entry", 2, "--out", tmp_path / "one.pack")
    assert troth("verify", "quay")[0] == 0
    code, found = troth("verify", "quay", at=old)
    assert (code, found["ledgers"][0]["bad_sequence"]) == (1, size + 1)
    code, refused = troth("checkpoint", "quay", at=old)
    assert (code, refused["error"]) == (2, "LedgerParted")
    code, refused = troth("prove", "quay", "--entry", 2, "--out", tmp_path / "two.pack", at=old)
    assert (code, refused["error"]) == (2, "LedgerParted")
    assert not (tmp_path / "two.pack").exists()


def test_two_databases_under_one_key_are_seen_with_and_without_the_other(
    home: Home, troth: Any, tmp_path: Path
) -> None:
    size = troth("checkpoint", "quay", "--to", tmp_path / "witness")[1]["size"]
    second = copied(home, tmp_path / "second")
    apart = Home(tmp_path / "apart", second.database)
    for kept in ("keys", "keystore", "root"):
        shutil.copytree(home.folder / kept, apart.folder / kept)
    for number in range(3):
        troth("prove", "quay", "--entry", 2, "--out", tmp_path / f"{number}.pack")
    troth("prove", "quay", "--entry", 3, "--out", tmp_path / "apart.pack", at=apart)
    assert troth("verify", "quay")[0] == troth("verify", "quay", at=apart)[0] == 0, "each alone is sound"
    code, found = troth("verify", "quay", "--other", second.database)
    assert (code, found["ledgers"][0]["bad_sequence"]) == (1, size + 1)
    [kept] = (apart.folder / "checkpoints" / "quay").iterdir()
    code, found = troth("verify", "quay", "--checkpoint", kept)
    assert (code, found["ledgers"][0]["bad_sequence"]) == (1, size + 1)
    [witnessed] = (tmp_path / "witness").iterdir()
    assert troth("verify", "quay", "--checkpoint", witnessed, "--other", home.database)[0] == 0


def test_a_checkpoint_of_another_ledger_is_no_answer(home: Home, troth: Any, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    troth("checkpoint", "quay")
    with quay(tmp_path / "other") as (_, other):
        troth("checkpoint", "quay", "--to", tmp_path / "witness", at=other)
    [strange] = (tmp_path / "witness").iterdir()
    code, refused = troth("verify", "quay", "--checkpoint", strange)
    assert (code, refused["error"]) == (2, "NotItsCheckpoint")
    broken = tmp_path / "broken"
    broken.write_text("nothing")
    assert troth("verify", "quay", "--checkpoint", broken)[0] == 2
    assert troth("verify", "nobody")[0] == 2


def test_keys_change_by_the_command(home: Home, troth: Any, tmp_path: Path) -> None:
    first = troth("checkpoint", "quay", "--origin", "log.quay.example")[1]
    assert first["origin"] == "log.quay.example"
    both = troth("checkpoint", "quay", "--new-key")[1]
    names = {line.split()[2][:6] for line in both["note"].splitlines() if line.startswith("—")}
    assert len(names) == 2
    pack = troth("prove", "quay", "--entry", 2, "--out", tmp_path / "a.pack")[1]
    old = next(VerifierKey.parse(key) for key in pack["keys"] if str(key) in pack["keys"])
    assert troth("checkpoint", "quay", "--retire-key", old.id.hex())[0] == 0
    again = troth("prove", "quay", "--entry", 2, "--out", tmp_path / "b.pack")[1]
    assert str(old) not in again["keys"]
    assert troth("verify", "quay")[0] == 0, "what the retired key signed still counts"
    code, refused = troth("checkpoint", "quay", "--retire-key", "00000000")
    assert (code, refused["error"]) == (2, "KeyProblem")


def test_only_when_it_is_due(home: Home, troth: Any) -> None:
    assert troth("checkpoint", "quay", "--if-older", 10)[1]["made"]
    assert troth("checkpoint", "quay", "--if-older", 10) == (0, {"made": False})


def test_a_pack_is_written_and_holds(home: Home, troth: Any, tmp_path: Path) -> None:
    file = tmp_path / "quay.pack"
    code, said = troth("prove", "quay", "--clause", "2", "--payload", 6, "--out", file)
    assert (code, said["payloads"], said["simulation"]) == (0, 1, False)
    assert file.stat().st_mode & 0o077 == 0
    assert load().check(file.read_text(), [load().Key(said["keys"][0])])["holds"]
    code, refused = troth("prove", "quay", "--entry", 2, "--out", file)
    assert (code, refused["error"]) == (2, "CallerError")
    code, refused = troth("prove", "quay", "--entry", 2, "--out", tmp_path / "no" / "folder")
    assert code == 2


def test_one_entry_is_proven_in_the_format_that_others_read(home: Home, troth: Any, tmp_path: Path) -> None:
    file = tmp_path / "three.tlog-proof"
    assert troth("prove", "quay", "--tlog-proof", 3, "--out", file)[0] == 0
    written = file.read_text()
    index, path, note = read_proof(written)
    leaf = base64.b64decode(written.split("\n")[1].removeprefix("extra "))
    found = Checkpoint.of(note)
    assert (index, json.loads(leaf)["sequence"]) == (2, 3)
    assert verify_inclusion(leaf_hash(leaf), index, found.size, path, found.root)
    assert troth("prove", "quay", "--tlog-proof", 300, "--out", tmp_path / "x")[0] == 2


def test_people_read_sentences(home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    where = ["--home", str(home.folder)]
    for words, code, said in (
        (["verify"], 0, "no checkpoint, so that a ledger rewritten whole would not be seen"),
        (["checkpoint", "quay"], 0, "— troth/quay/"),
        (["verify", "quay"], 0, "the last at"),
        (["prove", "quay", "--entry", "2", "--out", str(tmp_path / "p")], 0, "troth-verify"),
        (["prove", "quay", "--payload", "3", "--out", str(tmp_path / "q")], 2, "--personal"),
    ):
        assert main([*words, *where]) == code
        assert said in capsys.readouterr().out
    tamper(home, "DELETE FROM ledger_payloads WHERE sequence = 3")
    assert main(["verify", "quay", *where]) == 1
    assert "DOES NOT HOLD at entry 3: the payload is missing." in capsys.readouterr().out
