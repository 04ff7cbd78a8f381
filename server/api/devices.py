"""Handhelds: enrolment, list, revocation; and signing in on one with badge and PIN."""

import ipaddress
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, jsonify, make_response, request
from flask.views import MethodView

from labels.symbols.matrix import qr_rows
from server.api.access import (
    DEVICE_COOKIE,
    DEVICE_COOKIE_S,
    current_actor,
    current_caller,
    public,
    requires,
    set_cookie,
)
from server.api.limits import guess_limited
from server.api.openapi import Blueprint
from server.api.pagination import PageQuery, cursor_key, page, page_of
from server.api.schemas.devices import (
    BadgeSchema,
    CodeSchema,
    DeviceSchema,
    DeviceStatusSchema,
    DoubtSchema,
    EnrolledSchema,
    EnrolSchema,
    NewCodeSchema,
    PassSchema,
    RingSchema,
)
from server.domain.errors import NotPermitted
from server.services.manage_devices import (
    device_seen,
    enrol_device,
    make_enrolment_code,
    note_status,
    quarantine_device,
    revoke_device,
    ring_device,
)
from server.services.sign_in import PassIssued, issue_user_pass
from server.store.db import reading
from server.store.queries.people import DeviceRow, device_page

blueprint = Blueprint("devices", __name__, description="Handhelds and who is signed in on them")


@blueprint.route("/enrolment-codes")
class EnrolmentCodes(MethodView):
    @requires("devices.write")
    @blueprint.arguments(NewCodeSchema)
    @blueprint.response(201, CodeSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """A single-use code for one handheld, valid ten minutes. Errors: unknown_site."""
        made = make_enrolment_code(
            body["site"], body["device_name"], keyless=body["keyless"], actor=current_actor()
        )
        url = f"{request.host_url}enrol?{urlencode({'code': made.code})}"
        rows = ["".join("01"[dark] for dark in row) for row in qr_rows(url, "M")]
        return {"code": made.code, "expires_at": made.expires_at, "url": url, "qr": rows}


@blueprint.route("/devices/enrol")
class Enrolment(MethodView):
    @guess_limited
    @public
    @blueprint.arguments(EnrolSchema)
    @blueprint.response(201, EnrolledSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Enrol this handheld with a code; the browser gets a device cookie too.

        Errors: bad_enrolment_code, keyless_needs_supervisor, device_uid_taken.
        """
        enrolled = enrol_device(
            body["code"],
            body["uid"],
            body["name"],
            body["public_key"],
            safe_line=request.is_secure or _is_this_machine(),
        )
        answer = EnrolledSchema().dump({"device": enrolled.device, "token": enrolled.token})
        response = make_response(jsonify(answer), 201)
        set_cookie(response, DEVICE_COOKIE, enrolled.token, DEVICE_COOKIE_S)
        return response


@blueprint.route("/devices")
class Devices(MethodView):
    @requires("devices.read")
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, page_of(DeviceSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Handhelds by id, revoked ones too."""
        after = cursor_key(query["cursor"], int) or [0]
        with reading() as session:
            rows = device_page(session, current_actor().site_ids, after[0], query["limit"] + 1)
        return page(rows, query["limit"], lambda row: [row.id])


@blueprint.route("/devices/<int:device_id>/revoke")
class Revocation(MethodView):
    @requires("devices.write")
    @blueprint.response(200, DeviceSchema)
    def post(self, device_id: int) -> DeviceRow:
        """Revoke a handheld; what it still sends is quarantined. Errors: unknown_device."""
        return revoke_device(device_id, actor=current_actor())


@blueprint.route("/devices/<int:device_id>")
class OneDevice(MethodView):
    @requires("devices.read")
    @blueprint.response(200, DeviceSchema)
    def get(self, device_id: int) -> DeviceRow:
        """One handheld. Errors: unknown_device."""
        return device_seen(device_id, actor=current_actor())


@blueprint.route("/devices/<int:device_id>/ring")
class Ringing(MethodView):
    @requires("devices.write")
    @blueprint.arguments(RingSchema)
    @blueprint.response(200, DeviceSchema)
    def post(self, body: dict[str, bool], device_id: int) -> DeviceRow:
        """Let a lost handheld ring for two minutes, from its next sync on. Errors:
        unknown_device, device_revoked."""
        return ring_device(device_id, body["ring"], actor=current_actor())


@blueprint.route("/devices/<int:device_id>/quarantine")
class Suspicion(MethodView):
    @requires("devices.write")
    @blueprint.arguments(DoubtSchema)
    @blueprint.response(200, DeviceSchema)
    def post(self, body: dict[str, bool], device_id: int) -> DeviceRow:
        """Believe nothing a handheld says until a supervisor decided it; or trust it again.

        Errors: unknown_device, commands_wait.
        """
        return quarantine_device(device_id, body["doubted"], actor=current_actor())


@blueprint.route("/devices/status")
class DeviceStatus(MethodView):
    @requires("sync.read")
    @blueprint.arguments(DeviceStatusSchema)
    @blueprint.response(204)
    def post(self, body: dict[str, int | None]) -> Response:
        """What this handheld tells about itself. Errors: device_required."""
        device = current_caller().device
        if device is None:
            raise NotPermitted("device_required")
        note_status(device.id, body["battery_percent"])
        return Response(status=204)


@blueprint.route("/user-passes")
class UserPasses(MethodView):
    @requires("user_passes.create")
    @blueprint.arguments(BadgeSchema)
    @blueprint.response(201, PassSchema)
    def post(self, body: dict[str, str]) -> PassIssued:
        """Sign in on this handheld with badge and PIN, for twelve hours.

        Errors: device_required, wrong_pin, locked_out.
        """
        device = current_caller().device
        if device is None:
            raise NotPermitted("device_required")
        return issue_user_pass(device, body["badge"], body["pin"], g.request_id)


def _is_this_machine() -> bool:
    return ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104
