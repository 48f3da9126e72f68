"""Timestamps travel with a pack: their checkpoints are proven to be continued, their tokens are as the authority gave them."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.packs.kit import body_of, changed, fast_program, holds, pack_of, quay
from tests.support.certificates import Ca
from tests.support.tsa import Tsa, authority, openssl
from tests.verifier.program import load
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.proofs import check_ledger, checkpoints_of
from troth.cli.main import main
from troth.db import open_database
from troth.witnesses import open_witness


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def tsa(tmp_path: Path, ca: Ca) -> Iterator[Tsa]:
    with authority(tmp_path / "tsa", ca) as found:
        yield found


def stamped(organisation: Organisation, home: Home, tsa: Tsa, ca: Ca) -> int:
    made = checkpoints_of(organisation, home).make([open_witness(f"{tsa.address}#ca={ca.file}")])
    assert len(made.timestamps) == 1
    return made.checkpoint.size


def test_a_pack_carries_the_last_stamp_and_openssl_reads_it(
    tmp_path: Path, database_url: str, tsa: Tsa, ca: Ca
) -> None:
    with quay(tmp_path, database=database_url) as (organisation, home):
        stamped(organisation, home, tsa, ca)
        pack_of(organisation, home, sequences=(2,))
        size = stamped(organisation, home, tsa, ca)
        pack = pack_of(organisation, home, sequences=(2,))
    program = load()
    found = program.check(pack.text, [program.Key(key) for key in pack.keys])
    [stamp] = found["timestamps"]
    assert (stamp["size"], stamp["authority"]) == (size, "127.0.0.1")
    assert size < found["size"]
    assert any("stamped" in one and "openssl ts" in one for one in program.proves(found)[1])
    token, data = tmp_path / "token", tmp_path / "data"
    token.write_bytes(base64.b64decode(stamp["token"]))
    data.write_text(stamp["checkpoint"].partition("\n\n")[0] + "\n")
    words = [openssl(), "ts", "-verify", "-in", token, "-data", data, "-CAfile", ca.file]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0


def another_root(body: dict[str, Any]) -> None:
    lines = body["timestamps"][0]["checkpoint"].split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    body["timestamps"][0]["checkpoint"] = "\n".join(lines)


def another_ledger(body: dict[str, Any]) -> None:
    stamp = body["timestamps"][0]
    stamp["checkpoint"] = stamp["checkpoint"].replace("troth/quay/", "troth/other/")


def no_proof(body: dict[str, Any]) -> None:
    body["since"] = []


def more_fields(body: dict[str, Any]) -> None:
    body["timestamps"][0]["more"] = ""


def no_field(body: dict[str, Any]) -> None:
    del body["timestamps"]


@pytest.mark.parametrize("lie", [another_root, another_ledger, no_proof, more_fields, no_field])
def test_a_stamp_of_something_else_is_seen_though_the_true_key_signed_it(
    tmp_path: Path, tsa: Tsa, ca: Ca, lie: Any
) -> None:
    with quay(tmp_path) as (organisation, home):
        stamped(organisation, home, tsa, ca)
        pack = pack_of(organisation, home, sequences=(2,))
    program = fast_program()
    assert holds(program, changed(home, pack.text, lambda body: None).encode(), list(pack.keys))
    assert not holds(program, changed(home, pack.text, lie).encode(), list(pack.keys))
    assert body_of(pack.text)["timestamps"]


def test_verify_shows_stamps_and_checks_them(
    tmp_path: Path, database_url: str, tsa: Tsa, ca: Ca, capsys: pytest.CaptureFixture[str]
) -> None:
    with quay(tmp_path, database=database_url) as (organisation, home):
        size = stamped(organisation, home, tsa, ca)
    [unchecked] = check_ledger(home, "quay").stamps
    assert (unchecked.size, unchecked.checked, unchecked.fault) == (size, False, "")
    [checked] = check_ledger(home, "quay", tsa_ca=ca.file).stamps
    assert checked.checked
    (home.folder / "witnesses.yaml").write_text(f"witnesses: ['{tsa.address}#ca={ca.file}']\n")
    assert check_ledger(home, "quay").stamps == (checked,), "the CA is that of the configured authority"
    where = ["--home", str(home.folder), "--database", home.database]
    assert main(["verify", "quay", *where]) == 0
    assert "stamped" in capsys.readouterr().out
    strange = Ca(tmp_path / "strange")
    assert main(["verify", "quay", *where, "--tsa-ca", str(strange.file), "--json"]) == 1
    [ledger] = json.loads(capsys.readouterr().out)["ledgers"]
    assert "does not hold" in ledger["reason"]
    assert ledger["timestamps"][0]["fault"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_timestamps SET token = :junk",
        "UPDATE ledger_timestamps SET made_at = made_at + 1",
        "UPDATE ledger_timestamps SET size = size - 1",
        "DELETE FROM ledger_checkpoints",
    ],
)
def test_a_tampered_stamp_is_named(tmp_path: Path, tsa: Tsa, ca: Ca, statement: str) -> None:
    with quay(tmp_path) as (organisation, home):
        stamped(organisation, home, tsa, ca)
    with open_database(home.database) as database, database.write() as connection:
        connection.execute(text(statement), {"junk": b"junk"} if ":junk" in statement else {})
    found = check_ledger(home, "quay", tsa_ca=ca.file)
    assert not found.holds
    assert "127.0.0.1" in found.false_stamps[0]
