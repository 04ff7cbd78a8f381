"""Commands in quarantine, and ranges of commands that will never come."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField

SEQ_MOST = 2**53


class QuarantineQuery(PageQuery):
    """state: waiting (usual) | accepted | refused."""

    state = fields.String(
        load_default="waiting", validate=validate.OneOf(["waiting", "accepted", "refused"])
    )
    device = Id(load_default=None)


class QuarantinedSchema(Schema):
    """A command nobody has believed yet. reason: sequence_reused | revoked | revoked_pass.

    `command` is what the handheld sent, without the pass of the person.
    """

    id = Id(required=True)
    command_id = fields.UUID(required=True)
    device_id = Id(required=True)
    device_name = fields.String(required=True)
    site_id = Id(required=True)
    site_code = fields.String(required=True)
    seq = Id(required=True)
    reason = fields.String(required=True)
    command = fields.Dict(required=True)
    occurred_at = InstantField(required=True)
    uncertainty_ms = fields.Integer(required=True)
    user_id = Id(required=True, allow_none=True)
    received_at = InstantField(required=True)
    state = fields.String(required=True)
    decided_by_name = fields.String(required=True, allow_none=True)
    decided_at = InstantField(required=True, allow_none=True)


class DecidedSchema(Schema):
    """The command's final answer, which the handheld gets when it sends it again."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    codes = fields.List(fields.String())
    code = fields.String()
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), data_key="fields", attribute="fields"
    )
    movement_ids = fields.List(fields.String())


class LostRangeSchema(Schema):
    """first_seq is the number we wait for; last_seq the last of the lost."""

    first_seq = fields.Integer(strict=True, required=True, validate=validate.Range(1, SEQ_MOST))
    last_seq = fields.Integer(strict=True, required=True, validate=validate.Range(1, SEQ_MOST))

    @validates_schema
    def _in_order(self, values: dict[str, int], **_: object) -> None:
        if values["last_seq"] < values["first_seq"]:
            raise ValidationError("Must not be below first_seq.", "last_seq")
