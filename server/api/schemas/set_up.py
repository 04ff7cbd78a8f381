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
    """The token printed on the console, the first administrator, the first site."""

    token = fields.String(required=True, load_only=True, validate=NAME)
    name = fields.String(required=True, validate=NAME)
    login = fields.String(required=True, validate=NAME)
    password = fields.String(required=True, load_only=True, validate=NAME)
    language = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
    site = fields.Nested(FirstSiteSchema, required=True)


class SetUpDoneSchema(Schema):
    user_id = Id(required=True)
    site_id = Id(required=True)
