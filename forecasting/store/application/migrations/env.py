"""What Alembic runs: the scripts, on the connection and in the transaction that it is handed."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="reorder_version",
    render_as_batch=True,
)
context.run_migrations()
