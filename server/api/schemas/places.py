"""Sites, zones, locations, statuses and owners as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import InstantField, QuantityField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.domain.places import (
    LOCATION_MODES,
    PHYSICAL_KINDS,
    VIRTUAL_KINDS,
    WALKING_ORDER_MOST,
    WINDOW_POLICIES,
)


class RetiredQuery(PageQuery):
    retired = fields.Boolean()


class SiteChangesSchema(Schema):
    code = a_code()
    name_zh = a_text()
    name_en = a_text()
    time_zone = a_code(metadata={"description": "IANA name, e.g. Asia/Shanghai"})
    location_mode = fields.String(validate=validate.OneOf(LOCATION_MODES))
    window_policy = fields.String(validate=validate.OneOf(WINDOW_POLICIES))
    retired = fields.Boolean()


class NewSiteSchema(SiteChangesSchema):
    code = a_code(required=True)


class SiteSchema(SiteChangesSchema):
    id = fields.String(required=True)
    live_at = InstantField(allow_none=True)
    closed_through = fields.Date(allow_none=True)
    version = fields.Integer()
    changed_at = InstantField()


class SiteQuery(RetiredQuery):
    code = a_code()


class ZoneChangesSchema(Schema):
    code = a_code()
    name_zh = a_text()
    name_en = a_text()
    retired = fields.Boolean()


class NewZoneSchema(ZoneChangesSchema):
    site = a_code(required=True)
    code = a_code(required=True)


class ZoneSchema(ZoneChangesSchema):
    id = fields.String(required=True)
    site = a_code()
    version = fields.Integer()


class ZoneQuery(RetiredQuery):
    site = a_code()


class LocationChangesSchema(Schema):
    code = a_code()
    name = a_text()
    kind = fields.String(validate=validate.OneOf(PHYSICAL_KINDS))
    zone = a_text(allow_none=True)
    capacity = QuantityField(allow_none=True)
    walking_order = fields.Integer(strict=True, validate=validate.Range(0, WALKING_ORDER_MOST))
    retired = fields.Boolean()


class NewLocationSchema(LocationChangesSchema):
    site = a_code(required=True)
    code = a_code(required=True)
    kind = fields.String(load_default="bin", validate=validate.OneOf(PHYSICAL_KINDS))


class LocationSchema(LocationChangesSchema):
    id = fields.String(required=True)
    site = a_code()
    kind = fields.String(validate=validate.OneOf(PHYSICAL_KINDS + VIRTUAL_KINDS))
    version = fields.Integer()
    changed_at = InstantField()


class LocationQuery(RetiredQuery):
    site = a_code()
    zone = a_code()
    code = a_code()
    q = a_text(metadata={"description": "words of the code"})
    kind = fields.String(validate=validate.OneOf(PHYSICAL_KINDS + VIRTUAL_KINDS))
    physical = fields.Boolean()


class StatusChangesSchema(Schema):
    code = a_code()
    name_zh = a_text()
    name_en = a_text()
    available = fields.Boolean(metadata={"description": "may stock in it be promised"})
    retired = fields.Boolean()


class NewStatusSchema(StatusChangesSchema):
    code = a_code(required=True)
    available = fields.Boolean(required=True)


class StatusSchema(StatusChangesSchema):
    id = fields.String(required=True)
    version = fields.Integer()


class OwnerChangesSchema(Schema):
    code = a_code()
    name = a_text()
    supplier = a_text(allow_none=True)
    retired = fields.Boolean()


class NewOwnerSchema(OwnerChangesSchema):
    code = a_code(required=True)


class OwnerSchema(OwnerChangesSchema):
    id = fields.String(required=True)
    kind = fields.String()
    version = fields.Integer()
