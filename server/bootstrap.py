"""Settings, engine and logging: what the web, the workers and the shell all start from."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from server.settings import Settings
from server.store.db import db, engine_options, prepare_engine


def make_base_app(settings: Settings | None = None) -> Flask:
    """A Flask application without routes: its context gives the database and the settings.

    Raises InvalidInput `bad_setting` when the environment holds a setting that makes no sense.
    """
    settings = settings or Settings.from_environment(os.environ)
    app = Flask("server", static_folder=None)
    app.config.from_mapping(_flask_settings(settings))
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    return app


def settings_of(app: Flask) -> Settings:
    """The settings this application was made with."""
    settings = app.config["STOCKTURN"]
    assert isinstance(settings, Settings)
    return settings


def _flask_settings(settings: Settings) -> Mapping[str, Any]:
    return {
        "STOCKTURN": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": settings.request_bytes_most,
        "MAX_FORM_MEMORY_SIZE": settings.request_bytes_most,
        "ROOT": Path(__file__).resolve().parent.parent,
    }
