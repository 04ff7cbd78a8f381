"""What becomes of a print job: who may print it, what is sure, what is in doubt.

    queued › leased › sending › sent › confirmed | unverified | failed | expired | cancelled
    queued | leased | sending | sent ‹› paused(reason)

Numbers count the formats a printer gets, 1 … labels: confirmed ≤ sent ≤ labels. `handed` is the
highest that was given to the station. A station says "sending" before it sends anything, and goes
on while the server is away: from then on all that was handed to it may be on paper. A label is
never printed twice in silence: what may have been is in `doubtful`, or a person said that it was
not printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from uuid import UUID

from server.domain.errors import Conflict, InvalidInput, RuleViolated

HELD: Final = ("leased", "sending", "sent")
"""A station has it and its lease lives."""
ENDED: Final = ("confirmed", "unverified", "failed", "expired", "cancelled")
STATES: Final = ("queued", *HELD, "paused", *ENDED)
REPORTED: Final = ("sending", "sent", "confirmed", "unverified", "paused", "failed")
"""States a station may report."""
PERSON_DECIDES: Final = "check_last_label"
STATION_LOST: Final = "station_lost"
LABEL_REFUSED: Final = "label_refused"
UNFIT: Final = ("wrong_media", "wrong_resolution")
"""Reasons of the server itself: the printer changed while the job waited."""
REASONS: Final = (
    "no_paper",
    "no_ribbon",
    "head_open",
    "paused_by_hand",
    "buffer_full",
    "paper_jam",
    "overheated",
    "cutter",
    "unreachable",
    "no_answer",
    "connection_lost",
    "spool_full",
    PERSON_DECIDES,
    STATION_LOST,
    *UNFIT,
    LABEL_REFUSED,
    "unknown_fault",
)
LANGUAGES: Final = ("zpl", "tspl", "pdf")
PRINTER_STATES: Final = ("ready", "printing", "paused", "offline", "unknown")
LEASABLE_STATES: Final = ("ready", "printing", "unknown")
"""A printer in trouble gets no further jobs: they wait where they can still be redirected."""
REPRINT_REASONS: Final = ("damaged", "lost", "misprint", "unreadable", "other")
NUMBER_FIELDS: Final = frozenset({"sscc", "lpn", "serial", "tote"})
"""A design with one of these prints numbers that stand for one thing only."""
LEASE_S: Final = 60
HOURS_USUAL: Final = 8
HOURS_MOST: Final = 7 * 24
PRIORITY_USUAL: Final = 5


@dataclass(frozen=True, slots=True)
class Printing:
    """One job, as far as these rules go."""

    state: str
    labels: int
    numbered: bool
    expires_at: int
    reason: str = ""
    sent: int = 0
    confirmed: int = 0
    handed: int = 0
    doubtful: tuple[int, ...] = ()
    lease: UUID | None = None
    agent: UUID | None = None
    leased_until: int | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_unheard(self) -> bool:
        """Whether a station may be printing more of it than it said: also one that waits for
        paper goes on by itself, while we may not hear it."""
        waits = self.state == "paused" and self.lease is not None
        return self.state in ("sending", "sent") or (waits and self.reason != PERSON_DECIDES)

    @property
    def maybe_printed(self) -> int:
        """The highest number that may be on paper."""
        return max(self.handed, self.sent) if self.is_unheard else self.sent

    @property
    def in_doubt(self) -> bool:
        """Whether nobody can say, without looking, which labels are on paper."""
        return self.maybe_printed > self.confirmed


class Report(NamedTuple):
    """What a station says about a job."""

    state: str
    sent: int
    confirmed: int
    reason: str = ""
    doubtful: tuple[int, ...] = ()


def offer(job: Printing, agent: UUID, lease: UUID, now: int) -> Printing:
    """Lease a waiting job to a station's agent."""
    until = now + LEASE_S * 1000
    return replace(
        job, state="leased", reason="", lease=lease, agent=agent, leased_until=until, handed=0
    )


def extend(job: Printing, now: int) -> Printing:
    """Its agent is there: the lease goes on; a job whose agent was thought lost is its again."""
    until = now + LEASE_S * 1000
    if job.state == "paused" and job.reason == STATION_LOST:
        return replace(job, state="sending", reason="", leased_until=until)
    return replace(job, leased_until=until)


def hand_out(job: Printing, through: int) -> Printing:
    """The agent fetched labels up to this number."""
    return replace(job, handed=max(job.handed, through))


def run_out(job: Printing) -> Printing:
    """The lease ended without a word. Nothing sent: somebody else may have the job. Something may
    have been sent: only the same agent, or a person, knows."""
    if job.reason == PERSON_DECIDES:
        return job
    if job.state == "leased":
        return _free(job, "queued")
    return replace(job, state="paused", reason=STATION_LOST)


def expire(job: Printing) -> Printing:
    """Too old to be wanted; only for jobs that wait."""
    return _free(job, "expired", job.reason)


def cancel(job: Printing) -> Printing:
    """Nobody wants it any more. Raises RuleViolated `print_job_ended`."""
    _require_open(job)
    return _free(job, "cancelled")


def unfit(job: Printing, reason: str) -> Printing:
    """Its printer holds something else now; nothing of it was sent there since it was offered."""
    return _free(job, "paused", reason)


def refuse(job: Printing) -> Printing:
    """One of its labels cannot be read back: none of what is left leaves."""
    return _free(job, "failed", LABEL_REFUSED)


def requeue(job: Printing, printed: int | None) -> Printing:
    """A person lets a job go on, perhaps elsewhere; `printed`: the last label that came out well.

    Raises RuleViolated `print_job_ended`; InvalidInput `say_what_was_printed` when only a look at
    the paper can tell and nobody told, `bad_print_numbers`.
    """
    _require_open(job)
    if printed is None:
        return _free(_with_doubt(job), "queued")
    if not job.confirmed <= printed <= job.labels:
        raise InvalidInput("bad_print_numbers", least=job.confirmed, most=job.labels)
    doubtful = _merged(job.doubtful, _still_printing(job, printed))
    told = replace(job, confirmed=printed, sent=printed, doubtful=doubtful)
    return _free(told, "confirmed" if printed == job.labels else "queued")


def _still_printing(job: Printing, printed: int) -> range:
    """What a station nobody hears may print yet, after somebody looked."""
    return range(printed + 1, job.maybe_printed + 1) if job.is_unheard else range(0)


def _with_doubt(job: Printing) -> Printing:
    """Labels nobody vouches for are printed again and said to be doubtful; never numbered ones."""
    if not job.in_doubt:
        return replace(job, sent=job.confirmed)
    if job.numbered or job.reason == PERSON_DECIDES:
        first, last = job.confirmed + 1, job.maybe_printed
        raise InvalidInput("say_what_was_printed", first=first, last=last)
    doubtful = _merged(job.doubtful, range(job.confirmed + 1, job.maybe_printed + 1))
    return replace(job, sent=job.confirmed, doubtful=doubtful)


def resume(job: Printing, printed: int | None) -> Printing:
    """A person lets a paused job go on.

    Raises RuleViolated `print_job_not_paused`, `station_has_it` (it goes on by itself once its
    printer is mended; say what was printed to take it away), and as `requeue`.
    """
    if job.state != "paused":
        raise RuleViolated("print_job_not_paused", state=job.state)
    has_it = job.lease is not None and job.reason not in (PERSON_DECIDES, STATION_LOST)
    if has_it and printed is None:
        raise RuleViolated("station_has_it", reason=job.reason)
    return requeue(job, printed)


def take_report(job: Printing, lease: UUID, report: Report, now: int) -> Printing:
    """What a station says; saying it again changes nothing, and numbers never go back.

    Raises Conflict `lease_lost` when the job is not this agent's (any more), or has ended in
    another way than it says: nothing more of it may be printed. InvalidInput `bad_print_numbers`.
    """
    if job.lease != lease or (job.ended and report.state != job.state):
        raise Conflict("lease_lost", state=job.state)
    if job.ended:
        return job
    _check(job, report)
    if job.reason == PERSON_DECIDES:
        return replace(job, leased_until=now + LEASE_S * 1000)
    confirmed = max(job.confirmed, report.confirmed)
    if report.state == "confirmed":
        confirmed = job.labels
    sent = max(job.sent, report.sent, confirmed)
    return replace(
        job,
        state=report.state,
        reason=report.reason if report.state in ("paused", "failed") else "",
        confirmed=confirmed,
        sent=sent,
        handed=max(job.handed, sent),
        doubtful=_merged(job.doubtful, report.doubtful),
        leased_until=now + LEASE_S * 1000,
    )


def _check(job: Printing, report: Report) -> None:
    numbers = (report.sent, report.confirmed, *report.doubtful)
    short = report.state == "confirmed" and report.confirmed != job.labels
    if short or not all(0 <= number <= job.labels for number in numbers):
        raise InvalidInput("bad_print_numbers", least=0, most=job.labels)


def _require_open(job: Printing) -> None:
    if job.ended:
        raise RuleViolated("print_job_ended", state=job.state)


def _free(job: Printing, state: str, reason: str = "") -> Printing:
    return replace(
        job, state=state, reason=reason, lease=None, agent=None, leased_until=None, handed=0
    )


def _merged(known: Iterable[int], more: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({*known, *more}))
