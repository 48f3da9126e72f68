"""What the ledger signs and proves, read by the checker that comes with Go: thousands of claims, true and false."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.kit import NOON, Dice, draft, ledger_on
from tests.support.exams import could_not_run
from tests.tidy.source import ROOT
from troth.db import migrate, open_database
from troth.kernel.clock import SteppedClock
from troth.ledger import Checkpoints, Kept, SigningKeys

pytestmark = pytest.mark.slow
Claim = dict[str, Any]
SIZE = 71


def find_go() -> str:
    """The Go program: named, on the path, or as `tools/go` made it."""
    for name in (os.environ.get("TROTH_TEST_GO", "go"), str(ROOT / "var/go/bin/go")):
        found = shutil.which(name)
        if found:
            return found
    could_not_run("no Go on this machine, and it could not be installed")


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our few lines of Go, built with the packages that lie in the toolchain itself; no network is asked."""
    go, place = find_go(), tmp_path_factory.mktemp("go")
    environment = {**os.environ, "GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local",
                   "GOCACHE": str(place / "cache"), "GOPATH": str(place / "path"), "CGO_ENABLED": "0"}  # fmt: skip
    told = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, env=environment, check=True)
    for name in ("note", "tlog"):
        source = Path(told.stdout.strip()) / "src/cmd/vendor/golang.org/x/mod/sumdb" / name
        if not source.is_dir():
            could_not_run("this Go has no sumdb packages inside")
        shutil.copytree(source, place / "check" / name)
    shutil.copy(Path(__file__).parent / "go" / "main.go", place / "check")
    (place / "check" / "go.mod").write_text("module check\n\ngo 1.24\n")
    subprocess.run([go, "build", "-o", "check.bin", "."], cwd=place / "check", env=environment, check=True)
    return place / "check" / "check.bin"


def answers(checker: Path, claims: list[Claim]) -> list[bool]:
    ran = subprocess.run([checker], input=json.dumps(claims), capture_output=True, text=True, check=True)
    found: list[bool] = json.loads(ran.stdout)
    assert len(found) == len(claims)
    return found


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> list[Claim]:
    """Every entry under every fourth size, every pair of sizes, and the checkpoints of two keys."""
    place = tmp_path_factory.mktemp("log")
    with open_database(f"sqlite:///{place / 'troth.db'}") as database:
        migrate(database)
        ledger = ledger_on(database)
        keys, kept = SigningKeys(place / "keys"), Kept(place / "kept")
        checkpoints = Checkpoints(ledger, keys, kept, clock=SteppedClock(NOON), entropy=Dice())
        notes, roots = [], {}
        for number in range(SIZE):
            with ledger.recording() as work:
                work.record(draft(number))
            if number == SIZE // 2:
                checkpoints.add_key()
            made = checkpoints.make()
            notes.append(
                {"Kind": "note", "Text": str(made.note), "Keys": [str(key.verifier) for key in keys.all()]}
            )
            roots[made.checkpoint.size] = text(made.checkpoint.root)
        return [*notes, *proofs(ledger, roots)]


def proofs(ledger: Any, roots: dict[int, str]) -> list[Claim]:
    found: list[Claim] = []
    sizes = sorted(roots)
    with ledger.database.read() as connection:
        leaves = dict(ledger.leaves(connection))
        for size in sizes:
            for at in range(1, size + 1) if size % 4 == 3 else ():
                path = [text(one) for one in ledger.prove_inclusion(connection, at, size)]
                found.append({"Kind": "record", "Leaf": text(leaves[at]), "Path": path, "Index": at - 1,
                              "Size": size, "Root": roots[size]})  # fmt: skip
            for old in (one for one in sizes if one <= size):
                path = [text(one) for one in ledger.prove_consistency(connection, old, size)]
                found.append({"Kind": "tree", "Path": path, "Index": old, "OldRoot": roots[old], "Size": size,
                              "Root": roots[size]})  # fmt: skip
    return found


def test_go_holds_what_the_ledger_claims(checker: Path, claims: list[Claim]) -> None:
    found = answers(checker, claims)
    assert len(claims) > 3000
    assert [claim for claim, holds in zip(claims, found, strict=True) if not holds] == []


def falsified(claim: Claim) -> Claim:
    """The claim with one thing wrong."""
    if claim["Kind"] == "note":
        lines = claim["Text"].split("\n")
        return claim | {"Text": "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])}
    if claim["Path"]:
        return claim | {"Path": claim["Path"][:-1]}
    return claim | {"Root": text(bytes(32))}


def test_go_refuses_what_is_false(checker: Path, claims: list[Claim]) -> None:
    false = [falsified(claim) for claim in claims]
    found = answers(checker, false)
    assert [claim for claim, holds in zip(false, found, strict=True) if holds] == []
