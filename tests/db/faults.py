"""Other processes that put a database into trouble; run as `python -m tests.db.faults WHAT …`."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from troth.db import Database, open_database
from troth.db.errors import DatabaseProblem


def hold_lock(url: str) -> None:
    """Hold the write lock until standard input ends."""
    database = open_database(url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS held (one INTEGER)"))
        connection.execute(text("INSERT INTO held VALUES (1)"))
        print("held", flush=True)
        sys.stdin.read()


def write_as_nobody(url: str) -> None:
    """Try to write without any right to."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    _tell(open_database(url), rows=1)


def write_within(url: str, most_bytes: str) -> None:
    """Try to write more than the operating system lets one file grow."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_bytes), int(most_bytes)))
    _tell(open_database(url, patience=timedelta(seconds=1)), rows=2000)


def _tell(database: Database, rows: int) -> None:
    """Print the problem that writing meets, as JSON."""
    try:
        with database.write() as connection:
            for _ in range(rows):
                connection.execute(text("INSERT INTO held VALUES (:text)"), {"text": "x" * 1000})
    except DatabaseProblem as problem:
        print(json.dumps(problem.as_json()))
    else:
        print("{}")


if __name__ == "__main__":
    acts: dict[str, Callable[..., None]] = {
        "hold_lock": hold_lock,
        "write_as_nobody": write_as_nobody,
        "write_within": write_within,
    }
    acts[sys.argv[1]](*sys.argv[2:])
