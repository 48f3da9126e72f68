"""MariaDB for tests: a server of this machine, started for one run, or one that is named; a fresh database for each test."""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.support.exams import could_not_run
from tests.support.servers import folder_for, program, running

NAMED = "TROTH_TEST_MARIADB"
_numbers = itertools.count(1)


@contextmanager
def server() -> Iterator[str]:
    """A running server's URL. One that is named by the environment is used as it is and left running."""
    named = os.environ.get(NAMED)
    if named:
        yield named
        return
    daemon = program("mariadbd", "mariadb-server-core", NAMED)
    with folder_for("maria") as folder, _started(daemon, folder) as url:
        yield url


@contextmanager
def _started(daemon: str, folder: Path) -> Iterator[str]:
    """A server without tables of users: whoever reaches its socket, in a folder of this user alone, is root."""
    (folder / "data" / "mysql").mkdir(parents=True)
    # No test cuts this server's power, so its flushes to disk prove nothing and cost much.
    hurry = [
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--innodb-buffer-pool-size=32M",
        "--skip-log-bin",
    ]
    command = [
        daemon, "--no-defaults", f"--datadir={folder / 'data'}", "--user=root", f"--socket={folder / 'sock'}",
        "--skip-networking", "--skip-grant-tables", f"--pid-file={folder / 'pid'}", *hurry,
    ]  # fmt: skip
    with running(command, lambda: _answers(folder / "sock"), "MariaDB"):
        yield f"mariadb+pymysql://root@localhost/?unix_socket={folder / 'sock'}&charset=utf8mb4"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Create an empty database, yield its URL, drop it."""
    name = f"troth_{os.getpid()}_{next(_numbers)}"
    _say(server_url, f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _say(server_url, f"DROP DATABASE IF EXISTS {name}")


def _say(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except OperationalError:
        could_not_run("MariaDB went away")
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[str]:
    """The URL of a MariaDB server."""
    with server() as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: str) -> Iterator[str]:
    """The URL of an empty MariaDB database that exists for this test alone."""
    with fresh_database(mariadb_server) as url:
        yield url
