"""The web app's files at /: the built client, with index.html for its own addresses."""

from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, send_from_directory
from werkzeug.exceptions import NotFound

from server.api.access import public

static = Blueprint("static_client", __name__)
FOREVER = "public, max-age=31536000, immutable"
NOT_BUILT = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>Stockturn 周盘</title>
<h1>Stockturn 周盘</h1>
<p>网页界面还没有构建。请在项目目录运行 <code>make client</code>，然后刷新本页。
<p>The web app is not built yet. Run <code>make client</code> in the project's folder and reload.
<p><a href="/api/docs">API</a></html>
"""


@static.get("/")
@public
def index() -> Response:
    """The app's page."""
    return _index()


@static.get("/<path:name>")
@public
def file(name: str) -> Response:
    """One file of the app; other addresses without a dot are the app's own."""
    if name.startswith("api/"):
        raise NotFound
    if (_dist() / name).is_file():
        response = send_from_directory(_dist(), name)
        hashed = name.startswith("assets/")
        response.headers["Cache-Control"] = FOREVER if hashed else "no-cache"
        return response
    if "." in name.rsplit("/", 1)[-1]:
        raise NotFound
    return _index()


def _index() -> Response:
    if not (_dist() / "index.html").is_file():
        return make_response(NOT_BUILT, 200)
    response = send_from_directory(_dist(), "index.html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _dist() -> Path:
    root = current_app.config["ROOT"]
    assert isinstance(root, Path)
    return root / "scanner_client" / "dist"
