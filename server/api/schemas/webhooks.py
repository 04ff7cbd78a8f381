"""Webhooks and their deliveries as JSON."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.api.pagination import PageQuery
from server.api.schemas.attempts import AttemptsSchema
from server.api.schemas.fields import Id, InstantField
from server.api.schemas.texts import code as a_code
from server.domain.addresses import URL_LENGTH_MOST
from server.domain.webhooks import TYPES_MOST
from server.services.manage_webhooks import STATES

URL = validate.Length(1, URL_LENGTH_MOST)
DELIVERY_STATES = ("pending", "delivered", "failed", "cancelled")


class WebhookChangesSchema(Schema):
    """types: "*" (all), "count.*" (all of a kind) or single event types. site: only of this site
    and of none; null: of every site. include_cost: only an administrator may grant it."""

    name = a_code()
    url = fields.String(validate=URL)
    types = fields.List(a_code(), validate=validate.Length(1, TYPES_MOST))
    site = fields.String(allow_none=True, validate=validate.Length(0, 200))
    include_cost = fields.Boolean()
    state = fields.String(validate=validate.OneOf(STATES))
    retired = fields.Boolean()


class NewWebhookSchema(WebhookChangesSchema):
    name = a_code(required=True)
    url = fields.String(required=True, validate=URL)


class WebhookSchema(Schema):
    """state disabled: nobody answered for days. cursor: last feed row looked at. failing_since:
    nothing got through since then, and until waits_until nothing is tried."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    types = fields.List(fields.String(), required=True)
    site = fields.String(required=True, allow_none=True)
    include_cost = fields.Boolean(required=True)
    role = fields.String(required=True)
    state = fields.String(required=True)
    cursor = Id(required=True)
    failures = fields.Integer(required=True)
    failing_since = InstantField(required=True, allow_none=True)
    waits_until = InstantField(required=True)
    old_secret_until = InstantField(required=True)
    pending = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    delivered_at = InstantField(required=True, allow_none=True)
    version = fields.Integer(required=True)
    changed_at = InstantField(required=True)
    retired = fields.Boolean(required=True)


class WebhookMadeSchema(WebhookSchema):
    """The only answer that shows the secret."""

    secret = fields.String(required=True)


class WebhookSecretSchema(Schema):
    """The only answer that shows the new secret; the old one signs as well until then."""

    secret = fields.String(required=True)
    old_secret_until = InstantField(required=True)


class RetiredQuery(PageQuery):
    retired = fields.Boolean(load_default=False)


class DeliveryQuery(PageQuery):
    state = fields.String(validate=validate.OneOf(DELIVERY_STATES))


class DeliverySchema(AttemptsSchema):
    """One event for one webhook; replayed: asked for by a person."""

    id = Id(required=True)
    seq = Id(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True)
    replayed = fields.Boolean(required=True)


class AttemptSchema(Schema):
    """What came of one attempt. verdict: delivered | refused | down | gone."""

    verdict = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    excerpt = fields.String(required=True)
    took_ms = fields.Integer(required=True)


class WebhookReplaySchema(Schema):
    """Either rows first … last of the feed, or what was written since … until."""

    first = Id(load_default=None, allow_none=True)
    last = Id(load_default=None, allow_none=True)
    since = InstantField(load_default=None, allow_none=True)
    until = InstantField(load_default=None, allow_none=True)

    @validates_schema
    def _one_way(self, body: dict[str, int | None], **_options: object) -> None:
        if (body.get("first") is None) == (body.get("since") is None):
            raise ValidationError("Give either first or since.", "first")


class ReplayedSchema(Schema):
    queued = fields.Integer(required=True)


class EventTypeSchema(Schema):
    type = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    permission = fields.String(required=True)


class EventTypesSchema(Schema):
    rows = fields.List(fields.Nested(EventTypeSchema), required=True)
