"""What devices said: every number of every device accounted for."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from server.store.models import Command, Device, LostRange, Movement, QuarantinedCommand
from server.store.queries.verification import Finding, first_rows


def device_numbers_have_no_gap(session: Session) -> Iterable[Finding]:
    """Up to a device's accepted number every number was answered, is quarantined or was given up
    for lost."""
    numbers = union_all(
        _numbers(Command.device_id, Command.seq, Command.seq).where(
            Command.device_id.is_not(None), Command.seq.is_not(None)
        ),
        _numbers(QuarantinedCommand.device_id, QuarantinedCommand.seq, QuarantinedCommand.seq),
        _numbers(LostRange.device_id, LostRange.first_seq, LostRange.last_seq),
        _numbers(Device.id, Device.accepted_seq + 1, Device.accepted_seq + 1),
    ).subquery("numbers")
    before = func.max(numbers.c.last).over(
        partition_by=numbers.c.device_id,
        order_by=[numbers.c.first, numbers.c.last],
        rows=(None, -1),
    )
    steps = select(
        numbers.c.device_id, numbers.c.first, func.coalesce(before, 0).label("before")
    ).subquery("steps")
    asked = (
        select(steps.c.device_id, steps.c.before, steps.c.first)
        .join(Device, Device.id == steps.c.device_id)
        .where(steps.c.first > steps.c.before + 1, steps.c.first <= Device.accepted_seq + 1)
    )
    for row in first_rows(session, asked):
        yield Finding(
            "device_numbers_have_no_gap",
            "command",
            {"device_id": row[0], "seq": row[1] + 1},
            "numbers of this device are neither answered, quarantined nor lost",
            "every number once",
            f"{row[1] + 1} to {row[2] - 1} missing",
        )


def movements_are_of_their_device(session: Session) -> Iterable[Finding]:
    """A movement was recorded for the device its command came from."""
    asked = (
        select(Movement.id, Command.device_id, Movement.device_id)
        .join(Command, Command.id == Movement.command_id)
        .where(Movement.device_id.is_distinct_from(Command.device_id))
    )
    for row in first_rows(session, asked):
        yield Finding(
            "movements_are_of_their_device",
            "movement",
            {"id": row[0]},
            "its command came from another device",
            f"device {row[1]}",
            f"device {row[2]}",
        )


def _numbers(device_id: Any, first: Any, last: Any) -> Select[*tuple[Any, ...]]:
    return select(device_id.label("device_id"), first.label("first"), last.label("last"))
