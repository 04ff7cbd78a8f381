"""Alembic's entry: the metadata of server.store, on the connection or address it is given."""

from alembic import context
from sqlalchemy import Connection, create_engine

import server.store.models  # noqa: F401  (registers every table)
from server.store.db import Model, engine_options, prepare_engine


def run(connection: Connection) -> None:
    """Migrate on this connection; SQLite tables are rebuilt in batches where ALTER cannot."""
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    with engine.execution_options(stockturn_writes=True).connect() as connection:
        run(connection)
        connection.commit()
