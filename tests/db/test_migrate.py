"""The migrations make exactly what the rooms declare, whole or not at all, and tell when they don't fit."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

import troth
from troth.db import Database, check, metadata, migrate, open_database
from troth.db import migrate as migrating
from troth.db.errors import DatabaseNewer, MigrationMissing, StatementRefused
from troth.db.migrate import VERSIONS_TABLE, newest

VERSIONS = Path(migrating.__code__.co_filename).parent / "migrations" / "versions"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


def load_every_room() -> None:
    for module in pkgutil.walk_packages(troth.__path__, "troth."):
        if module.name.rpartition(".")[2] in {"store", "tables"}:
            importlib.import_module(module.name)


def test_the_history_is_one_line_in_the_order_of_its_numbers() -> None:
    files = sorted(path.name for path in VERSIONS.glob("[0-9]*.py"))
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    for number, name in enumerate(files, 1):
        before = f'"{number - 1:04}"' if number > 1 else "None"
        assert f'revision = "{number:04}"' in (VERSIONS / name).read_text()
        assert f"down_revision = {before}" in (VERSIONS / name).read_text(), name
    assert newest() == f"{len(files):04}"


def test_the_migrated_database_is_the_declared_one(database: Database) -> None:
    load_every_room()
    migrate(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS_TABLE})
        assert compare_metadata(context, metadata) == []


def test_every_table_bears_its_organisation() -> None:
    load_every_room()
    assert {name for name, table in metadata.tables.items() if "organisation" not in table.c} == set()


def test_check_passes_after_migration_and_migrating_again_is_harmless(database: Database) -> None:
    with pytest.raises(MigrationMissing, match="is empty"):
        check(database)
    migrate(database)
    migrate(database)
    check(database)


def test_an_older_database_is_told_and_left(database: Database) -> None:
    migrate(database)
    with database.write() as connection:
        connection.execute(text(f"DELETE FROM {VERSIONS_TABLE}"))
    with pytest.raises(MigrationMissing, match=newest()):
        check(database)


def test_a_newer_database_is_told_and_left(database: Database) -> None:
    migrate(database)
    with database.write() as connection:
        connection.execute(text(f"UPDATE {VERSIONS_TABLE} SET version_num = '9999'"))
    for act in (check, migrate):
        with pytest.raises(DatabaseNewer, match="9999"):
            act(database)
    with database.read() as connection:
        assert connection.scalar(text(f"SELECT version_num FROM {VERSIONS_TABLE}")) == "9999"


def test_a_migration_that_fails_leaves_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE TABLE ledger_nodes (mine INTEGER)"))
    with pytest.raises(StatementRefused):
        migrate(database)
    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["ledger_nodes"]


def test_processes_that_migrate_at_once_do_it_once(database_url: str) -> None:
    program = "import sys; from troth.db import *; d = open_database(sys.argv[1]); migrate(d); check(d)"
    command = [sys.executable, "-c", program, database_url]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [
        (b"", 0)
    ] * 3
    with open_database(database_url) as database:
        check(database)
