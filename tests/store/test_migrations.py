"""The migrations make exactly the tables the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from server.store.db import Model, engine_options, prepare_engine
from server.store.schema import MIGRATIONS, schema_is_current, upgrade_schema


def test_migrations_have_one_head():
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_the_migrated_database_differs_in_nothing_from_the_models(database_url):
    engine = _engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []
    engine.dispose()


def test_an_empty_database_is_not_current_until_it_is_upgraded(empty_database_url):
    engine = _engine(empty_database_url)
    assert not inspect(engine).get_table_names()
    assert not schema_is_current(engine)
    upgrade_schema(engine)
    assert schema_is_current(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url):
    engine = _engine(database_url)
    upgrade_schema(engine)
    assert schema_is_current(engine)
    engine.dispose()


def _engine(url):
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine
