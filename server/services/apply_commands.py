"""POST /commands: what handhelds, desks and other systems report or ask, applied at most once.

    one envelope = one transaction, in the order of its commands; envelopes that come at once and
    ask for nothing difficult share it. If it fails as a whole each envelope gets one of its own,
    and then each command, so that a bad one never blocks the others

A rejected command is answered, kept and counted as delivered. What cannot be answered yet (a gap
before it, a device in quarantine) is held, and the device sends it again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.domain.commands import COMMANDS_MOST, Answer, Envelope, Problem, Said, Status
from server.domain.delivery import Admission
from server.domain.errors import (
    RuleViolated,
)
from server.domain.people import Actor
from server.domain.timekeeping import (
    Contact,
)
from server.services.command_batch import Batch, batch_without_device, open_batches
from server.services.decide_commands import NotPosted, answer, decide, prepare
from server.services.gather_callers import Gathering, GoOn
from server.services.interpret_commands import is_plain
from server.services.keep_commands import close_batches, keep
from server.services.retry_transactions import retried
from server.services.settle_commands import check_passes, settle_who_where_when
from server.services.sign_in import PassCheck
from server.store.db import db, unit_of_work


class _Post(NamedTuple):
    """An envelope as it is delivered, with what its user passes are worth."""

    envelope: Envelope
    actor: Actor
    passes: dict[str, PassCheck]


def apply_envelope(envelope: Envelope, actor: Actor) -> list[Answer]:
    """Answers in the order of the commands.

    Raises Unavailable `database_busy` when nothing could be written: the device sends again.
    """
    post = _Post(envelope, actor, check_passes(envelope, actor))
    return _gathering().ask(post)


def _gathering() -> Gathering[_Post, list[Answer]]:
    """The one of this process for the database in use."""
    engine = db.engine
    found = _gatherings.get(engine)
    return found or _gatherings.setdefault(engine, Gathering(_apply_posts, _fits))


def _apply_posts(posts: Sequence[_Post], go_on: GoOn) -> list[list[Answer]]:
    """Several share one try; what fails is tried alone, and there again and again."""
    if len(posts) > 1:
        return _apply(posts, go_on)
    [post] = posts
    try:
        return retried(lambda: _apply([post], go_on))
    except NotPosted:
        return [[_apply_alone(one) for one in _one_by_one(post)]]


def _fits(posts: Sequence[_Post], other: _Post) -> bool:
    """Whether this one may share their transaction: all plain, each device and command once."""
    together = [*posts, other]
    if sum(len(post.envelope.commands) for post in together) > COMMANDS_MOST:
        return False
    devices = {post.actor.device_id for post in posts} - {None}
    if other.actor.device_id in devices:
        return False
    commands = [command for post in together for command in post.envelope.commands]
    return all(map(is_plain, commands)) and len({c.id for c in commands}) == len(commands)


def _apply_alone(post: _Post) -> Answer:
    """One command in a transaction of its own; what cannot be posted is rejected in another."""
    try:
        return retried(lambda: _apply([post]))[0][0]
    except NotPosted as failure:
        problem = Problem(failure.problem.code, failure.problem.fields)
        refused = replace(post.envelope.commands[0], problem=problem)
        mended = post._replace(envelope=replace(post.envelope, commands=(refused,)))
        return retried(lambda: _apply([mended]))[0][0]


def _apply(posts: Sequence[_Post], go_on: GoOn = lambda: None) -> list[list[Answer]]:
    with unit_of_work() as session:
        batches = open_batches(session, [(post.envelope, post.actor) for post in posts])
        said = [
            settle_who_where_when(batch, post.passes)
            for batch, post in zip(batches, posts, strict=True)
        ]
        prepare(batches, said)
        answers = [
            [answer(batch, command, own.get(command.id)) for command in batch.envelope.commands]
            for batch, own in zip(batches, said, strict=True)
        ]
        close_batches(batches)
        if session.get_bind().dialect.name == "postgresql":
            go_on()  # only the commit is left; on SQLite nobody can write beside it
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
    batch = batch_without_device(session, Envelope(Contact("", 0, at, at), (command,)), actor)
    if accept:
        answer = _decide_accepted(batch, said)
    else:
        answer = Answer(command.id, Status.REJECTED, code="refused_by_supervisor")
    keep(batch, said, answer)
    if number_taken:
        batch.rows[-1]["seq"] = None
    close_batches([batch])
    return answer


def _decide_accepted(batch: Batch, said: Said) -> Answer:
    settled = {said.command.id: said}
    prepare([batch], [settled])
    try:
        answer = decide(batch, settled[said.command.id], Admission.APPLY)
    except NotPosted as failure:
        raise failure.problem from failure
    if answer.status is Status.REJECTED:
        raise RuleViolated(answer.code, **answer.fields)
    return answer


def _one_by_one(post: _Post) -> list[_Post]:
    envelope = post.envelope
    return [post._replace(envelope=replace(envelope, commands=(c,))) for c in envelope.commands]


_gatherings: WeakKeyDictionary[Engine, Gathering[_Post, list[Answer]]] = WeakKeyDictionary()
