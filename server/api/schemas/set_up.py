"""The first run."""

from marshmallow import Schema, fields, validate

from server.api.schemas.fields import Id

NAME = validate.Length(1, 200)


class FirstSiteSchema(Schema):
    code = fields.String(required=True, validate=NAME)
    name_zh = fields.String(load_default="", validate=validate.Length(max=200))
    name_en = fields.String(load_default="", validate=validate.Length(max=200))
    time_zone = fields.String(load_default="Asia/Shanghai", validate=NAME)


class SetUpSchema(Schema):
    """The token printed on the console, the first administrator, the first site (null or left out
    where there are sites already)."""

    token = fields.String(required=True, load_only=True, validate=NAME)
    name = fields.String(required=True, validate=NAME)
    login = fields.String(required=True, validate=NAME)
    password = fields.String(required=True, load_only=True, validate=NAME)
    language = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
    site = fields.Nested(FirstSiteSchema, load_default=None, allow_none=True)


class SiteThereSchema(Schema):
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class SitesToTakeOverSchema(Schema):
    """What is there before anybody is."""

    sites = fields.List(fields.Nested(SiteThereSchema), required=True)


class SetUpDoneSchema(Schema):
    """site_id: the first site."""

    user_id = Id(required=True)
    site_id = Id(required=True)
