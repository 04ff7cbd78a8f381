"""Channels, subscriptions, templates and messages as JSON."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.attempts import AttemptsSchema
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.domain.due_times import TIMES_MOST
from server.domain.message_templates import BODY_LENGTH_MOST, KINDS, LANGUAGES, TITLE_LENGTH_MOST
from server.services.manage_channels import CHANNEL_KINDS, RECIPIENTS_MOST, SECURITY, STATES

MESSAGE_STATES = ("pending", "sent", "failed", "cancelled")


class ChannelChangesSchema(Schema):
    """Bots: url (with its key) and secret. Mail: host, port, security, login, password, sender,
    recipients. What is secret is never answered; leave it out to keep it."""

    name = a_code()
    site = fields.String(allow_none=True, validate=validate.Length(0, 200))
    language = fields.String(validate=validate.OneOf(LANGUAGES))
    state = fields.String(validate=validate.OneOf(STATES))
    url = fields.String(validate=validate.Length(1, 2_000))
    secret = fields.String(validate=validate.Length(0, 200))
    host = a_text(253)
    port = fields.Integer(strict=True, validate=validate.Range(1, 65_535))
    security = fields.String(validate=validate.OneOf(SECURITY))
    login = a_text(200)
    password = fields.String(validate=validate.Length(0, 200))
    sender = a_text(320)
    recipients = fields.List(a_text(320), validate=validate.Length(1, RECIPIENTS_MOST))
    retired = fields.Boolean()


class NewChannelSchema(ChannelChangesSchema):
    name = a_code(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(CHANNEL_KINDS))


class ChannelSchema(Schema):
    """address: host and end of a bot's key, or the mail server. silent_until: it asked for it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    site = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    state = fields.String(required=True)
    address = fields.String(required=True)
    options = fields.Dict(required=True)
    silent_until = InstantField(required=True)
    failing_since = InstantField(required=True, allow_none=True)
    pending = fields.Integer(required=True)
    sent_at = InstantField(required=True, allow_none=True)
    version = fields.Integer(required=True)
    changed_at = InstantField(required=True)
    retired = fields.Boolean(required=True)


class SubscriptionChangesSchema(Schema):
    """times: of digests, by the site's clock. include_cost: only an administrator may grant it."""

    times = fields.List(a_text(5), validate=validate.Length(1, TIMES_MOST))
    include_cost = fields.Boolean()
    retired = fields.Boolean()


class NewSubscriptionSchema(SubscriptionChangesSchema):
    channel_id = Id(required=True)
    about = fields.String(required=True, validate=validate.OneOf(KINDS))
    site = a_code(required=True)


class SubscriptionSchema(Schema):
    id = fields.String(required=True)
    channel_id = Id(required=True)
    channel = fields.String(required=True)
    about = fields.String(required=True)
    site = fields.String(required=True)
    times = fields.List(fields.String(), required=True)
    include_cost = fields.Boolean(required=True)
    due_at = InstantField(required=True, allow_none=True)
    version = fields.Integer(required=True)
    changed_at = InstantField(required=True)
    retired = fields.Boolean(required=True)


class SubscriptionQuery(PageQuery):
    retired = fields.Boolean(load_default=False)
    channel_id = Id()


class TemplateTextSchema(Schema):
    """Text with {places}; docs/messages.md lists the places of each kind."""

    title = fields.String(required=True, validate=validate.Length(1, TITLE_LENGTH_MOST))
    body = fields.String(required=True, validate=validate.Length(1, BODY_LENGTH_MOST))


class MessagePreviewSchema(TemplateTextSchema):
    """site: whose figures to fill in."""

    site = a_code(required=True)


class MessageTemplateSchema(Schema):
    """shipped: nobody has changed it here."""

    kind = fields.String(required=True)
    language = fields.String(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    version = fields.Integer(required=True)
    shipped = fields.Boolean(required=True)
    places = fields.List(fields.String(), required=True)


class MessageTemplatesSchema(Schema):
    rows = fields.List(fields.Nested(MessageTemplateSchema), required=True)


class RenderedMessageSchema(Schema):
    title = fields.String(required=True)
    body = fields.String(required=True)


class MessageQuery(PageQuery):
    state = fields.String(validate=validate.OneOf(MESSAGE_STATES))
    about = fields.String(validate=validate.OneOf(KINDS))
    channel_id = Id()
    site = a_code()


class MessageSchema(AttemptsSchema):
    """One message; sent_parts: how many of its parts the receiver has taken."""

    id = Id(required=True)
    channel_id = Id(required=True)
    channel = fields.String(required=True)
    kind = fields.String(required=True)
    about = fields.String(required=True)
    site = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    parts = fields.List(fields.String(), required=True)
    sent_parts = fields.Integer(required=True)
    state = fields.String(required=True)
