"""How Alembic runs the steps: on the connection that it is handed, in its transaction."""

from alembic import context

from metrics.ledger.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
