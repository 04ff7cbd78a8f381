"""Documents as JSON. Prices are shown to those who may read cost, and to nobody else."""

from marshmallow import Schema, fields, validate

from server.api.pagination import PageQuery
from server.api.schemas.fields import Id, InstantField, MoneyField, QuantityField
from server.api.schemas.texts import code as a_code
from server.api.schemas.texts import text as a_text
from server.domain.documents import KINDS, LINES_MOST, REMARKS_MOST, STATES, TRANSFER_MODES

_KIND = validate.OneOf(tuple(KINDS))
_LINE_NUMBER = validate.Range(1, LINES_MOST)


class NewDocumentLineSchema(Schema):
    """quantity counts `unit`: a packaging of the item, or (usual) its base unit.

    lot, expires_on: wishes; for what leaves, expires_on is the least it must keep.
    """

    item = a_code(required=True)
    quantity = QuantityField(required=True)
    unit = a_code()
    price = MoneyField(
        allow_none=True, metadata={"description": "of a base unit; needs the right to write cost"}
    )
    lot = a_text()
    expires_on = fields.Date(allow_none=True)
    location = a_text()
    to_location = a_text()
    over_percent = QuantityField(allow_none=True)
    under_percent = QuantityField(allow_none=True)
    remarks = a_text()
    origin_line = fields.Integer(strict=True, validate=_LINE_NUMBER)


class DocumentChangesSchema(Schema):
    """`lines` replaces all of them."""

    to_site = a_code()
    supplier = a_code()
    customer = a_code()
    external_number = a_text()
    document_date = fields.Date()
    due_date = fields.Date(allow_none=True)
    mode = fields.String(validate=validate.OneOf(TRANSFER_MODES))
    reason = a_text()
    remarks = a_text(REMARKS_MOST)
    lines = fields.List(
        fields.Nested(NewDocumentLineSchema), validate=validate.Length(0, LINES_MOST)
    )


class NewDocumentSchema(DocumentChangesSchema):
    """to_site and mode: transfers only; supplier or customer: as the kind needs; reason: other
    issues say own_use, sample, gift or damage; origin: the number of the order or of what returns.
    """

    kind = fields.String(required=True, validate=_KIND)
    site = a_code(required=True)
    origin = a_code()


class DocumentLineSchema(Schema):
    """Quantities in base units. done: received, picked or (transfers) shipped; arrived: out of the
    house or received at the other site; rejected: of what was done; open: still to be done."""

    line = fields.Integer(required=True)
    item = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    specification = fields.String(required=True)
    base_unit = fields.String(required=True)
    tracking = fields.String(required=True)
    quantity = QuantityField(required=True)
    packaging = fields.String(required=True, allow_none=True)
    packages = QuantityField(required=True, allow_none=True)
    price = MoneyField(allow_none=True)
    lot = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    location = fields.String(required=True, allow_none=True)
    to_location = fields.String(required=True, allow_none=True)
    over_percent = QuantityField(required=True, allow_none=True)
    under_percent = QuantityField(required=True, allow_none=True)
    remarks = fields.String(required=True)
    origin_line = fields.Integer(required=True, allow_none=True)
    done = QuantityField(required=True)
    arrived = QuantityField(required=True)
    rejected = QuantityField(required=True)
    short = QuantityField(required=True)
    open = QuantityField(required=True)
    complete = fields.Boolean(required=True)
    reservation = fields.UUID(required=True, allow_none=True)
    reserved = QuantityField(required=True)


class AttachmentSchema(Schema):
    id = fields.UUID(required=True)
    file_name = fields.String(required=True)
    media_type = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    at = InstantField(required=True)


class DocumentSchema(Schema):
    """The head; lines_complete of line_count lines are done in full."""

    id = Id(required=True)
    kind = fields.String(required=True, validate=_KIND)
    number = fields.String(required=True)
    external_number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True)
    site = fields.String(required=True)
    to_site = fields.String(required=True, allow_none=True)
    mode = fields.String(required=True)
    supplier = fields.String(required=True, allow_none=True)
    customer = fields.String(required=True, allow_none=True)
    partner_name = fields.String(required=True)
    origin = fields.String(required=True, allow_none=True)
    document_date = fields.Date(required=True)
    due_date = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True)
    remarks = fields.String(required=True)
    created_by = fields.String(required=True, allow_none=True)
    created_at = InstantField(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved_at = InstantField(required=True, allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)
    closed_at = InstantField(required=True, allow_none=True)
    close_reason = fields.String(required=True)
    changed_at = InstantField(required=True)
    line_count = fields.Integer(required=True)
    lines_complete = fields.Integer(required=True)


class DocumentDetailSchema(DocumentSchema):
    lines = fields.List(fields.Nested(DocumentLineSchema), required=True)
    attachments = fields.List(fields.Nested(AttachmentSchema), required=True)


class DocumentQuery(PageQuery):
    """open: approved or in progress; search: part of a number or of a partner's name."""

    kind = fields.String(validate=_KIND)
    state = fields.String(validate=validate.OneOf(STATES))
    site = a_code()
    supplier = a_code()
    customer = a_code()
    number = a_code()
    external_number = a_code()
    origin = a_code()
    item = a_code()
    search = a_code()
    date_from = fields.Date()
    date_to = fields.Date()
    due_before = fields.Date()
    open = fields.Boolean()
    active = fields.Boolean()


class VersionSchema(Schema):
    """The version somebody decided on."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))


class DocumentApprovalSchema(VersionSchema):
    """reserve: promise the stock to it; not said: as the site's rules say."""

    reserve = fields.Boolean(allow_none=True, load_default=None)


class ReasonedSchema(VersionSchema):
    reason = a_code(required=True)


class LinePostingSchema(Schema):
    """quantity: base units, not said: what is open; places: not said, as the line says, or for what
    leaves, where it should be picked."""

    line = fields.Integer(required=True, strict=True, validate=_LINE_NUMBER)
    quantity = QuantityField()
    location = a_code()
    to_location = a_code()
    lot = a_code()
    serial = a_code()
    status = a_code()
    unit_cost = MoneyField()
    expires_on = fields.Date()


class PostingSchema(VersionSchema):
    """step: do, or (stepwise transfers) arrive: receive what is under way at the other site."""

    step = fields.String(load_default="do", validate=validate.OneOf(("do", "arrive")))
    lines = fields.List(
        fields.Nested(LinePostingSchema),
        load_default=list,
        validate=validate.Length(0, LINES_MOST),
    )


class MovementMatchSchema(Schema):
    movement_id = Id(required=True)
    line = fields.Integer(required=True, strict=True, validate=_LINE_NUMBER)


class MovementMatchesSchema(VersionSchema):
    matches = fields.List(
        fields.Nested(MovementMatchSchema), required=True, validate=validate.Length(1, 500)
    )


class DocumentMovementSchema(Schema):
    line = fields.Integer(required=True)
    movement_id = Id(required=True)
    command_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    done = QuantityField(required=True)
    arrived = QuantityField(required=True)
    rejected = QuantityField(required=True)
    undone = fields.Boolean(required=True)
    occurred_at = InstantField(required=True)
    recorded_at = InstantField(required=True)


class DocumentMovementsSchema(Schema):
    rows = fields.List(fields.Nested(DocumentMovementSchema), required=True)


class PickSchema(Schema):
    """Take so much there; unit, lot and serial are "" where there is none."""

    line = fields.Integer(required=True)
    item = fields.String(required=True)
    location = fields.String(required=True)
    unit = fields.String(required=True)
    lot = fields.String(required=True)
    serial = fields.String(required=True)
    quantity = QuantityField(required=True)
    reserved = fields.Boolean(required=True)


class PicksSchema(Schema):
    rows = fields.List(fields.Nested(PickSchema), required=True)


class PrintQuery(Schema):
    """paper: a4, or continuous form 241x279, 241x140, 241x93; language: the reader's own."""

    paper = fields.String(load_default="a4", validate=validate.Length(1, 20))
    language = fields.String(load_default=None, validate=validate.OneOf(("zh", "en")))
    prices = fields.Boolean(load_default=False)
    copies = fields.Integer(load_default=1, validate=validate.Range(1, 20))


class DocumentNumbersQuery(Schema):
    site = a_code(load_default=None)


class DocumentNumbersSchema(Schema):
    """{kind: pattern} of {yyyy} {yy} {mm} {dd} {site} and one {n…}: at least as many digits."""

    numbers = fields.Dict(keys=fields.String(validate=_KIND), values=a_code(), required=True)


class NumbersInForceSchema(DocumentNumbersSchema):
    """set_for: site | all | usual."""

    site = fields.String(required=True, allow_none=True)
    set_for = fields.String(required=True)
