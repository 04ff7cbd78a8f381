"""Master records over HTTP: every kind has the same four operations.

GET /things            a page, narrowed by filters
POST /things           make one; 201 with its ETag
GET /things/{id}       one, with its ETag (its version)
PATCH /things/{id}     change the given fields; If-Match names the version seen;
                       {"retired": true} is how a thing goes, for nothing is deleted
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask.views import MethodView
from marshmallow import Schema

from server.api.access import current_actor, requires
from server.api.etags import expected_version, version_tag
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.domain.errors import NotFound
from server.domain.people import Actor
from server.services.keep_records import (
    Identity,
    RecordKind,
    Values,
    change_record,
    create_record,
)
from server.store.db import reading
from server.store.queries.records import Listing, Record, identity_of, one
from server.store.queries.records import page as page_of_records

COST_FIELDS: Final = frozenset({"standard_cost", "price"})
"""What only those who may read cost are shown."""

Answer = tuple[Record, int, dict[str, str]]


@dataclass(frozen=True)
class Resource:
    """One kind of record at one path; `create` when making one takes more than create_record."""

    path: str
    kind: RecordKind
    listing: Listing
    row: type[Schema]
    new: type[Schema]
    changes: type[Schema]
    query: type[Schema]
    read: str
    write: str
    create: Callable[..., Identity] | None = None

    @property
    def words(self) -> str:
        """What people call its records."""
        return self.path.replace("-", " ")

    def make(self, values: Values, actor: Actor) -> Identity:
        """Make one record and answer its identity."""
        create = self.create or partial(create_record, self.kind)
        return create(values, actor=actor)


def add_resource(blueprint: Blueprint, resource: Resource) -> None:
    """Register the four operations on the blueprint."""
    name = "".join(word.capitalize() for word in resource.path.split("-"))
    many = type(name, (MethodView,), _many(blueprint, resource))
    single = type(f"One{name}", (MethodView,), _one(blueprint, resource))
    blueprint.route(f"/{resource.path}", endpoint=name)(many)
    blueprint.route(f"/{resource.path}/<string:record_id>", endpoint=f"One{name}")(single)


def _many(blueprint: Blueprint, resource: Resource) -> dict[str, Any]:
    @requires(resource.read)
    @blueprint.arguments(resource.query, location="query")
    @blueprint.response(200, page_of(resource.row))
    def get(_self: MethodView, query: dict[str, Any]) -> dict[str, Any]:
        return _list(resource, query)

    @requires(resource.write)
    @idempotent
    @blueprint.arguments(resource.new)
    @blueprint.response(201, resource.row)
    def post(_self: MethodView, body: dict[str, Any]) -> Answer:
        return answer_record(resource, resource.make(body, current_actor()), 201)

    get.__doc__ = f"List {resource.words}."
    post.__doc__ = f"Add one of the {resource.words}.\n\nErrors: already_exists, unknown_…"
    return {"get": get, "post": post}


def _one(blueprint: Blueprint, resource: Resource) -> dict[str, Any]:
    @requires(resource.read)
    @blueprint.response(200, resource.row)
    def get(_self: MethodView, record_id: str) -> Answer:
        return answer_record(resource, _identity(resource, record_id), 200)

    @requires(resource.write)
    @blueprint.arguments(resource.changes)
    @blueprint.response(200, resource.row)
    def patch(_self: MethodView, body: dict[str, Any], record_id: str) -> Answer:
        identity, version = _identity(resource, record_id), expected_version()
        change_record(resource.kind, identity, body, version=version, actor=current_actor())
        return answer_record(resource, identity, 200)

    get.__doc__ = f"One of the {resource.words}."
    patch.__doc__ = (
        f"Change or retire one of the {resource.words}; If-Match names the version seen.\n\n"
        "Errors: if_match_required, stale_version, already_exists, unknown_…"
    )
    return {"get": get, "patch": patch}


def _list(resource: Resource, query: dict[str, Any]) -> dict[str, Any]:
    after = cursor_key(query.pop("cursor"), *[int] * len(resource.listing.keys))
    limit = query.pop("limit")
    with reading() as session:
        rows = page_of_records(
            session,
            resource.listing,
            sites=current_actor().site_ids,
            after=after,
            limit=limit + 1,
            filters=query,
        )
    shown = [_shown(resource, row) for row in rows]
    return page(shown, limit, lambda row: list(identity_of(resource.listing, row)))


def answer_record(resource: Resource, identity: Identity, status: int) -> Answer:
    """One record as its GET answers it. Raises NotFound `unknown_<kind>`."""
    with reading() as session:
        record = one(session, resource.listing, identity, sites=current_actor().site_ids)
    if record is None:
        raise _unknown(resource, "-".join(map(str, identity)))
    return _shown(resource, record), status, version_tag(record["version"])


def _shown(resource: Resource, record: Record) -> Record:
    shown = record | {"id": "-".join(map(str, identity_of(resource.listing, record)))}
    if current_actor().may("cost.read"):
        return shown
    return {name: value for name, value in shown.items() if name not in COST_FIELDS}


def _identity(resource: Resource, text: str) -> Identity:
    parts = text.split("-")
    fits = len(parts) == len(resource.kind.keys) and all(
        part.isascii() and part.isdigit() and len(part) < 20 and int(part) < 2**63 for part in parts
    )
    if not fits:
        raise _unknown(resource, text[:40])
    return tuple(map(int, parts))


def _unknown(resource: Resource, given: str) -> NotFound:
    facts: dict[str, Any] = {resource.kind.name: given}
    return NotFound(f"unknown_{resource.kind.name}", **facts)
