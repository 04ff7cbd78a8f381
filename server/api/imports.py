"""Imports: upload a file, look at what it would do, apply it, roll it back."""

import json
from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.errors import reader_language
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.imports import (
    ColumnMapQuery,
    ColumnMapSchema,
    ColumnMapsSchema,
    ImportListQuery,
    ImportPreviewQuery,
    ImportPreviewSchema,
    ImportQuery,
    ImportSchema,
    PastedSchema,
    WrongRowsSchema,
)
from server.domain.errors import InvalidInput, NotFound
from server.services.import_rows import Upload, apply_import, check_import, roll_back_import
from server.services.preview_import import WrongRows as WrongRowsFound
from server.services.preview_import import preview_import, wrong_rows
from server.services.save_column_maps import save_column_map
from server.services.write_table import CSV_TYPE
from server.store.db import reading
from server.store.queries.imports import IMPORT_LIST, column_map, column_maps, wrong_rows_of
from server.store.queries.records import Record
from server.store.queries.records import page as page_of_records

blueprint = Blueprint("imports", __name__, description="Files in: dry run, apply, roll back")

WRONG_SHOWN = 200
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@blueprint.route("/imports")
class Imports(MethodView):
    @requires("imports.write")
    @blueprint.arguments(ImportListQuery, location="query")
    @blueprint.response(200, page_of(ImportSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List imports; whoever is bound to sites sees their own."""
        after = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        rows = _imports(query, after, limit + 1)
        return page(rows, limit, lambda row: [row["id"]])

    @requires("imports.write")
    @blueprint.doc(**UPLOAD)
    @blueprint.arguments(ImportQuery, location="query")
    @blueprint.response(201, ImportSchema)
    def post(self, query: dict[str, Any]) -> Record:
        """Upload a CSV or XLSX file as the form's `file`; by default a dry run.

        Errors: empty_file, no_table, unknown_encoding, too_many_rows, too_many_columns,
        cell_too_long, old_excel_file, missing_columns, column_twice, unknown_import_field.
        """
        file = request.files.get("file")
        if file is None:
            raise InvalidInput("file_missing")
        with closing(file):
            content = file.read()
        columns = _column_map(query["kind"], query["column_map"])
        upload = Upload(query["kind"], file.filename or "", content, columns, query.get("site"))
        actor, language = current_actor(), reader_language()
        uid = check_import(upload, actor=actor, language=language)
        if not query["dry_run"]:
            apply_import(uid, actor=actor, language=language)
        return _import(uid)


@blueprint.route("/imports/pasted")
class PastedImport(MethodView):
    @requires("imports.write")
    @idempotent
    @blueprint.arguments(PastedSchema)
    @blueprint.response(201, ImportSchema)
    def post(self, body: dict[str, Any]) -> Record:
        """Rows pasted from a spreadsheet (tabs between cells, headers first): the same as a file.

        Errors: those of uploading a file.
        """
        columns = _column_map(body["kind"], body["column_map"])
        content = body["text"].encode()
        upload = Upload(body["kind"], "", content, columns, body.get("site"))
        actor, language = current_actor(), reader_language()
        uid = check_import(upload, actor=actor, language=language)
        if not body["dry_run"]:
            apply_import(uid, actor=actor, language=language)
        return _import(uid)


@blueprint.route("/imports/preview")
class ImportPreview(MethodView):
    @requires("imports.write")
    @blueprint.doc(**UPLOAD)
    @blueprint.arguments(ImportPreviewQuery, location="query")
    @blueprint.response(200, ImportPreviewSchema)
    def post(self, query: dict[str, Any]) -> Record:
        """A file's columns, the fields they would be, and its first rows; nothing is kept.

        Errors: as POST /imports, but for columns.
        """
        file = request.files.get("file")
        if file is None:
            raise InvalidInput("file_missing")
        found = preview_import(query["kind"], file.read(), actor=current_actor())
        kind = found.kind
        return {
            "headers": found.headers,
            "columns": found.columns,
            "samples": found.samples,
            "rows": found.rows,
            "fields": [
                {"name": f.name, "required": f.name in kind.required, "headers": f.headers}
                for f in kind.fields
            ],
        }


@blueprint.route("/imports/<uuid:uid>")
class OneImport(MethodView):
    @requires("imports.write")
    @blueprint.response(200, ImportSchema)
    def get(self, uid: UUID) -> Record:
        """One import and its counts.

        Errors: unknown_import.
        """
        return _import(uid)


@blueprint.route("/imports/<uuid:uid>/wrong-rows")
class WrongRows(MethodView):
    @requires("imports.write")
    @blueprint.response(200, content_type="text/csv")
    def get(self, uid: UUID) -> Response:
        """The wrong rows as a CSV file, with the reason beside each.

        They say what goods cost where the file did: whoever may not read cost has only their own.

        Errors: unknown_import, no_wrong_rows.
        """
        return Response(
            _wrong_file(uid),
            content_type=CSV_TYPE,
            headers={"Content-Disposition": 'attachment; filename="wrong-rows.csv"'},
        )


@blueprint.route("/imports/<uuid:uid>/wrong")
class WrongRowsShown(MethodView):
    @requires("imports.write")
    @blueprint.response(200, WrongRowsSchema)
    def get(self, uid: UUID) -> WrongRowsFound:
        """The first wrong rows with their reasons, to look at; as a file: /wrong-rows.

        Errors: unknown_import, no_wrong_rows.
        """
        return wrong_rows(_wrong_file(uid), WRONG_SHOWN)


@blueprint.route("/imports/<uuid:uid>/apply")
class ApplyImport(MethodView):
    @requires("imports.write")
    @blueprint.response(200, ImportSchema)
    def post(self, uid: UUID) -> Record:
        """Write every right row of a checked file: all of them, or, with an error, none.

        It is `applying` until then, and others get their turn meanwhile.

        Errors: unknown_import, import_not_waiting, import_overtaken, already_imported.
        """
        apply_import(uid, actor=current_actor(), language=reader_language())
        return _import(uid)


@blueprint.route("/imports/<uuid:uid>/roll-back")
class RollBackImport(MethodView):
    @requires("imports.write")
    @blueprint.response(200, ImportSchema)
    def post(self, uid: UUID) -> Record:
        """Take an applied import back.

        Errors: unknown_import, import_not_applied, changed_since_import, used_since_import.
        """
        roll_back_import(uid, actor=current_actor())
        return _import(uid)


@blueprint.route("/column-maps")
class ColumnMaps(MethodView):
    @requires("imports.write")
    @blueprint.arguments(ColumnMapQuery, location="query")
    @blueprint.response(200, ColumnMapsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Saved column maps."""
        with reading() as session:
            return {"rows": column_maps(session, query.get("kind"))}

    @requires("imports.write")
    @blueprint.arguments(ColumnMapSchema)
    @blueprint.response(204)
    def put(self, body: dict[str, Any]) -> Response:
        """Save a column map under its name, in place of an earlier one.

        Errors: unknown_import_field, missing_columns, column_twice.
        """
        save_column_map(body["kind"], body["name"], body["columns"], actor=current_actor())
        return Response(status=204)


def _wrong_file(uid: UUID) -> bytes:
    actor = current_actor()
    own = {} if actor.may("cost.read") else {"user_id": actor.user_id}
    _import(uid, **own)
    with reading() as session:
        found = wrong_rows_of(session, uid)
    if found is None or found[1] is None:
        raise NotFound("no_wrong_rows")
    return found[1]


def _imports(filters: dict[str, Any], after: list[Any], limit: int) -> list[Record]:
    actor = current_actor()
    if actor.site_ids is not None:
        filters = filters | {"user_id": actor.user_id}
    with reading() as session:
        return page_of_records(
            session, IMPORT_LIST, sites=None, after=after, limit=limit, filters=filters
        )


def _import(uid: UUID, **filters: Any) -> Record:
    found = _imports({"uid": uid, **filters}, [], 1)
    if not found:
        raise NotFound("unknown_import", id=str(uid))
    return found[0]


def _column_map(kind: str, given: str) -> dict[str, str]:
    """{header: field} from JSON, or a saved map by its name."""
    if not given:
        return {}
    if not given.startswith("{"):
        with reading() as session:
            saved = column_map(session, kind, given)
        if saved is None:
            raise InvalidInput("unknown_column_map", name=given[:40])
        return saved
    try:
        columns = json.loads(given)
    except (ValueError, RecursionError):
        raise InvalidInput("bad_column_map") from None
    if not all(isinstance(field, str) for field in columns.values()):
        raise InvalidInput("bad_column_map")
    return dict(columns)
