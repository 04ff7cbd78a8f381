"""Month end as JSON."""

from marshmallow import Schema, fields, validate

from server.api.schemas.fields import Id, InstantField


class MonthQuery(Schema):
    """last_day: through which day; usual: the end of the month that is to be closed next."""

    last_day = fields.Date()


class CheckSchema(Schema):
    """One check: how many are open, whether that stops the close, and the page that mends it."""

    name = fields.String(required=True)
    count = fields.Integer(required=True)
    blocking = fields.Boolean(required=True)
    link = fields.String(required=True)


class MonthSchema(Schema):
    """What is to be closed and what is not settled yet."""

    site = fields.String(required=True)
    closed_through = fields.Date(required=True, allow_none=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    may_close = fields.Boolean(required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)


class NewPackSchema(Schema):
    """The month-end pack through that day, in this language."""

    last_day = fields.Date(required=True)
    language = fields.String(load_default="zh", validate=validate.OneOf(("zh", "en")))


class PackSchema(Schema):
    """One pack; period_id: of the close it was made with. state: wanted | done | failed."""

    id = Id(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    period_id = Id(required=True, allow_none=True)
    state = fields.String(required=True)
    file_name = fields.String(required=True)
    error = fields.String(required=True)
    checklist = fields.List(fields.Nested(CheckSchema), required=True)
    at = InstantField(required=True)
    user = fields.String(required=True, allow_none=True)
