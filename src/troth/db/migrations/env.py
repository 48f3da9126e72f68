"""Runs the migrations on the connection, and inside the transaction, that `troth.db.migrate` hands over."""

from alembic import context

from troth.db.migrate import VERSIONS_TABLE
from troth.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSIONS_TABLE,
)
context.run_migrations()
