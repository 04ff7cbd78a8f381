"""Who said it, where, and when it happened: settled for every command before any is decided."""

from dataclasses import replace
from uuid import UUID

from server.domain.codes import code_key
from server.domain.commands import Command, Envelope, Problem, Said
from server.domain.errors import (
    InvalidInput,
    NotFound,
    NotPermitted,
    StockturnError,
)
from server.domain.people import Actor
from server.domain.timekeeping import (
    Occurrence,
    occurrence,
)
from server.services.command_batch import Batch
from server.services.sign_in import PassCheck, check_user_pass
from server.store.commands import (
    DeviceState,
)

AHEAD_MOST_MS = 86_400_000


def check_passes(envelope: Envelope, actor: Actor) -> dict[str, PassCheck]:
    """What the user passes are worth, before any row is locked."""
    if actor.device_id is None:
        return {}
    texts = {command.user_pass for command in envelope.commands if command.user_pass}
    at = envelope.contact.received_at
    return {text: check_user_pass(text, actor.device_id, at) for text in texts}


def settle_who_where_when(batch: Batch, passes: dict[str, PassCheck]) -> dict[UUID, Said]:
    """Every new command with its author, site and time; what cannot be settled is its problem."""
    said: dict[UUID, Said] = {}
    for command in batch.envelope.commands:
        if command.id in batch.known or command.id in batch.waiting:
            continue
        try:
            said[command.id] = _said(batch, command, passes)
            _let_time_pass(batch, said[command.id])
        except StockturnError as problem:
            refused = replace(command, problem=Problem(problem.code, problem.fields))
            said[command.id] = Said(
                refused,
                0,
                batch.actor.user_id,
                batch.actor.device_id,
                Occurrence(batch.envelope.contact.received_at),
                batch.envelope.contact.received_at,
            )
    return said


def _let_time_pass(batch: Batch, said: Said) -> None:
    """A doubtful time is not before the command before it, in the same envelope too (RULES 2)."""
    if batch.clock is not None and said.command.replaces is None:
        batch.clock = replace(batch.clock, last_occurred_at=said.occurrence.at)


def _said(batch: Batch, command: Command, passes: dict[str, PassCheck]) -> Said:
    received_at = batch.envelope.contact.received_at
    when = _occurrence(batch, command)
    if batch.device is None:
        site_id = _site_of_request(batch, command)
        return Said(command, site_id, batch.actor.user_id, None, when, received_at)
    _check_scope(batch, batch.device, command)
    flags, user_id = frozenset[str](), batch.actor.user_id
    if command.user_pass:
        check = passes[command.user_pass]
        user_id = check.user_id
        if check.state == "foreign":
            raise NotPermitted("bad_user_pass")
        flags = frozenset({f"{check.state}_pass"} if check.state != "valid" else ())
    elif user_id is None and command.problem is None:
        raise NotPermitted("user_pass_required")
    device = batch.device
    return Said(
        command,
        device.site_id,
        user_id,
        device.id,
        when,
        received_at,
        device.cart_location_id,
        flags,
    )


def _check_scope(batch: Batch, device: DeviceState, command: Command) -> None:
    """A handheld reports what happened at its own site; to ask for things needs a desk."""
    code = command.body.get("site")
    if code:
        site = batch.sites.get(code_key(code))
        if site is None or site.id != device.site_id:
            raise NotFound("unknown_site", site=code)
    if not command.is_fact and command.problem is None:
        raise NotPermitted("not_permitted", permission="commands.request")


def _occurrence(batch: Batch, command: Command) -> Occurrence:
    """RULES 1–4. Raises InvalidInput `impossible_time` for one no calendar has, or to come."""
    when = _said_occurrence(batch, command)
    if not 0 <= when.at <= batch.envelope.contact.received_at + AHEAD_MOST_MS:
        raise InvalidInput("impossible_time", occurred_at=when.at)
    return when


def _said_occurrence(batch: Batch, command: Command) -> Occurrence:
    """A command that replaces another happened when that one did."""
    replaced = batch.known.get(command.replaces) if command.replaces else None
    if replaced is not None:
        return Occurrence(replaced.occurred_at, replaced.uncertainty_ms)
    contact = batch.envelope.contact
    if batch.clock is None or command.seq is None:
        said_at = command.occurred_at
        return Occurrence(contact.received_at if said_at is None else said_at)
    return occurrence(command.boot_id, command.mono_ms, command.wall_ms, batch.clock, contact)


def _site_of_request(batch: Batch, command: Command) -> int:
    code = command.body.get("site")
    if code:
        site = batch.sites.get(code_key(code))
        if site is None or not batch.actor.sees_site(site.id):
            raise NotFound("unknown_site", site=code)
        batch.scene.ledger.know(sites=[site])
        return site.id
    if batch.actor.site_ids is not None and len(batch.actor.site_ids) == 1:
        return next(iter(batch.actor.site_ids))
    if command.problem is not None:
        return 0
    raise NotFound("unknown_site", site="")
