"""The database's history: one line of Alembic revisions for SQLite and PostgreSQL."""
