"""POST /commands: what handhelds, desks and other systems report or ask, applied at most once.

    one envelope = one transaction, in the order of its commands; if it fails as a whole, each
    command gets a transaction of its own, so that a bad one never blocks the others

A rejected command is answered, kept and counted as delivered. What cannot be answered yet (a gap
before it, a device in quarantine) is held, and the device sends it again.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from server.domain.commands import Answer, Envelope, Problem, Said, Status
from server.domain.delivery import Admission
from server.domain.errors import (
    RuleViolated,
)
from server.domain.people import Actor
from server.domain.timekeeping import (
    Contact,
)
from server.services.command_batch import Batch, open_batch
from server.services.decide_commands import NotPosted, answer, decide, prepare
from server.services.interpret_commands import (
    Scene,
)
from server.services.keep_commands import close_batch, keep
from server.services.move_units import Units
from server.services.name_things import Names
from server.services.post_movements import Ledger
from server.services.retry_transactions import retried
from server.services.settle_commands import check_passes, settle_who_where_when
from server.services.sight_serials import Serials
from server.services.sign_in import PassCheck
from server.store.commands import (
    known_commands,
)
from server.store.db import unit_of_work


def apply_envelope(envelope: Envelope, actor: Actor) -> list[Answer]:
    """Answers in the order of the commands.

    Raises Unavailable `database_busy` when nothing could be written: the device sends again.
    """
    passes = check_passes(envelope, actor)
    try:
        return retried(lambda: _apply(envelope, actor, passes))
    except NotPosted:
        return [_apply_alone(one, actor, passes) for one in _one_by_one(envelope)]


def _apply_alone(envelope: Envelope, actor: Actor, passes: dict[str, PassCheck]) -> Answer:
    """One command in a transaction of its own; what cannot be posted is rejected in another."""
    try:
        return retried(lambda: _apply(envelope, actor, passes))[0]
    except NotPosted as failure:
        problem = Problem(failure.problem.code, failure.problem.fields)
        refused = replace(envelope.commands[0], problem=problem)
        return retried(lambda: _apply(replace(envelope, commands=(refused,)), actor, passes))[0]


def _apply(envelope: Envelope, actor: Actor, passes: dict[str, PassCheck]) -> list[Answer]:
    with unit_of_work() as session:
        batch = open_batch(session, envelope, actor)
        said = settle_who_where_when(batch, passes)
        prepare(batch, said)
        answers = []
        for command in envelope.commands:
            answers.append(answer(batch, command, said.get(command.id)))
        close_batch(batch)
    return answers


def settle_quarantined(
    session: Session, said: Said, actor: Actor, accept: bool, number_taken: bool
) -> Answer:
    """Answer one command for good that had waited for a supervisor; `said` is what it was then.

    Accepted, it happened when it happened and is flagged; refused, it is rejected. A number that
    another command was answered under stays that one's. Raises what the command itself would have
    been rejected with, and nothing is changed then.
    """
    command, at = said.command, said.received_at
    names = Names(session, at)
    scene = Scene(session, Ledger(session), names, Units(session), Serials(session), actor)
    envelope = Envelope(Contact("", 0, at, at), (command,))
    known = known_commands(session, [command.replaces] if command.replaces else [])
    batch = Batch(session, envelope, actor, scene, known)
    if accept:
        answer = _decide_accepted(batch, said)
    else:
        answer = Answer(command.id, Status.REJECTED, code="refused_by_supervisor")
    keep(batch, said, answer)
    if number_taken:
        batch.rows[-1]["seq"] = None
    close_batch(batch)
    return answer


def _decide_accepted(batch: Batch, said: Said) -> Answer:
    settled = {said.command.id: said}
    prepare(batch, settled)
    try:
        answer = decide(batch, settled[said.command.id], Admission.APPLY)
    except NotPosted as failure:
        raise failure.problem from failure
    if answer.status is Status.REJECTED:
        raise RuleViolated(answer.code, **answer.fields)
    return answer


def _one_by_one(envelope: Envelope) -> list[Envelope]:
    return [replace(envelope, commands=(command,)) for command in envelope.commands]
