"""Business settings as JSON: what each is, and what it is set to."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import InstantField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text
from server.domain.setting_kinds import KINDS


class SettingQuery(Schema):
    """site: whose values; without: those of all sites that have none of their own."""

    site = a_code(load_default=None)


class HistoryQuery(PageQuery):
    """site: as in SettingQuery."""

    site = a_code(load_default=None)


class WordsSchema(Schema):
    """What a setting is called, and what it changes."""

    name = fields.String(required=True)
    why = fields.String(required=True)


class SettingSchema(Schema):
    """value, usual: by kind a boolean, a whole number, a decimal as a string, a word, a text or
    times of day. least, most: bounds of numbers (of a text: of its length). set_for: whose value it
    is: usual (nobody set it) | all (sites) | site. version: for If-Match."""

    key = fields.String(required=True)
    group = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    value = fields.Raw(required=True)
    usual = fields.Raw(required=True)
    least = fields.String(required=True, allow_none=True)
    most = fields.String(required=True, allow_none=True)
    choices = fields.List(fields.String(), required=True)
    unit = fields.String(required=True)
    per_site = fields.Boolean(required=True)
    only_site = fields.Boolean(required=True)
    zh = fields.Nested(WordsSchema, required=True)
    en = fields.Nested(WordsSchema, required=True)
    set_for = fields.String(required=True, validate=validate.OneOf(("usual", "all", "site")))
    version = fields.Integer(required=True)
    changed_at = InstantField(required=True, allow_none=True)
    changed_by = fields.String(required=True, allow_none=True)


class GroupSchema(Schema):
    """What the first word of a key is about."""

    group = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class SettingsSchema(Schema):
    """Every setting, in the order of the page, and what its groups are called."""

    rows = fields.List(fields.Nested(SettingSchema), required=True)
    groups = fields.List(fields.Nested(GroupSchema), required=True)


class SettingChangeSchema(Schema):
    """value null: as usual again (or as all sites have it)."""

    value = fields.Raw(required=True, allow_none=True)
    reason = text(load_default="")


class SettingWasSchema(Schema):
    """One change: before and after (null: as usual), when, by whom and why."""

    version = fields.Integer(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)
    reason = fields.String(required=True)
    at = InstantField(required=True)
    user = fields.String(required=True, allow_none=True)
