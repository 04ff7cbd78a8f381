"""Commands are read twice over: quickly, and by marshmallow. Both must say the same, always."""

import dataclasses
import json
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from server.api.commands import answers_json
from server.api.schemas import commands as door
from server.api.schemas.commands import (
    _LOADERS,
    _QUICK,
    ENVELOPE,
    AnswersSchema,
    read_command,
    read_envelope,
)
from server.api.schemas.fields import QuantityField
from server.api.schemas.quick_reading import Unusual, reader_of
from server.domain.commands import Answer, Command, Problem, Status
from server.store.feed import canonical_json

PLAIN = st.sampled_from(["A-01", "M8", "周转箱", "x" * 200, "5", "0.000001", "2026-11-22"])
HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 2),
    st.integers(2**53 - 1, 2**64),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        ["", " ", "\u2028", "\x07", "x" * 201, "-1", "0", "1e9", "１２", "NaN", "Infinity", "1_0"]
    ),
    st.sampled_from(["fact", "request", "put_back", "2026-11-22T08:30:00Z", "2026-11-22T08:30"]),
    st.uuids().map(str),
    st.uuids().map(lambda uid: "{" + uid.hex + "}"),
    st.lists(st.integers(0, 3) | st.text(max_size=2), max_size=2),
    st.just([{"text": "0104", "aim": "]d2", "source": "camera"}]),
    st.just([{"text": "0104", "aim": None}]),
    st.dictionaries(st.sampled_from(["site", "item", "text", "x"]), PLAIN, max_size=2),
)

EVERYTHING = [
    *(None, True, False, 0, 1, -1, 2**53, 2**53 + 1, 10**400, 1.0, 0.5, float("nan"), 1e300),
    *("", " ", "x", "x" * 200, "x" * 201, "\x07", "\u2028", "\ud800", "0", "1", "-1", "1e9"),
    *("１２", "NaN", "Infinity", "1_0", "0.0000001", "1000000001", "fact", "request", "never"),
    *("2026-11-22", "2026-11-22T08:30:00Z", "2026-11-22T08:30", "20261122", "true", "receive_line"),
    *(str(uuid4()), uuid4().hex, "{" + str(uuid4()) + "}", "urn:uuid:" + str(uuid4())),
    *([], [1], [None], [[]], {}, {"text": "x"}, [{"text": "x"}], [{"text": "x", "aim": None}]),
    *([{"text": 1}], [{"text": "x", "y": 1}], [{"text": "x"}] * 51, [{}], {"site": "S"}),
]
GOOD = {
    fields.String: "never",
    fields.UUID: str(uuid4()),
    QuantityField: "1",
}


def good(field, data):
    """A value this field takes."""
    name = type(field).__name__
    made = {
        "String": lambda: _text_of(field, data),
        "QuantityField": lambda: data.draw(st.sampled_from(["1", "12.5", "0.000001"])),
        "MoneyField": lambda: data.draw(st.sampled_from(["0", "2.5"])),
        "UUID": lambda: str(uuid4()),
        "Integer": lambda: 1,
        "Boolean": lambda: data.draw(st.booleans()),
        "Date": lambda: "2027-01-31",
        "InstantField": lambda: "2026-11-22T08:30:00.000Z",
        "List": lambda: [good(field.inner, data)],
        "Nested": lambda: good_object(field.schema, data),
    }
    return made[name]()


def _text_of(field, data):
    for validator in field.validators:
        if hasattr(validator, "comparable"):
            return validator.comparable
        if hasattr(validator, "choices"):
            return data.draw(st.sampled_from(list(validator.choices)))
    return data.draw(st.sampled_from(["A-01", "周转箱", "x"]))


def good_object(schema, data):
    return {
        field.data_key or name: good(field, data)
        for name, field in schema.load_fields.items()
        if field.required or data.draw(st.booleans())
    }


def spoilt(raw, data):
    """The same with something taken away, added, or replaced by what nobody asked for."""
    spoilt = json.loads(json.dumps(raw))
    inside = isinstance(spoilt.get("body"), dict) and data.draw(st.booleans())
    target = spoilt["body"] if inside else spoilt
    name = data.draw(st.sampled_from([*target, "nonsense"]))
    if data.draw(st.booleans()):
        target.pop(name, None)
    else:
        target[name] = data.draw(HOSTILE)
    return spoilt


def said(read, raw):
    """What was read, or why not, as text: 1, True and Decimal(1) are three different things."""
    try:
        loaded = read(raw)
    except ValidationError as refusal:
        loaded = refusal.normalized_messages()
    return json.dumps(loaded, sort_keys=True, default=_inside)


def _inside(value):
    if isinstance(value, Command | Problem):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return repr(value)


@pytest.mark.parametrize("kind", sorted(_LOADERS))
@settings(max_examples=20)
@given(data=st.data())
def test_a_good_command_is_read_quickly_and_as_marshmallow_reads_it(kind, data):
    raw = good_object(_LOADERS[kind], data)
    assert said(_QUICK[kind], raw) == said(_LOADERS[kind].load, raw)


@pytest.mark.parametrize("kind", sorted(_LOADERS))
def test_whatever_stands_in_a_field_is_left_to_marshmallow_or_read_the_same(kind):
    schema = _LOADERS[kind]
    inner = schema.load_fields["body"].schema
    whole = {"id": str(uuid4()), "v": 1, "type": kind.partition(".")[0], "intent": "fact"}
    body = {key: GOOD[type(field)] for key, field in inner.load_fields.items() if field.required}
    for value in EVERYTHING:
        for name in schema.load_fields:
            _compare(kind, {**whole, "body": body, name: value})
        for name in inner.load_fields:
            _compare(kind, {**whole, "body": {**body, name: value}})


def _compare(kind, raw):
    with suppress(Unusual):
        assert said(_QUICK[kind], raw) == said(_LOADERS[kind].load, raw)


@settings(max_examples=30)
@given(st.recursive(HOSTILE, lambda inner: st.dictionaries(st.text(max_size=4), inner)))
def test_what_is_no_command_is_left_to_marshmallow(raw):
    for kind, schema in _LOADERS.items():
        with suppress(Unusual):
            assert said(_QUICK[kind], raw) == said(schema.load, raw)


@given(data=st.data())
def test_a_command_is_the_same_whoever_read_it(data):
    kind = data.draw(st.sampled_from(sorted(_LOADERS)))
    raw = good_object(_LOADERS[kind], data)
    if data.draw(st.booleans()):
        raw = spoilt(raw, data)
    quick = said(lambda raw: read_command(UUID(int=1), raw), raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_QUICK", dict.fromkeys(_LOADERS, refuse))
        assert said(lambda raw: read_command(UUID(int=1), raw), raw) == quick


@given(data=st.data())
def test_an_envelope_is_the_same_whoever_read_it(data):
    raw = _envelope(data)
    if data.draw(st.booleans()):
        raw = spoilt(raw, data)
    with suppress(Unusual):
        assert said(read_envelope, raw) == said(ENVELOPE.load, raw)


@given(data=st.data())
def test_a_good_envelope_is_read_quickly(data):
    raw = _envelope(data)
    assert said(read_envelope, raw) == said(ENVELOPE.load, raw)


def _envelope(data):
    kinds = data.draw(st.lists(st.sampled_from(sorted(_LOADERS)), max_size=3))
    return {
        "device": None,
        "sent_at": "2026-11-22T08:30:00.000Z",
        "next_seq": 3,
        "commands": [good_object(_LOADERS[kind], data) for kind in kinds],
    }


def refuse(_raw):
    raise Unusual


def test_the_text_of_a_command_is_what_was_said():
    raw = {"type": "undo", "b": "é", "a": 1}
    assert read_command(UUID(int=1), raw).text == canonical_json(raw)


def test_a_pass_and_evidence_sent_anew_do_not_make_another_command():
    raw = {"type": "undo", "seq": 4, "body": {}}
    again = {**raw, "user_pass": "another", "scans": [{"text": "x"}]}
    commands = [read_command(UUID(int=1), one) for one in (raw, again, {**raw, "seq": 5})]
    prints = [command.fingerprint for command in commands]
    assert prints[0] == prints[1] != prints[2]


def test_a_text_no_database_keeps_is_refused():
    with pytest.raises(ValidationError):
        read_command(UUID(int=1), {"type": "undo", "scans": ["\ud800"]})


@pytest.mark.parametrize("raw", [{"n": 3}, {"n": "3"}, {"n": True}, {"n": 3, "m": 1}, {}])
def test_a_schema_the_reader_was_not_taught_is_left_to_marshmallow(raw):
    class Excluding(Schema):
        class Meta:
            unknown = EXCLUDE

        n = fields.Integer(required=True)

    class Hooked(Schema):
        n = fields.Integer(load_default=list)

        @post_load
        def double(self, values, **_):
            return {"n": values["n"] * 2}

    for schema in (Excluding(), Hooked()):
        with suppress(Unusual):
            assert said(reader_of(schema), raw) == said(schema.load, raw)


def test_answers_are_written_as_their_schema_describes_them():
    first = {"id": str(uuid4()), "status": "applied", "movement_ids": ["7"]}
    answers = [
        Answer(uuid4(), Status.APPLIED, movement_ids=(1, 2**60)),
        Answer(uuid4(), Status.APPLIED_FLAGGED, codes=("below_zero",), movement_ids=(3,)),
        Answer(uuid4(), Status.DUPLICATE, first=first),
        Answer(uuid4(), Status.REJECTED, code="unknown_item", fields={"item": "螺丝", "n": 3}),
        Answer(uuid4(), Status.HELD, expected_seq=4),
    ]
    written = json.loads(answers_json(answers, 1_795_000_000_000))
    described = AnswersSchema().dump(
        {"answers": [answer.as_json() for answer in answers], "server_time": 1_795_000_000_000}
    )
    assert written == json.loads(json.dumps(described))
