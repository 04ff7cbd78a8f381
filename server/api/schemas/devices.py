"""Handhelds, their enrolment, and the passes of the people who use them."""

from marshmallow import Schema, fields, validate

from server.api.schemas.fields import Id, InstantField

NAME = validate.Length(1, 200)


class DeviceSchema(Schema):
    """A handheld; state: active | revoked. unsent: commands it has made and we do not have.

    clock_off_ms: how far its wall clock was off at its last contact (times are right all the same:
    they come from the monotonic clock). battery_percent: as it told at status_at. ring_until: it
    rings until then.
    """

    id = Id(required=True)
    uid = fields.UUID(required=True)
    name = fields.String(required=True)
    site_id = Id(required=True)
    site_code = fields.String(required=True)
    keyless = fields.Boolean(required=True)
    state = fields.String(required=True)
    quarantined = fields.Boolean(required=True)
    accepted_seq = Id(required=True)
    next_seq = Id(required=True)
    app_version = fields.String(required=True)
    enrolled_at = InstantField(required=True)
    last_seen_at = InstantField(required=True, allow_none=True)
    revoked_at = InstantField(required=True, allow_none=True)
    unsent = fields.Integer(required=True)
    clock_off_ms = fields.Integer(required=True, attribute="wall_offset_ms")
    battery_percent = fields.Integer(required=True, allow_none=True)
    status_at = InstantField(required=True, allow_none=True)
    ring_until = InstantField(required=True, allow_none=True)


class NewCodeSchema(Schema):
    """For which handheld; keyless: it may be typed over plain HTTP, the handheld is online only."""

    site = fields.String(required=True, validate=NAME)
    device_name = fields.String(load_default="", validate=validate.Length(max=200))
    keyless = fields.Boolean(load_default=False)


class CodeSchema(Schema):
    """A single-use code; `url` is what the QR says, `qr` its rows of modules (1: dark) without the
    quiet zone of four."""

    code = fields.String(required=True)
    expires_at = InstantField(required=True)
    url = fields.String(required=True)
    qr = fields.List(fields.String(), required=True)


class EnrolSchema(Schema):
    """The handheld's side; `uid` is made and stored by it."""

    code = fields.String(required=True, validate=validate.Length(1, 40))
    uid = fields.UUID(required=True)
    name = fields.String(load_default="", validate=validate.Length(max=200))
    public_key = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(1, 2_000)
    )


class EnrolledSchema(Schema):
    """The token is shown once; a browser also gets it as an HttpOnly cookie."""

    device = fields.Nested(DeviceSchema, required=True)
    token = fields.String(required=True)


class BadgeSchema(Schema):
    badge = fields.String(required=True, validate=NAME)
    pin = fields.String(required=True, load_only=True, validate=validate.Length(1, 20))


class PassUserSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    language = fields.String(required=True)


class PassSchema(Schema):
    """Sent with each command as `user_pass`, and as header X-User-Pass with everything else."""

    user_pass = fields.String(required=True)
    expires_at = InstantField(required=True)
    user = fields.Nested(PassUserSchema, required=True)


class RingSchema(Schema):
    """ring false: be quiet again."""

    ring = fields.Boolean(load_default=True)


class DoubtSchema(Schema):
    """doubted false: it is trusted again."""

    doubted = fields.Boolean(load_default=True)


class DeviceStatusSchema(Schema):
    """What a handheld tells about itself."""

    battery_percent = fields.Integer(
        strict=True, required=True, allow_none=True, validate=validate.Range(0, 100)
    )
