"""Where migrations run: on the connection they are given, in its transaction."""

from alembic import context

from storage.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite cannot change a column in place
)
context.run_migrations()
