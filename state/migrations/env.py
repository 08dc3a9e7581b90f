"""Alembic's entry: runs the revisions over the connection it is given."""

from alembic import context

from state.tables import metadata


def run() -> None:
    """Run inside the caller's transaction; a database is upgraded whole or not at all."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


run()
