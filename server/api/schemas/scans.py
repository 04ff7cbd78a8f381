"""Scans as JSON: what arrived, what it says, what it means."""

from marshmallow import Schema, fields, validate

from server.api.schemas.fields import Id, QuantityField
from server.api.schemas.texts import code as a_code
from server.domain.scans import ScanKind

TEXT_LENGTH_MOST = 8_000
KINDS = [kind.value for kind in ScanKind]


class ScanSchema(Schema):
    """text: as the scanner sent it, GS included. aim: the AIM identifier if known. expected: what
    the step asks for. look_up false: only the meaning, without stock."""

    text = fields.String(required=True, validate=validate.Length(1, TEXT_LENGTH_MOST))
    aim = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=3))
    source = fields.String(
        load_default="scanner", validate=validate.OneOf(("scanner", "camera", "typed"))
    )
    site = a_code(load_default=None, allow_none=True)
    location = a_code(load_default=None, allow_none=True)
    expected = fields.List(fields.String(validate=validate.OneOf(KINDS)), load_default=list)
    look_up = fields.Boolean(load_default=True)


class TargetSchema(Schema):
    """What the thing is called; target says what it is."""

    target = fields.String(required=True)
    id = Id(required=True)
    code = fields.String()
    name = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    specification = fields.String()
    base_unit = fields.String()
    tracking = fields.String()
    kind = fields.String()
    site = fields.String()
    location = fields.String(allow_none=True)
    retired = fields.Boolean()


class HeldSchema(Schema):
    """One balance."""

    site = fields.String(required=True)
    location = fields.String(required=True)
    item = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    base_unit = fields.String(required=True)
    lot = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    serial = fields.String(required=True)
    unit = fields.String(required=True)
    status = fields.String(required=True)
    on_hand = QuantityField(required=True)
    reserved = QuantityField(required=True)
    available = QuantityField(required=True)


class ResolvedSchema(Schema):
    """meaning.why tells step by step how it was found. stock: null when not asked for, or withheld
    because the asker is counting there."""

    reading = fields.Dict(required=True)
    meaning = fields.Dict(required=True)
    keys = fields.List(fields.String(), required=True)
    why = fields.List(fields.String(), required=True)
    targets = fields.List(fields.Nested(TargetSchema), required=True)
    stock = fields.List(fields.Nested(HeldSchema), required=True, allow_none=True)
    withheld = fields.List(Id(), required=True)


class ScanRulesQuery(Schema):
    """site: by code; left out: for all sites."""

    site = a_code(load_default=None)


class InStoreSchema(Schema):
    """An in-store number: digits stand for themselves, I item, W weight in kg, P price, C check
    digit, X anything; e.g. 21IIIIIWWWWWC."""

    pattern = fields.String(required=True, validate=validate.Length(8, 13))
    weight_decimals = fields.Integer(load_default=3, strict=True, validate=validate.Range(0, 4))
    price_decimals = fields.Integer(load_default=2, strict=True, validate=validate.Range(0, 4))


class ScanRulesSchema(Schema):
    """separators: what the site's scanners send instead of GS. bare_gs1: take a text for GS1
    without AIM identifier or FNC1 when everything in it is right."""

    separators = fields.List(
        fields.String(validate=validate.Length(1, 3)),
        load_default=list,
        validate=validate.Length(max=5),
    )
    bare_gs1 = fields.Boolean(load_default=False)
    in_store = fields.List(
        fields.Nested(InStoreSchema), load_default=list, validate=validate.Length(max=20)
    )


class RulesInForceSchema(ScanRulesSchema):
    """set_for: whose rules these are: the site's own, those for all sites, or the usual ones."""

    site = fields.String(required=True, allow_none=True)
    set_for = fields.String(required=True, validate=validate.OneOf(("site", "all", "usual")))
