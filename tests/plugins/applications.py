"""Applications for tests: made once per process, with a database of its own for each test.

Making all routes, and compiling every statement anew, would cost a test more than what it tests.
So an application stays, and only its settings and its engine are changed; engines of one kind
share their dialect and the statements compiled for it. What the house remembers of a database
hangs on its engine, what it remembers of an installation is forgotten between two tests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

from server.bootstrap import make_base_app
from server.settings import Settings
from server.store.db import db

Maker = Callable[[Settings], Flask]
STATEMENTS_MOST = 5_000


class _Made:
    """An application as it was when it was made."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._config = dict(app.config)
        self._extensions = dict(app.extensions)

    def renew(self, config: dict[str, Any]) -> None:
        """Forget what tests have done to it; these settings from now on."""
        self.app.config.clear()
        self.app.config.update(self._config | config)
        self.app.extensions.clear()
        self.app.extensions.update(self._extensions)


_made: dict[Maker, _Made] = {}
_compiled: dict[str, tuple[Dialect, Any]] = {}


@contextmanager
def running(make: Maker, settings: Settings) -> Iterator[Flask]:
    """The application `make` makes, with these settings and their database, its context pushed.

    `make` is asked once, so only settings that are asked for later may differ between tests: the
    folder, the database, secrets.
    """
    base = make_base_app(settings)
    with base.app_context():
        engine = db.engine
    share_compiled(engine)
    made = _made.get(make) or _made.setdefault(make, _Made(make(settings)))
    made.renew(dict(base.config))
    with made.app.app_context():
        db.engines[None] = engine
        yield made.app
        engine.dispose()


def share_compiled(engine: Engine) -> None:
    """Let this engine use what was compiled for others of its kind."""
    kind = engine.dialect.name
    if kind not in _compiled:
        with engine.connect():  # the dialect learns what the database can
            _compiled[kind] = engine.dialect, LRUCache(STATEMENTS_MOST)
    dialect, statements = _compiled[kind]
    engine.dialect = dialect
    engine.update_execution_options(compiled_cache=statements)
