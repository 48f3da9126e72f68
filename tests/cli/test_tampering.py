"""Each way to tamper with a ledger is named by `troth verify` with the sequence number, on both databases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, text

from tests.packs.kit import NOON, quay
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.cli.main import main
from troth.db import metadata, migrate, open_database
from troth.ledger import Draft, tree

Snapshot = dict[Table, list[dict[str, Any]]]
AFTER = 9
"""So many entries follow those about the three people, so that what is tampered with lies in the middle."""


@dataclass
class Bench:
    """A signed ledger, its rows as they were, and the entry that is tampered with."""

    home: Home
    rows: Snapshot
    at: int
    size: int

    def row(self, table: str, sequence: int) -> dict[str, Any]:
        return next(
            row
            for one, rows in self.rows.items()
            for row in rows
            if one.name == table and row["sequence"] == sequence
        )


def ledger_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name.startswith("ledger_")]


def snapshot(home: Home) -> Snapshot:
    with open_database(home.database) as database, database.read() as connection:
        return {
            table: [dict(row._mapping) for row in connection.execute(table.select())]
            for table in ledger_tables()
        }


def restore(connection: Connection, rows: Snapshot) -> None:
    """Every row of the ledger as it was then."""
    for table, were in rows.items():
        connection.execute(table.delete())
        if were:
            connection.execute(table.insert(), were)


def more(home: Home, count: int, code: str) -> None:
    with open_organisation(home, "quay", bring_up=False) as company, company.ledger.recording() as work:
        work.record(
            *(Draft("gate:look:done", NOON, codes=(code,), payload={"seen": n}) for n in range(count))
        )


def troth(*words: object) -> int:
    return main([*map(str, words)])


def verified(home: Home, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = troth("verify", "quay", *words, "--json", "--home", home.folder, "--database", home.database)
    [found] = json.loads(capsys.readouterr().out)["ledgers"]
    return code, found


def signed(home: Home) -> None:
    assert troth("checkpoint", "quay", "--json", "--home", home.folder, "--database", home.database) == 0


@pytest.fixture
def bench(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> Bench:
    with quay(tmp_path, database=database_url) as (company, home), company.database.read() as connection:
        people = [event.sequence for event in company.ledger.events(connection, kinds=("gate:release:",))]
    more(home, AFTER, "after")
    signed(home)
    assert verified(home, capsys)[0] == 0
    rows = snapshot(home)
    [head] = next(rows for table, rows in rows.items() if table.name == "ledger_heads")
    return Bench(home, rows, people[1], head["size"])


def set_row(table: str, sequence: int, **values: object) -> Callable[[Connection], None]:
    sets = ", ".join(f"{name} = :{name}" for name in values)
    return run(f"UPDATE {table} SET {sets} WHERE sequence = {sequence}", **values)


def run(*statements: str, **values: object) -> Callable[[Connection], None]:
    def tamper(connection: Connection) -> None:
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount > 0

    return tamper


def swapped(table: str, one: int, other: int) -> Callable[[Connection], None]:
    """Two rows change their numbers."""
    moves = ((one, -1), (other, one), (-1, other))
    return run(*(f"UPDATE {table} SET sequence = {new} WHERE sequence = {old}" for old, new in moves))


def both(*tampers: Callable[[Connection], None]) -> Callable[[Connection], None]:
    def tamper(connection: Connection) -> None:
        for one in tampers:
            one(connection)

    return tamper


def flipped(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def cases(bench: Bench) -> dict[str, tuple[Callable[[Connection], None], int]]:
    """What was tampered with, how, and the entry that must be named."""
    at, size = bench.at, bench.size
    entry, payload = bench.row("ledger_entries", at), bench.row("ledger_payloads", at)
    header = bytes(entry["header"])
    committed = json.loads(header)["commitment"].encode()
    forged = header.replace(b"newsletter", b"everything")
    other = header.replace(committed, committed[::-1])
    return {
        "a header": (set_row("ledger_entries", at, header=forged), at),
        "a header that is none": (set_row("ledger_entries", at, header=b"no header"), at),
        "a header with its leaf": (
            set_row("ledger_entries", at, header=forged, leaf=tree.leaf_hash(forged)),
            at - (at + 1) % 2,
        ),
        "a commitment": (set_row("ledger_entries", at, header=other), at),
        "a leaf": (set_row("ledger_entries", at, leaf=flipped(entry["leaf"])), at),
        "a kind": (set_row("ledger_entries", at, kind="gate:release:refused"), at),
        "a subject": (set_row("ledger_entries", at, subject="ab" * 32), at),
        "a payload": (set_row("ledger_payloads", at, payload=flipped(payload["payload"])), at),
        "the first byte of a payload": (
            set_row("ledger_payloads", at, payload=flipped(payload["payload"], 0)), at,
        ),
        "a salt": (set_row("ledger_payloads", at, salt=flipped(payload["salt"] or b"\0")), at),
        "a payload gone": (run(f"DELETE FROM ledger_payloads WHERE sequence = {at}"), at),
        "two payloads swapped": (swapped("ledger_payloads", at, at + 1), at),
        "a payload too many": (run(f"UPDATE ledger_payloads SET sequence = 1 WHERE sequence = {at}"), 1),
        "a node": (run("UPDATE ledger_nodes SET digest = :d WHERE node = 5", d=bytes(32)), 3),
        "a node gone": (run("DELETE FROM ledger_nodes WHERE node = 5"), 3),
        "the root": (run("UPDATE ledger_heads SET root = :d", d=bytes(32)), size),
        "the edge": (run("UPDATE ledger_heads SET edge = :d", d=bytes(32)), size),
        "a smaller head": (run("UPDATE ledger_heads SET size = size - 1"), size),
        "a larger head": (run("UPDATE ledger_heads SET size = size + 1"), size + 1),
        "no head": (run("DELETE FROM ledger_heads"), 1),
        "a middle entry gone": (run(f"DELETE FROM ledger_entries WHERE sequence = {at}"), at),
        "a middle entry gone and the next in its place": (
            run(
                f"DELETE FROM ledger_entries WHERE sequence = {at}",
                f"UPDATE ledger_entries SET sequence = {at} WHERE sequence = {at + 1}",
            ),
            at,
        ),
        "two entries swapped": (swapped("ledger_entries", at, at + 1), at),
        "two entries swapped with their payloads": (
            both(swapped("ledger_entries", at, at + 1), swapped("ledger_payloads", at, at + 1)), at,
        ),
        "cut off": (run(f"DELETE FROM ledger_entries WHERE sequence > {at}"), at + 1),
        "emptied": (run("DELETE FROM ledger_entries"), 1),
    }  # fmt: skip


def test_each_way_of_tampering_is_named(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    expected, found = {}, {}
    with open_database(bench.home.database) as database:
        for name, (tamper, named) in cases(bench).items():
            with database.write() as connection:
                tamper(connection)
            code, said = verified(bench.home, capsys)
            expected[name] = (1, named, True)
            found[name] = (code, said["bad_sequence"], bool(said["reason"]))
            with database.write() as connection:
                restore(connection, bench.rows)
            assert verified(bench.home, capsys)[0] == 0
    assert found == expected


def test_a_rolled_back_database_is_named(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    more(bench.home, 3, "lost")
    signed(bench.home)
    assert verified(bench.home, capsys)[0] == 0
    with open_database(bench.home.database) as database, database.write() as connection:
        restore(connection, bench.rows)
    code, said = verified(bench.home, capsys)
    assert (code, said["bad_sequence"]) == (1, bench.size + 1)
    assert f"{bench.size + 3} were here once and are gone" in said["reason"]
    words = ("checkpoint", "quay", "--home", bench.home.folder, "--database", bench.home.database)
    assert troth(*words) == 2, "what was rolled back is not signed anew"


def test_a_fork_of_which_both_sides_are_signed_is_named(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second database goes on from the same rows, under the same keys, and each side signs what it has."""
    fork = Home(tmp_path / "fork", f"sqlite:///{tmp_path / 'fork.db'}")
    shutil.copytree(bench.home.folder, fork.folder, ignore=shutil.ignore_patterns("checkpoints", "troth.db*"))
    forked(bench, fork)
    for home, code in ((bench.home, "ours"), (fork, "theirs")):
        more(home, 3, code)
        signed(home)
        assert verified(home, capsys)[0] == 0, "each side alone is sound"
    [witness] = (fork.folder / "checkpoints" / "quay").iterdir()
    for proof in (("--checkpoint", witness), ("--other", fork.database)):
        code, said = verified(bench.home, capsys, *proof)
        assert (code, said["bad_sequence"]) == (1, bench.size + 1)
        assert said["reason"]


def forked(bench: Bench, fork: Home) -> None:
    with (
        open_database(bench.home.database) as ours,
        ours.read() as source,
        open_database(fork.database) as theirs,
    ):
        migrate(theirs)
        with theirs.write() as connection:
            for table in metadata.sorted_tables:
                rows = [dict(row._mapping) for row in source.execute(table.select())]
                if rows:
                    connection.execute(table.insert(), rows)
