"""Reservations: stock promised to somebody until it is picked or given back."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.pagination import cursor_key, page, page_of
from server.api.schemas.reservations import (
    NewReservationSchema,
    ReservationQuery,
    ReservationSchema,
)
from server.domain.errors import InvalidInput, NotFound
from server.domain.people import Actor
from server.services.find_in_scope import (
    known_item,
    known_location,
    known_lot_id,
    site_in_scope,
)
from server.services.use_reservations import Wish, release_reservation, reserve_stock
from server.store.db import reading
from server.store.queries.records import Record
from server.store.queries.reservation_list import one_reservation, reservations_page

blueprint = Blueprint("reservations", __name__, description="Stock promised to somebody")


@blueprint.route("/reservations")
class Reservations(MethodView):
    @requires("stock.read")
    @blueprint.arguments(ReservationQuery, location="query")
    @blueprint.response(200, page_of(ReservationSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Reservations, newest first."""
        before = cursor_key(query.pop("cursor"), int)
        limit = query.pop("limit")
        with reading() as session:
            rows = reservations_page(
                session, current_actor().site_ids, query, before[0] if before else None, limit + 1
            )
        return page(rows, limit, lambda row: [row["id"]])

    @requires("reservations.write")
    @idempotent
    @blueprint.arguments(NewReservationSchema)
    @blueprint.response(201, ReservationSchema)
    def post(self, body: dict[str, Any]) -> Record:
        """Reserve available stock, earliest expiry first; all of it or nothing.

        Errors: not_enough_available, unknown_site, unknown_item, unknown_location, unknown_lot.
        """
        actor = current_actor()
        return _shown(reserve_stock(_wish(body, actor), actor))


@blueprint.route("/reservations/<uuid:uid>")
class OneReservation(MethodView):
    @requires("stock.read")
    @blueprint.response(200, ReservationSchema)
    def get(self, uid: UUID) -> Record:
        """One reservation with what of it is still open."""
        return _shown(uid)


@blueprint.route("/reservations/<uuid:uid>/release")
class ReleaseReservation(MethodView):
    @requires("reservations.write")
    @idempotent
    @blueprint.response(200, ReservationSchema)
    def post(self, uid: UUID) -> Record:
        """Give back what is still open.

        Errors: unknown_reservation, reservation_ended.
        """
        _shown(uid)  # of another site: as if it were not there
        release_reservation(uid, current_actor())
        return _shown(uid)


def _wish(body: dict[str, Any], actor: Actor) -> Wish:
    if body["quantity"] <= 0:
        raise InvalidInput("bad_quantity", value=str(body["quantity"]))
    with reading() as session:
        site_id = site_in_scope(session, body["site"], actor).id
        item = known_item(session, body["item"])
        place, lot = body["location"], body["lot"]
        return Wish(
            site_id=site_id,
            item_id=item.id,
            quantity=body["quantity"],
            reference=body["reference"],
            location_id=known_location(session, site_id, place).id if place else None,
            lot_id=known_lot_id(session, item, lot) if lot else None,
        )


def _shown(uid: UUID) -> Record:
    with reading() as session:
        row = one_reservation(session, current_actor().site_ids, uid)
    if row is None:
        raise NotFound("unknown_reservation", reservation=str(uid))
    return row
