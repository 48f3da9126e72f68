"""Databases that were migrated once for the whole run and are copied: a new one for each test costs a tenth of migrating it."""

from __future__ import annotations

import shutil
import tempfile
from atexit import register
from functools import cache
from pathlib import Path

from troth.app.config import Home
from troth.db import migrate, open_database


@cache
def file() -> Path:
    """A SQLite file at the newest migration, with nothing in it. Read only: copy it."""
    import troth.app.house  # noqa: F401  the tables of every room, so that nothing is left to be declared later

    folder = Path(tempfile.mkdtemp(prefix="troth-migrated-"))
    register(shutil.rmtree, folder, ignore_errors=True)
    made = folder / "troth.db"
    with open_database(f"sqlite:///{made}") as database:
        migrate(database)
    return made


def lay(path: Path) -> str:
    """Put a migrated SQLite file there, unless one lies there already; its URL."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file(), path)
    return f"sqlite:///{path}"


def lay_at(home: Home) -> Home:
    """A home whose own SQLite database is migrated already; one on another database stays as it is."""
    if home.database == Home.at(home.folder).database:
        lay(Path(home.database.removeprefix("sqlite:///")))
    return home
