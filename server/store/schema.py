"""Bringing the database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from server.store.db import db

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


def upgrade_schema(engine: Engine | None = None, revision: str = "head") -> None:
    """Apply every migration that is missing; safe to run again."""
    engine = engine or db.engine
    config = _config()
    with engine.execution_options(stockturn_writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema_is_current(engine: Engine | None = None) -> bool:
    """Whether the database stands at the newest migration."""
    with (engine or db.engine).connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at == ScriptDirectory.from_config(_config()).get_current_head()


def schema_revision(connection: Connection) -> str | None:
    """The migration the database stands at; None without a schema."""
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
