"""Reading what is plain and good quickly, by readers made from the marshmallow schemas themselves.

    read = reader_of(MoveCommandSchema())
    try: loaded = read(raw)              # what schema.load(raw) returns
    except Unusual: schema.load(raw)     # refuses in marshmallow's words, or takes it after all

A reader takes less than marshmallow does, never more: JSON's own types only, no name the schema
does not know. What it was not taught (a field type, a hook) it leaves to marshmallow.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from marshmallow import RAISE, Schema, ValidationError, fields, missing

Read = Callable[[Any], Any]


class Unusual(Exception):
    """Not plain and good: let marshmallow read it and say what is wrong."""


class _Member(NamedTuple):
    attribute: str
    read: Read


def reader_of(schema: Schema) -> Read:
    """What reads like `schema.load`: raises Unusual for whatever that would refuse."""
    if schema.unknown != RAISE or schema.many or schema.partial or any(schema._hooks.values()):
        return _careful(schema.load)
    named = {
        name if field.data_key is None else field.data_key: (name, field)
        for name, field in schema.load_fields.items()
    }
    members = {
        key: _Member(field.attribute or name, _member_reader(field))
        for key, (name, field) in named.items()
    }
    needed = frozenset(key for key, (_, field) in named.items() if field.required)
    defaults = [
        (key, members[key].attribute, field.load_default)
        for key, (_, field) in named.items()
        if field.load_default is not missing
    ]
    if any(callable(default) for *_, default in defaults):
        return _careful(schema.load)
    return _object_reader(members, needed, defaults)


def _object_reader(
    members: Mapping[str, _Member], needed: frozenset[str], defaults: list[tuple[str, str, Any]]
) -> Read:
    def read(raw: Any) -> dict[str, Any]:
        if type(raw) is not dict or not needed <= raw.keys():
            raise Unusual
        loaded = {}
        for key, value in raw.items():
            member = members.get(key)
            if member is None:
                raise Unusual
            loaded[member.attribute] = member.read(value)
        for key, attribute, default in defaults:
            if key not in raw:
                loaded[attribute] = default
        return loaded

    return read


def _member_reader(field: fields.Field[Any]) -> Read:
    make = _MAKERS.get(type(field))
    if make is None or field.pre_load or field.post_load:
        return _careful(field.deserialize)
    read = _validated(make(field), list(field.validators))
    return _or_none(read) if field.allow_none else read


def _careful(load: Read) -> Read:
    def read(value: Any) -> Any:
        try:
            return load(value)
        except ValidationError:
            raise Unusual from None

    return read


def _validated(read: Read, validators: list[Callable[[Any], Any]]) -> Read:
    if not validators:
        return read

    def read_and_validate(value: Any) -> Any:
        loaded = read(value)
        try:
            for validate in validators:
                validate(loaded)
        except ValidationError:
            raise Unusual from None
        return loaded

    return read_and_validate


def _or_none(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _text(_: Any) -> Read:
    return _of_type(str)


def _whole_number(field: Any) -> Read:
    return _of_type(int) if field.strict else _careful(field.deserialize)


def _of_type(kind: type) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise Unusual
        return value

    return read


def _uuid(_: Any) -> Read:
    def read(value: Any) -> UUID:
        try:
            return UUID(value)
        except (ValueError, AttributeError, TypeError):
            raise Unusual from None

    return read


def _list(field: Any) -> Read:
    read_one = _member_reader(field.inner)

    def read(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Unusual
        return [read_one(one) for one in value]

    return read


def _nested(field: Any) -> Read:
    plain = not field.many and field.unknown is None
    return reader_of(field.schema) if plain else _careful(field.deserialize)


_MAKERS: Mapping[type, Callable[[Any], Read]] = {
    fields.String: _text,
    fields.Integer: _whole_number,
    fields.UUID: _uuid,
    fields.List: _list,
    fields.Nested: _nested,
}
