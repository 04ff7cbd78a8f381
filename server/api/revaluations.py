"""Revaluations: what a receipt turned out to cost after it was posted."""

from typing import Any

from flask.views import MethodView

from server.api.access import current_actor, requires
from server.api.idempotency import idempotent
from server.api.openapi import Blueprint
from server.api.schemas.revaluations import RevaluationSchema, RevaluedSchema
from server.services.revalue_receipts import Revalued, add_landed_cost, price_receipt

blueprint = Blueprint("revaluations", __name__, description="Later prices and landed cost")


@blueprint.route("/revaluations")
class Revaluations(MethodView):
    @requires("cost.write")
    @idempotent
    @blueprint.arguments(RevaluationSchema)
    @blueprint.response(201, RevaluedSchema)
    def post(self, body: dict[str, Any]) -> Revalued:
        """The price of a receipt, or landed cost on top of it; what is posted never changes.

        The same price twice changes nothing; landed cost adds up, so send an Idempotency-Key.
        Errors: unknown_movement, not_a_receipt, receipt_undone, below_nothing.
        """
        movement_id, reason = body["movement_id"], body["reason"]
        if "amount" in body:
            return add_landed_cost(movement_id, body["amount"], reason, current_actor())
        return price_receipt(movement_id, body["unit_cost"], reason, current_actor())
