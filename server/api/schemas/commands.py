"""The envelope and every command: each schema is the whole command with a constant type.

A command that is malformed does not spoil its envelope: it is handed on with its problem, answered
`rejected`, and counted as delivered. Only an envelope that cannot be read is refused as a whole.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from server.api.schemas.fields import InstantField, MoneyField, QuantityField
from server.api.schemas.quick_reading import Unusual, reader_of
from server.domain.commands import COMMANDS_MOST, Command, Envelope, Problem
from server.domain.timekeeping import Contact
from server.store.feed import canonical_json

INSTANT_MOST = 2**53
UNSET: Any = None


def _text(most: int = 200, **options: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), _printable], **options)


def _printable(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("Has characters that cannot be printed.")
    if not text.strip():
        raise ValidationError("Is blank.")


def _positive(number: Decimal) -> None:
    if number <= 0:
        raise ValidationError("Must be greater than 0.")


def _not_negative(number: Decimal) -> None:
    if number < 0:
        raise ValidationError("Must not be below 0.")


def _count(least: int = 0, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(least, INSTANT_MOST), **options)


class _Body(Schema):
    class Meta:
        unknown = RAISE

    site = _text()


class _Goods(_Body):
    item = _text(required=True)
    quantity = QuantityField(required=True, validate=_positive)
    second_quantity = QuantityField(validate=_not_negative)
    lot = _text()
    serial = _text()
    owner = _text()
    document = _text()
    document_line = _count(1)
    reason = _text()


class ReceiveLineBody(_Goods):
    """Supplier → location; the lot is made where it is new."""

    to = _text(required=True)
    unit = _text()
    status = _text()
    supplier = _text()
    unit_cost = MoneyField(validate=_not_negative)
    expires_on = fields.Date()
    production_date = fields.Date()


class ReceiveOtherBody(ReceiveLineBody):
    """Anything that comes in without a purchase: say why."""

    reason = _text(required=True)


class _Leaving(_Goods.from_dict({"from": _text(required=True)})):  # type: ignore[misc]
    """`from` is a Python keyword, so the field is declared by name."""

    from_unit = _text()
    status = _text()


class MoveBody(_Leaving):
    """Location → location, or {unit, to}: a whole handling unit."""

    to = _text(required=True)
    to_unit = _text()


class TakeBody(_Leaving):
    """Location → my cart."""

    cart = _text()


class PutBody(_Goods):
    """My cart → location."""

    to = _text(required=True)
    to_unit = _text()
    status = _text()
    cart = _text()


class PickLineBody(_Leaving):
    """Location → customer, or to a staging place; uses up a reservation where it names one."""

    to = _text()
    to_unit = _text()
    reservation = fields.UUID()


class ShortPickBody(_Goods.from_dict({"from": _text(required=True)})):  # type: ignore[misc]
    """What could not be picked of a document's line at a place: its promise is given back, and
    somebody has a look there."""

    document = _text(required=True)
    reason = _text(required=True)


class ShipTransferBody(_Leaving):
    """Location → under way to the other site of the transfer."""

    document = _text(required=True)


class ReceiveTransferBody(_Goods):
    """Under way → location, at the site where a transfer arrives."""

    document = _text(required=True)
    to = _text(required=True)
    unit = _text()
    status = _text()


class ShipUnitBody(_Body):
    """A handling unit with all that is in it leaves the house, to the customer (or back to the
    supplier, as its document says)."""

    unit = _text(required=True)
    document = _text()
    reason = _text()


class ReturnLineBody(_Goods):
    """Customer → location, as 待检 unless said otherwise; `returns` is the pick's command."""

    to = _text(required=True)
    unit = _text()
    status = _text()
    returns = fields.UUID()
    expires_on = fields.Date()
    production_date = fields.Date()


class LeaveForReasonBody(_Leaving):
    """Out of stock for a reason: own use, samples, damage …"""

    reason = _text(required=True)


class ChangeStatusBody(_Goods):
    """One status → another, in place."""

    location = _text(required=True)
    unit = _text()
    from_status = _text(required=True)
    to_status = _text(required=True)


class PackUnitBody(_Goods):
    """Loose at a location → into a handling unit there; the unit is made where it is new.

    closes: this was the last thing to go in; its label may be printed.
    """

    closes = fields.Boolean(truthy={True}, falsy={False})
    unit = _text(required=True)
    location = _text(required=True)
    status = _text()


class BindBarcodeBody(_Body):
    """From now on this code means this item (in this packaging)."""

    barcode = _text(required=True)
    item = _text(required=True)
    packaging = _text()


class CountLineBody(_Body):
    """The total seen of one line; times of first and last observation where they differ."""

    count = fields.UUID(required=True)
    location = _text(required=True)
    item = _text(required=True)
    lot = _text()
    serial = _text()
    unit = _text()
    counted = QuantityField(required=True, validate=_not_negative)
    attempt = fields.Integer(strict=True, validate=validate.Range(1, 99))
    first_mono_ms = _count()
    last_mono_ms = _count()
    first_at = InstantField()
    last_at = InstantField()


class FinishCountBody(_Body):
    """Close the location: whole (what was not seen counts as zero) or only what was scanned."""

    count = fields.UUID(required=True)
    location = _text(required=True)
    whole = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class UndoBody(_Body):
    """put_back: undone physically, now. never: it did not happen."""

    command = fields.UUID(required=True)
    how = fields.String(required=True, validate=validate.OneOf(["put_back", "never"]))


class MoveUnitBody(_Body):
    """A whole handling unit to a location (take_stock: to my cart)."""

    unit = _text(required=True)
    to = _text()
    cart = _text()
    document = _text()
    reason = _text()


BODIES: Mapping[str, type[_Body]] = {
    "receive_line": ReceiveLineBody,
    "receive_other": ReceiveOtherBody,
    "put_away": MoveBody,
    "take_stock": TakeBody,
    "put_stock": PutBody,
    "move_stock": MoveBody,
    "pick_line": PickLineBody,
    "short_pick": ShortPickBody,
    "ship_unit": ShipUnitBody,
    "ship_transfer": ShipTransferBody,
    "receive_transfer": ReceiveTransferBody,
    "return_line": ReturnLineBody,
    "issue_other": LeaveForReasonBody,
    "scrap_stock": LeaveForReasonBody,
    "change_status": ChangeStatusBody,
    "pack_unit": PackUnitBody,
    "bind_barcode": BindBarcodeBody,
    "count_line": CountLineBody,
    "finish_count": FinishCountBody,
    "undo": UndoBody,
}
WHOLE_UNIT = frozenset({"put_away", "move_stock", "take_stock", "put_stock"})


class ScanSchema(Schema):
    """Raw evidence: what the scanner read."""

    text = fields.String(required=True, validate=validate.Length(0, 4096))
    aim = fields.String(validate=validate.Length(0, 8), allow_none=True)
    source = fields.String(validate=validate.Length(0, 40), allow_none=True)


class _CommandSchema(Schema):
    class Meta:
        unknown = RAISE

    id = fields.UUID(required=True)
    seq = _count(1, allow_none=True)
    v = fields.Integer(required=True, strict=True, validate=validate.Equal(1))
    intent = fields.String(required=True, validate=validate.OneOf(["fact", "request"]))
    wall_ms = _count()
    mono_ms = _count()
    boot_id = fields.String(validate=[validate.Length(1, 64), _printable])
    user_pass = fields.String(validate=validate.Length(1, 1000))
    occurred_at = InstantField()
    scans = fields.List(fields.Nested(ScanSchema), validate=validate.Length(0, 50))
    replaces = fields.UUID(allow_none=True)


def _command_schema(kind: str, body: type[_Body]) -> type[_CommandSchema]:
    name = "".join(part.capitalize() for part in kind.split("_")) + "Command"
    members = {
        "type": fields.String(required=True, validate=validate.Equal(kind)),
        "body": fields.Nested(body, required=True),
        "__doc__": body.__doc__,
    }
    return type(name, (_CommandSchema,), members)


COMMANDS: Mapping[str, type[_CommandSchema]] = {
    kind: _command_schema(kind, body) for kind, body in BODIES.items()
} | {f"{kind}.unit": _command_schema(kind, MoveUnitBody) for kind in sorted(WHOLE_UNIT)}
_LOADERS = {name: schema() for name, schema in COMMANDS.items()}
_QUICK = {name: reader_of(schema) for name, schema in _LOADERS.items()}
_FACT_NEEDS = ("seq", "mono_ms", "wall_ms", "boot_id")
_REQUEST_FORBIDS = ("seq", "mono_ms", "boot_id", "user_pass")
_SENT_ANEW = frozenset({"user_pass", "scans"})
"""A pass and evidence do not make a command another one (Command.fingerprint leaves them out)."""


class CommandField(fields.Field[Command]):
    """One command of an envelope: read as far as it can be read."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Command:
        if not isinstance(value, dict):
            raise ValidationError("Not a command.")
        command_id = _uuid(value.get("id"))
        seq = value.get("seq")
        if command_id is None or not (seq is None or _is_seq(seq)):
            raise ValidationError("A command needs an id (UUID) and a whole seq ≥ 1.")
        return read_command(command_id, value)


def _each_once(commands: list[Command]) -> None:
    if len({command.id for command in commands}) != len(commands):
        raise ValidationError("A command stands in the envelope twice.")


class EnvelopeSchema(Schema):
    """One transmission of one device, or of a desk or another system (device null)."""

    class Meta:
        unknown = RAISE

    device = fields.UUID(allow_none=True)
    sent_at = InstantField()
    mono_ms = _count()
    boot_id = fields.String(validate=[validate.Length(1, 64), _printable])
    oldest_unsent_seq = _count(load_default=0)
    next_seq = _count(load_default=0)
    app_version = fields.String(load_default="", validate=[validate.Length(0, 40), _printable])
    commands = fields.List(
        CommandField(),
        required=True,
        validate=[validate.Length(0, COMMANDS_MOST), _each_once],
    )


ENVELOPE = EnvelopeSchema()
read_envelope = reader_of(ENVELOPE)
"""The envelope's values where it is well-formed; raises Unusual where it is not, or may not be."""


class AnswerSchema(Schema):
    """applied, applied_flagged, duplicate, rejected and conflict are final; held is not."""

    id = fields.UUID(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(
            ["applied", "applied_flagged", "duplicate", "rejected", "conflict", "held"]
        ),
    )
    codes = fields.List(fields.String())
    code = fields.String()
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), data_key="fields", attribute="fields"
    )
    movement_ids = fields.List(fields.String())
    first = fields.Dict()
    expected_seq = fields.Integer()


class AnswersSchema(Schema):
    """Answers in the order of the commands."""

    answers = fields.List(fields.Nested(AnswerSchema), required=True)
    server_time = InstantField(required=True)


def read_command(command_id: UUID, raw: dict[str, Any]) -> Command:
    """The command, or what of it could be read with the problem that made it malformed.

    Raises ValidationError if its text is not valid Unicode.
    """
    kind = raw.get("type")
    kind = kind if isinstance(kind, str) else ""
    loaded, problem = _loaded(kind, raw)
    text = canonical_json(raw)
    whole = _encoded(text)
    said = {name: value for name, value in raw.items() if name not in _SENT_ANEW}
    deciding = whole if len(said) == len(raw) else canonical_json(said).encode()
    return Command(
        id=command_id,
        type=kind if kind in BODIES else "unknown",
        intent="fact" if raw.get("seq") is not None else "request",
        raw=raw,
        fingerprint=hashlib.sha256(deciding).hexdigest(),
        body=loaded.get("body", {}),
        seq=raw.get("seq"),
        wall_ms=loaded.get("wall_ms", 0),
        mono_ms=loaded.get("mono_ms", 0),
        boot_id=loaded.get("boot_id", ""),
        user_pass=loaded.get("user_pass", ""),
        occurred_at=loaded.get("occurred_at"),
        replaces=loaded.get("replaces"),
        problem=problem,
        text=text,
    )


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValidationError("Not valid Unicode.") from None


def envelope_of(values: Mapping[str, Any], received_at: int) -> Envelope:
    """The envelope with the instant it was received; a desk's clock is not asked."""
    contact = Contact(
        boot_id=values.get("boot_id", ""),
        mono_ms=values.get("mono_ms", 0),
        sent_at=values.get("sent_at", received_at),
        received_at=received_at,
    )
    return Envelope(
        contact=contact,
        commands=tuple(values["commands"]),
        oldest_unsent_seq=values["oldest_unsent_seq"],
        next_seq=values["next_seq"],
        app_version=values["app_version"],
    )


def _loaded(kind: str, raw: dict[str, Any]) -> tuple[dict[str, Any], Problem | None]:
    body = raw.get("body")
    whole_unit = isinstance(body, dict) and "unit" in body and kind in WHOLE_UNIT
    name = f"{kind}.unit" if whole_unit else kind
    if name not in _LOADERS:
        return {}, Problem("unknown_command_type", {"type": kind[:40]})
    try:
        loaded = _read(name, raw)
    except ValidationError as refusal:
        return dict(refusal.valid_data or {}), Problem("malformed", _flat(refusal.messages))
    missing = [name for name in _FACT_NEEDS if raw.get(name) is None]
    if loaded["intent"] == "fact" and missing:
        return loaded, Problem("malformed", dict.fromkeys(missing, "required"))
    forbidden = [name for name in _REQUEST_FORBIDS if raw.get(name) is not None]
    if loaded["intent"] == "request" and forbidden:
        return loaded, Problem("malformed", dict.fromkeys(forbidden, "not for requests"))
    return loaded, None


def _read(name: str, raw: dict[str, Any]) -> Any:
    try:
        return _QUICK[name](raw)
    except Unusual:
        return _LOADERS[name].load(raw)


def _flat(messages: Any, path: str = "") -> dict[str, str]:
    """marshmallow's nested messages as {"body.item": "…"}."""
    if isinstance(messages, dict):
        flat: dict[str, str] = {}
        for name, inner in messages.items():
            flat |= _flat(inner, f"{path}.{name}" if path else str(name))
        return flat
    return {path[:120] or "command": " ".join(str(message) for message in messages)[:200]}


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _is_seq(value: Any) -> bool:
    return type(value) is int and 1 <= value <= INSTANT_MOST
