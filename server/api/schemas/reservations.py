"""Reservations as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import InstantField, QuantityField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text


class NewReservationSchema(Schema):
    """location and lot narrow down where the stock may be taken from."""

    site = a_code(required=True)
    item = a_code(required=True)
    quantity = QuantityField(required=True)
    reference = a_text(load_default="")
    location = a_code(load_default=None, allow_none=True)
    lot = a_code(load_default=None, allow_none=True)


class ReservationLineSchema(Schema):
    """What stands on one balance; open: not yet picked or released."""

    location = fields.String(required=True)
    lot = fields.String(required=True)
    serial = fields.String(required=True)
    quantity = QuantityField(required=True)
    open = QuantityField(required=True)


class ReservationSchema(Schema):
    """state: open | done | released."""

    uid = fields.UUID(required=True)
    site = fields.String(required=True)
    item = fields.String(required=True)
    base_unit = fields.String(required=True)
    quantity = QuantityField(required=True)
    open = QuantityField(required=True, allow_none=True)
    reference = fields.String(required=True)
    state = fields.String(required=True)
    user = fields.String(required=True, allow_none=True)
    created_at = InstantField(required=True)
    ended_at = InstantField(required=True, allow_none=True)
    lines = fields.List(fields.Nested(ReservationLineSchema), required=True)


class ReservationQuery(PageQuery):
    site = a_code()
    item = a_code()
    reference = a_code()
    state = fields.String(validate=validate.OneOf(("open", "done", "released")))
