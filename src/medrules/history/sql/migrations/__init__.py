"""The steps by which a history database comes to its tables, run by Alembic."""
