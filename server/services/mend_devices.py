"""Handhelds whose delivery went wrong: quarantined commands decided, lost ranges declared.

Nothing a handheld reported is thrown away: what we do not trust waits until a supervisor says
whether it happened (RULES 5), and what will never come is said to be lost (RULES 6).
"""

from sqlalchemy.orm import Session

from server.domain.commands import Answer, Command, Said
from server.domain.delivery import Loss
from server.domain.errors import NotFound, RuleViolated
from server.domain.people import Actor
from server.domain.timekeeping import Occurrence
from server.services.advance_documents import Documents
from server.services.apply_commands import settle_quarantined
from server.services.clock import now_ms
from server.services.command_batch import release_loss
from server.services.interpret_commands import Scene
from server.services.move_units import Units
from server.services.name_things import Names
from server.services.post_movements import Ledger
from server.services.retry_transactions import retried
from server.services.sight_serials import Serials
from server.store.commands import DeviceState, lock_device, save_device
from server.store.db import reading, unit_of_work
from server.store.feed import announce
from server.store.quarantine import (
    QuarantineRow,
    answered_through,
    anything_waits,
    decide_quarantined,
    number_is_taken,
    quarantined_by_id,
)
from server.store.queries.people import DeviceRow, device_by_id

ACCEPTED = "accepted_from_quarantine"


def accept_quarantined(row_id: int, command: Command, actor: Actor) -> Answer:
    """It did happen: post it at its own time, flagged. `command`: the kept one, read again.

    When nothing of the handheld waits any more it is trusted again. Raises NotFound
    `unknown_quarantined_command`, RuleViolated `already_decided`, and whatever the command would
    be rejected with: then it still waits.
    """
    return retried(lambda: _decide(row_id, command, actor, accept=True))


def refuse_quarantined(row_id: int, command: Command, actor: Actor) -> Answer:
    """It did not happen, or not so: rejected for good. Raises like `accept_quarantined`."""
    return retried(lambda: _decide(row_id, command, actor, accept=False))


def quarantined_command(row_id: int, actor: Actor) -> QuarantineRow:
    """One command in quarantine. Raises NotFound `unknown_quarantined_command`."""
    with reading() as session:
        return _visible(quarantined_by_id(session, row_id), row_id, actor)


def declare_lost(device_id: int, loss: Loss, actor: Actor) -> DeviceRow:
    """These commands will never come; go on after them and have the places around looked at.

    Raises NotFound `unknown_device`, RuleViolated `not_the_gap`: the range must begin with the
    next number we expect and end before what the handheld has yet to number.
    """
    now = now_ms()
    with unit_of_work() as session:
        row = device_by_id(session, device_id)
        if row is None or not actor.sees_site(row.site_id):
            raise NotFound("unknown_device", device=str(device_id))
        device = lock_device(session, device_id)
        _check_gap(row, device, loss)
        scene = _scene(session, now, actor)
        release_loss(scene, device, loss, now, actor.user_id)
        scene.ledger.write()
        save_device(session, device)
        facts = {"id": device_id, "first_seq": loss.first_seq, "last_seq": loss.last_seq}
        announce(session, "range.lost", facts, actor=actor, at=now, site_id=device.site_id)
    with reading() as session:
        after = device_by_id(session, device_id)
    assert after is not None
    return after


def _check_gap(row: DeviceRow, device: DeviceState, loss: Loss) -> None:
    expected, last = device.accepted_seq + 1, row.next_seq - 1
    if loss.first_seq != expected or not loss.first_seq <= loss.last_seq <= last:
        raise RuleViolated("not_the_gap", expected_seq=expected, last_seq=max(last, 0))


def _decide(row_id: int, command: Command, actor: Actor, accept: bool) -> Answer:
    now = now_ms()
    with unit_of_work() as session:
        found = _visible(quarantined_by_id(session, row_id), row_id, actor)
        # The handheld first, as deliveries do: else the two would wait for each other.
        device = lock_device(session, found.device_id)
        row = _visible(quarantined_by_id(session, row_id, lock=True), row_id, actor)
        if row.state != "waiting":
            raise RuleViolated("already_decided", state=row.state)
        taken = number_is_taken(session, row.device_id, row.seq)
        said = _said(row, command, now, accept)
        answer = settle_quarantined(session, said, _reporter(row, actor), accept, taken)
        state = "accepted" if accept else "refused"
        decide_quarantined(session, row_id, state, actor.user_id, now)
        _trust_again(session, device)
        facts = {"id": row_id, "device": row.device_id, "movements": list(answer.movement_ids)}
        announce(
            session,
            f"command.{state}",
            facts,
            actor=actor,
            at=now,
            site_id=row.site_id,
            command_id=command.id,
        )
    return answer


def _said(row: QuarantineRow, command: Command, now: int, accept: bool) -> Said:
    return Said(
        command,
        row.site_id,
        row.user_id,
        row.device_id,
        Occurrence(row.occurred_at, row.uncertainty_ms),
        now,
        row.cart_location_id,
        frozenset({ACCEPTED}) if accept else frozenset(),
    )


def _reporter(row: QuarantineRow, actor: Actor) -> Actor:
    """Whoever reported it, not whoever believes it."""
    site = frozenset({row.site_id})
    return Actor(row.user_id, "operator", site, row.device_id, "device", actor.request_id)


def _trust_again(session: Session, device: DeviceState) -> None:
    device.accepted_seq = answered_through(session, device.id, device.accepted_seq)
    device.quarantined = device.quarantined and anything_waits(session, device.id)
    save_device(session, device)


def _scene(session: Session, now: int, actor: Actor) -> Scene:
    ledger = Ledger(session)
    names, documents = Names(session, now), Documents(session)
    return Scene(session, ledger, names, Units(session), Serials(session), documents, actor)


def _visible(row: QuarantineRow | None, row_id: int, actor: Actor) -> QuarantineRow:
    if row is None or not actor.sees_site(row.site_id):
        raise NotFound("unknown_quarantined_command", id=str(row_id))
    return row
