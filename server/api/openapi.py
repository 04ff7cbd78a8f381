"""The API's own description: OpenAPI 3.1 at /api/v1/openapi.json, readable at /api/docs."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

import flask_smorest
from flask import Blueprint as PlainBlueprint
from flask import (
    Flask,
    Request,
    Response,
    current_app,
    render_template,
    request,
    send_from_directory,
)
from marshmallow import RAISE, Schema, fields
from webargs.flaskparser import FlaskParser

from server.api.access import declared_view, public
from server.api.errors import PROBLEM, reader_language
from server.api.schemas.fields import register_fields
from server.api.schemas.quick_reading import Read, Unusual
from server.domain.errors import InvalidInput
from server.text import TEXT, WORDS

PREFIX = "/api/v1"


class ProblemSchema(Schema):
    """application/problem+json (RFC 9457); `code` is stable, `fields` are the facts."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    fields_ = fields.Dict(data_key="fields", required=True)
    request_id = fields.String(required=True)


class StrictParser(FlaskParser):
    """Refuses what no schema names, in the query too."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {  # type: ignore[misc]
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": RAISE,
        "query": RAISE,
        "form": RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
            raise InvalidInput("invalid_body") from None


class Blueprint(flask_smorest.Blueprint):
    """One resource under /api/v1: `blueprint = Blueprint("items", __name__)`."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        options.setdefault("url_prefix", PREFIX)
        super().__init__(name, import_name, **options)

    def arguments(self, schema: Any, *, quick: Read | None = None, **options: Any) -> Any:
        """As flask-smorest's; `quick` reads plain good JSON bodies, the schema all others."""
        declared = super().arguments(schema, **options)
        return declared if quick is None else _quick_first(declared, quick)


def _quick_first(declared: Callable[..., Any], quick: Read) -> Callable[..., Any]:
    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        careful = declared(view)

        @wraps(careful)
        def read(*args: Any, **kwargs: Any) -> Any:
            try:
                values = quick(_json_body())
            except Unusual:
                return careful(*args, **kwargs)
            return view(*args, values, **kwargs)

        return read

    return declare


def _json_body() -> Any:
    if request.mimetype != "application/json":
        raise Unusual
    try:
        return json.loads(request.get_data().decode())
    except (ValueError, RecursionError):
        raise Unusual from None


class Api(flask_smorest.Api):
    """The collection of resources and its document; errors are answered by server.api.errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Nothing: flask-smorest would answer with documents of its own shape."""


docs = PlainBlueprint("docs", __name__, template_folder=str(TEXT))


def register_openapi(app: Flask) -> Api:
    """The API object resources are registered on, and the pages that show its document."""
    app.config.update(
        API_TITLE="Stockturn",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Stock, scans and counts. Errors are application/problem+json."
            },
            "servers": [{"url": "/"}],
        },
    )
    api = Api(app)
    register_fields(api)
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    app.register_blueprint(docs)
    return api


def finish_document(app: Flask, api: Api) -> None:
    """Once every route is registered: name permissions, credentials and the error answer."""
    document = api.spec.to_dict()
    rules = {_path(rule.rule): rule for rule in app.url_map.iter_rules()}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                _declare(operation, declared_view(app, rules[path], method.upper()))
    app.extensions["stockturn.openapi"] = document


@docs.get("/api/v1/openapi.json")
@public
def openapi_json() -> Any:
    """The document itself."""
    return current_app.extensions["stockturn.openapi"]


@docs.get("/api/docs")
@public
def docs_page() -> str:
    """The document as a page, without a line of script."""
    return render_template("docs.html", document=current_app.extensions["stockturn.openapi"])


@docs.get("/api/docs/errors")
@public
def errors_page() -> str:
    """Every error code with its sentence."""
    return render_template("docs_errors.html", words=WORDS, language=reader_language())


@docs.get("/api/docs/docs.css")
@public
def docs_style() -> Response:
    """The pages' style sheet."""
    return send_from_directory(TEXT, "docs.css")


_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "stk_… of another system"},
    "device": {"type": "http", "scheme": "bearer", "description": "std_… of a handheld"},
    "session": {"type": "apiKey", "in": "cookie", "name": "stockturn_session"},
}

_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same request again is answered like the first, for 30 days.",
}


def _declare(operation: dict[str, Any], view: Any) -> None:
    operation["x-permission"] = view.permission
    operation["x-step-up"] = view.step_up
    operation["security"] = [] if view.permission == "public" else [{name: []} for name in _SCHEMES]
    if hasattr(view, "idempotent"):
        operation.setdefault("parameters", []).append(_KEY)
    foreseen = operation.get("responses", {})
    operation["responses"] = {
        **{status: answer for status, answer in foreseen.items() if "$ref" not in answer},
        "default": {
            "description": "Refused",
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        },
    }


def _path(rule: str) -> str:
    parts = (
        "{" + part[1:-1].rsplit(":", 1)[-1] + "}" if part.startswith("<") else part
        for part in rule.split("/")
    )
    return "/".join(parts)
