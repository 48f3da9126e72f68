"""Runs the migrations of the key store on the connection, and inside the transaction, that `migrate` hands over."""

from alembic import context

from troth.vault.keystore import HISTORY
from troth.vault.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=HISTORY.table,
)
context.run_migrations()
