"""What Alembic runs: the steps, on the connection that `prepare` opened, in one transaction."""
from __future__ import annotations

from alembic import context

from medrules.history.sql.tables import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
