"""A server of the kit: a database for each company, rows a reader sees and cannot write; whatever way it ends, it is there again."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from examples.kit.waiting import until
from tests.tidy.source import ROOT
from troth.app.system import SystemClock
from troth.probes import CannotLook, Probe, open_eye

pytestmark = pytest.mark.postgres


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "examples.kit.postgres", "--folder", str(folder), "axle", "desk"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            yield running, json.loads(running.stdout.readline())["databases"]
        finally:
            running.stdin.close()
            running.wait(60)


def owner(databases: dict[str, Any], name: str = "axle") -> psycopg.Connection[Any]:
    return psycopg.connect(databases[name]["owner"], autocommit=True)


def plain(databases: dict[str, Any], name: str = "axle") -> str:
    return str(databases[name]["reader"]).replace("+psycopg", "")


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def killed(pid: int) -> None:
    watch = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([watch], [], [], 30)[0]
    os.close(watch)


def test_a_server_of_ones_own(tmp_path: Path) -> None:
    with served(tmp_path) as (running, databases):
        with owner(databases) as connection:
            connection.execute("CREATE SCHEMA people")
            connection.execute("CREATE TABLE people.visits (id int, who text)")
            connection.execute("ALTER TABLE people.visits ENABLE ROW LEVEL SECURITY")
            connection.execute("ALTER TABLE people.visits FORCE ROW LEVEL SECURITY")
            connection.execute("CREATE ROLE axle_clerk NOLOGIN")
            connection.execute("CREATE POLICY mine ON people.visits TO axle USING (true)")
            connection.execute("INSERT INTO people.visits SELECT n, 'somebody' FROM generate_series(1, 3) n")
        with psycopg.connect(plain(databases)) as reading:
            assert reading.execute("SELECT count(*) FROM people.visits").fetchone() == (3,)
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                reading.execute("DELETE FROM people.visits")
            reading.rollback()
            reading.execute("SET TRANSACTION READ WRITE")  # whoever asks for more still may not
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reading.execute("DELETE FROM people.visits")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(plain(databases).replace("/axle?", "/desk?"))
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(plain(databases).replace("axle_reader:", "axle_reader:wrong"))

        look = Probe(
            "all",
            "All",
            "sql",
            "postgres",
            (),
            (),
            1,
            query="SELECT id AS row FROM people.visits",
            show=("row",),
        )
        eye = open_eye(look, tmp_path, {"postgres": databases["axle"]["reader"]})
        seen = eye.look(SystemClock().now())
        assert (seen.looked_at, seen.seen[0]["store"]) == (3, "axle")

        killed(running.pid)  # the server itself outlives it
        assert postmaster(tmp_path)
    with served(tmp_path) as (running, again):
        assert again == databases, "at the same address, by the same passwords"
        killed(postmaster(tmp_path))
        assert running.wait(60) == 1, "whoever looks after it has to start it again"
        with pytest.raises(CannotLook):
            eye.look(SystemClock().now())
    with served(tmp_path) as (_, databases), owner(databases) as connection:
        assert connection.execute("SELECT count(*) FROM people.visits").fetchone() == (3,)
    until(lambda: not (tmp_path / "data" / "postmaster.pid").exists())
