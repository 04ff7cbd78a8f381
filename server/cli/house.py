"""What every command starts from: the settings of the environment and their database."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.bootstrap import make_base_app, settings_of
from server.settings import Settings
from server.store.db import db


@contextmanager
def house() -> Iterator[Settings]:
    """The installation this shell's environment names, its database at hand inside the block."""
    app = make_base_app()
    with app.app_context():
        try:
            yield settings_of(app)
        finally:
            db.engine.dispose()
