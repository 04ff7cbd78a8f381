"""Documents: kinds, states, tolerances and progress. What is counted where is kept elsewhere.

draft 草稿 → approved 已审核 → in_progress 执行中 → done 完成, and from any of them closed 关闭.
What was approved goes back to draft by reversal (反审核, 红冲). From approved on the state follows
what the movements that name the lines have done: it is never set by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from server.domain.errors import InvalidInput, RuleViolated
from server.domain.numbers import EXACT, ZERO, plain

LINES_MOST: Final = 2_000
REMARKS_MOST: Final = 2_000
PERCENT_MOST: Final = Decimal(1000)
STATES: Final = ("draft", "approved", "in_progress", "done", "closed")
OPEN_STATES: Final = ("approved", "in_progress")
ACTIVE_STATES: Final = (*OPEN_STATES, "done")
"""In these, what the floor reports counts."""

ISSUE_REASONS: Final = ("own_use", "sample", "gift", "damage")
"""领用, 样品, 赠品, 报损"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    partner: supplier | customer | "". commands: what handhelds and desks do it by. outward: goods
    leave the site. origins: which kinds it may come from; fulfils: what is done of it is done of
    its origin as well. reasons: one of these must be given.
    """

    name: str
    prefix: str
    partner: str
    commands: frozenset[str]
    outward: bool
    origins: tuple[str, ...] = ()
    fulfils: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether goods go from one site of ours to another."""
        return self.name == "transfer"


_RECEIVE, _PICK = frozenset({"receive_line"}), frozenset({"pick_line", "short_pick", "ship_unit"})
_TRANSFER = frozenset({"ship_transfer", "receive_transfer", "short_pick"})
_LEAVE = frozenset({"issue_other", "scrap_stock", "short_pick"})
KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("purchase_order", "PO", "supplier", _RECEIVE, outward=False),
        Kind(
            "receipt", "GR", "supplier", _RECEIVE, False, origins=("purchase_order",), fulfils=True
        ),
        Kind("other_receipt", "OR", "", frozenset({"receive_other"}), outward=False),
        Kind("sales_order", "SO", "customer", _PICK, outward=True),
        Kind("issue", "GI", "customer", _PICK, True, origins=("sales_order",), fulfils=True),
        Kind("other_issue", "OI", "", _LEAVE, outward=True, reasons=ISSUE_REASONS),
        Kind("purchase_return", "PR", "supplier", _PICK, True, ("purchase_order", "receipt")),
        Kind(
            "sales_return",
            "SR",
            "customer",
            frozenset({"return_line"}),
            False,
            ("sales_order", "issue"),
        ),
        Kind("transfer", "TR", "", _TRANSFER, outward=True),
    )
}
SERVED_BY_DOCUMENTS: Final = frozenset().union(*(kind.commands for kind in KINDS.values()))
"""Commands whose `document` is looked up; on others it is a mere remark."""

TRANSFER_MODES: Final = ("direct", "stepwise")


def kind_of(name: str) -> Kind:
    """The kind. Raises InvalidInput `bad_choice`."""
    if name not in KINDS:
        raise InvalidInput("bad_choice", field="kind", value=name[:40], allowed=list(KINDS))
    return KINDS[name]


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Percent of the ordered quantity that may come or go over or under it, or be damaged."""

    over: Decimal = ZERO
    under: Decimal = ZERO
    damaged: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a line has come; base units.

    arrived: what left the house, or reached the other site. For documents that need both (a
    stepwise transfer), a line is complete when everything done has arrived.
    """

    ordered: Decimal
    done: Decimal = ZERO
    arrived: Decimal = ZERO
    rejected: Decimal = ZERO
    short: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        """What is still to be done; never below zero."""
        return max(self.ordered - self.done, ZERO)

    @property
    def under_way(self) -> Decimal:
        """Shipped and not received yet."""
        return max(self.done - self.arrived, ZERO)

    def most(self, tolerances: Tolerances) -> Decimal:
        """The most that may be done in all."""
        return self.ordered + share(self.ordered, tolerances.over)

    def least(self, tolerances: Tolerances) -> Decimal:
        """The least that fulfils the line."""
        return max(self.ordered - share(self.ordered, tolerances.under), ZERO)

    def is_complete(self, tolerances: Tolerances, *, must_arrive: bool = False) -> bool:
        """Whether nothing more is due."""
        if self.done < self.least(tolerances):
            return False
        return not must_arrive or self.arrived >= self.done

    @property
    def begun(self) -> bool:
        """Whether anything was done, or arrived, or could not be done."""
        return bool(self.done or self.arrived or self.short)


def share(quantity: Decimal, percent: Decimal) -> Decimal:
    """That many percent of a quantity."""
    return EXACT.divide(EXACT.multiply(quantity, percent), Decimal(100))


def state_after(state: str, lines: Sequence[tuple[Progress, Tolerances]], must_arrive: bool) -> str:
    """The state that follows from the lines' progress; draft and closed stay."""
    if state not in ACTIVE_STATES:
        return state
    if lines and all(
        progress.is_complete(tolerances, must_arrive=must_arrive) for progress, tolerances in lines
    ):
        return "done"
    return "in_progress" if any(progress.begun for progress, _ in lines) else "approved"


def split(quantity: Decimal, opens: Sequence[Decimal]) -> list[Decimal]:
    """A quantity over lines of the same item in their order: each up to what is open of it, the
    rest on the last one. [] lines get []."""
    shares: list[Decimal] = []
    left = quantity
    for open_quantity in opens:
        part = min(left, max(open_quantity, ZERO))
        shares.append(part)
        left -= part
    if shares and left:
        shares[-1] += left
    return shares


def flags_of_progress(before: Progress, after: Progress, tolerances: Tolerances) -> set[str]:
    """What is odd about a step from one to the other."""
    flags = set()
    if after.done > after.most(tolerances) and after.done > before.done:
        flags.add("over_tolerance")
    most_damaged = None if tolerances.damaged is None else share(after.ordered, tolerances.damaged)
    if most_damaged is not None and after.rejected > max(before.rejected, most_damaged):
        flags.add("damaged_over_tolerance")
    if after.arrived > after.done and after.arrived > before.arrived:
        flags.add("received_before_shipped")
    return flags


def require_state(state: str, *allowed: str) -> None:
    """Raises RuleViolated `document_state` unless the document is in one of these."""
    if state not in allowed:
        raise RuleViolated("document_state", state=state, allowed=list(allowed))


def refuse_step(code: str, progress: Progress, asked: Decimal, tolerances: Tolerances) -> None:
    """What a request is told where a fact would be flagged."""
    raise RuleViolated(
        code,
        ordered=plain(progress.ordered),
        done=plain(progress.done),
        asked=plain(asked),
        most=plain(progress.most(tolerances)),
    )


def is_expired(expires_on: date | None, day: date) -> bool:
    """The day printed on it is its last good one."""
    return expires_on is not None and expires_on < day
