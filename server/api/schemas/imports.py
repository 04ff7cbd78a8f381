"""Imports and column maps as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.domain.imports import KINDS

COLUMNS_MOST = 200
PASTED_MOST = 2_000_000
STATES = ("dry_run", "applying", "applied", "rolling_back", "rolled_back")


class ImportQuery(Schema):
    """column_map: a saved map's name, or {header: field} as JSON. site: where rows name none."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    dry_run = fields.Boolean(load_default=True)
    column_map = a_text(20_000, load_default="")
    site = a_code()


class PastedSchema(ImportQuery):
    """text: rows of cells with tabs between them, the headers first."""

    text = fields.String(required=True, validate=validate.Length(1, PASTED_MOST))


class ImportSchema(Schema):
    uid = fields.UUID(required=True)
    kind = fields.String(required=True)
    file_name = fields.String()
    state = fields.String(validate=validate.OneOf(STATES))
    new = fields.Integer()
    changed = fields.Integer()
    same = fields.Integer()
    wrong = fields.Integer()
    reached = fields.Integer(
        metadata={"description": "while applying: how many rows of the file stand"}
    )
    user_id = Id(allow_none=True)
    user = fields.String(allow_none=True)
    created_at = InstantField()
    rolled_back_at = InstantField(allow_none=True)


class ImportListQuery(PageQuery):
    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    state = fields.String(validate=validate.OneOf(STATES))


class ColumnMapSchema(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    name = a_code(required=True)
    columns = fields.Dict(
        keys=a_code(),
        values=a_text(),
        required=True,
        validate=validate.Length(1, COLUMNS_MOST),
        metadata={"description": "{header: field}; an empty field leaves the column out"},
    )
    changed_at = InstantField(dump_only=True)


class ColumnMapQuery(Schema):
    kind = fields.String(validate=validate.OneOf(list(KINDS)))


class ColumnMapsSchema(Schema):
    rows = fields.List(fields.Nested(ColumnMapSchema), required=True)


class ImportPreviewQuery(Schema):
    """What the file is to be imported as."""

    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))


class ImportFieldSchema(Schema):
    """A field a column may be led to; headers: what it is usually called."""

    name = fields.String(required=True)
    required = fields.Boolean(required=True)
    headers = fields.List(fields.String(), required=True)


class ImportPreviewSchema(Schema):
    """columns: {header: field}, "" where nobody knows; rows: how many there are below the header;
    samples: the first of them."""

    headers = fields.List(fields.String(), required=True)
    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    samples = fields.List(fields.List(fields.String()), required=True)
    rows = fields.Integer(required=True)
    fields_ = fields.List(
        fields.Nested(ImportFieldSchema), required=True, data_key="fields", attribute="fields"
    )


class WrongRowsSchema(Schema):
    """The first wrong rows as they stand in the file, the reason in the last column; all: how many
    there are."""

    headers = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.String()), required=True)
    all = fields.Integer(required=True)
