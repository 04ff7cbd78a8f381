"""The installation the current application context belongs to: its secret and its short memory."""

from typing import Any

from flask import current_app

from server.settings import Settings


def settings() -> Settings:
    """The settings this installation was started with."""
    found = current_app.config["STOCKTURN"]
    assert isinstance(found, Settings)
    return found


def secret_key() -> str:
    """The installation's secret: signs user passes and peppers PINs; never stored in a table."""
    key = current_app.config["SECRET_KEY"]
    assert isinstance(key, str)
    assert key
    return key


def memory(name: str) -> dict[Any, Any]:
    """A dictionary of this process and this application, empty at its start."""
    found: dict[Any, Any] = current_app.extensions.setdefault(f"stockturn.{name}", {})
    return found
