"""How Alembic reaches the database: by the connection it is handed."""

from __future__ import annotations

from alembic import context

from screening.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="ledger_version",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
