"""A migrated database of either kind, and ledgers on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.kit import ledger_on
from troth.db import Database, migrate, open_database
from troth.ledger import Ledger


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return ledger_on(database)
