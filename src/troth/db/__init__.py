"""db: one database for all rooms: SQLite by default, PostgreSQL to scale; transactions, migrations, clear errors.

A room declares its tables in its own `store.py` on the one `metadata` here, each with a column `organisation`,
instants as `Instant()` (UTC, microseconds), and ships them as a migration written by hand:

    # db/migrations/versions/0002_consent.py     (take the next free number; the history is one line)
    revision = "0002"
    down_revision = "0001"

    def upgrade() -> None:
        op.create_table("consent_states", sa.Column("organisation", sa.String(64), primary_key=True), ...)

A test holds the migrated database and the declared tables equal, on both databases.
Services never open transactions of their own: they take the one they are handed.
"""

from troth.db.database import Database, open_database
from troth.db.fixed import Fixed, TransactionLost, insert_all, savepoint
from troth.db.migrate import History, check, migrate
from troth.db.schema import Instant, instant_of, metadata
from troth.db.together import Task, Together

__all__ = [
    "Database", "Fixed", "History", "Instant", "Task", "Together", "TransactionLost", "check", "insert_all", "instant_of", "metadata",
    "migrate", "open_database", "savepoint",
]  # fmt: skip
