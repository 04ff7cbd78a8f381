"""Exceptions: what was flagged, refused or is out of order, in words, and what would mend it.

To explain another code, add a line to EXPLANATIONS (flags of commands, states of the house) or to
REFUSALS (codes of rejected commands); what has no line of its own is explained by its source.
"""

from dataclasses import dataclass
from typing import Final, Literal

Source = Literal[
    "flagged",
    "rejected",
    "conflict",
    "quarantine",
    "lost_range",
    "negative",
    "estimated_price",
    "silent_device",
    "document",
]
Weight = Literal["act", "look", "note"]
Action = Literal[
    "nothing",
    "judge",
    "look",
    "correct",
    "bind",
    "release",
    "hold",
    "price",
    "call",
    "decide",
    "match_document",
    "open_follow_up",
    "approve_document",
    "accept_or_return",
    "return_to_supplier",
    "check_shipment",
]
REASON_LENGTH_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means and what to do about it, in both languages.

    weight: act (stock or money is wrong until somebody acts) | look (probably fine, look) | note
    (nothing to do: kept as resolved). action: what the desk offers.
    """

    weight: Weight
    action: Action
    zh: str
    en: str
    zh_do: str
    en_do: str


EXPLANATIONS: Final[dict[str, Explanation]] = {
    "negative": Explanation(
        "act", "look",
        "库存低于零：有一笔入库或移动还没有到达，或有人取错了位置。",
        "Stock is below zero: a receipt or move has not arrived yet, or somebody took from"
        " another place.",
        "去该库位看一眼；迟到的单据到达后自动关闭。",
        "Have the place looked at; it closes itself when the late receipt arrives.",
    ),
    "below_zero": Explanation(
        "note", "nothing",
        "此操作使库存低于零，见负库存异常。",
        "It took stock below zero; see the negative stock.",
        "无需处理。", "Nothing to do here.",
    ),
    "reserved_short": Explanation(
        "act", "release",
        "预留多于现有库存。",
        "More is reserved than is there.",
        "释放或改派预留，或核对该库位。",
        "Release or move a reservation, or have the place looked at.",
    ),
    "already_there": Explanation(
        "note", "nothing",
        "账上已是如此，没有记账。", "The books had it so already; nothing was posted.",
        "无需处理。", "Nothing to do.",
    ),
    "already_undone": Explanation(
        "note", "nothing",
        "已撤销过，第二次撤销没有记账。", "It was undone before; the second undo posted nothing.",
        "无需处理。", "Nothing to do.",
    ),
    "recount_ordered": Explanation(
        "note", "nothing",
        "移动可能落在盘点期间，已安排重盘。",
        "It may have happened during a count; a recount is ordered.",
        "等待重盘。", "Wait for the recount.",
    ),
    "expired_pass": Explanation(
        "look", "judge",
        "登录已过期时的操作：可能是换班后没有重新登录。",
        "Done under an expired sign-in: somebody else may have worked on.",
        "确认是谁操作的。", "Make sure who it was.",
    ),
    "after_loss": Explanation(
        "note", "nothing",
        "在一段丢失的操作之后，见丢失的操作。", "It followed lost commands; see the lost range.",
        "无需处理。", "Nothing to do here.",
    ),
    "unit_elsewhere": Explanation(
        "look", "look",
        "容器在账上位于别处。", "The handling unit stands elsewhere in the books.",
        "去看容器在哪里。", "Have it looked at where the unit is.",
    ),
    "unit_at_other_site": Explanation(
        "look", "look",
        "容器在账上位于另一个仓库，已按那里记账。",
        "The unit is at another site in the books; it was posted there.",
        "去看容器在哪里。", "Have it looked at where the unit is.",
    ),
    "new_lot": Explanation(
        "note", "nothing",
        "新的批号。", "A lot nobody had seen before.", "无需处理。", "Nothing to do.",
    ),
    "new_serial": Explanation(
        "note", "nothing",
        "新的序列号。", "A serial nobody had seen before.", "无需处理。", "Nothing to do.",
    ),
    "lot_missing": Explanation(
        "look", "look",
        "批号管理的货品没有扫批号。", "The item is kept by lot and no lot was scanned.",
        "去看一眼并补上批号。", "Have it looked at and name the lot.",
    ),
    "retired": Explanation(
        "look", "judge",
        "货品、库位、状态或货主已停用。", "Item, location, status or owner is retired.",
        "恢复启用，或把剩余库存移走。", "Bring it back into use, or move away what is left.",
    ),
    "count_decided": Explanation(
        "look", "look",
        "盘点已审批后才到的盘点行。", "A count line that came after its count was decided.",
        "再看一眼该库位。", "Have the place looked at again.",
    ),
    "accepted_from_quarantine": Explanation(
        "note", "nothing",
        "主管从隔离中接受。", "A supervisor accepted it from quarantine.",
        "无需处理。", "Nothing to do.",
    ),
    "returned_more_than_issued": Explanation(
        "look", "judge",
        "退回数量多于发出数量。", "More came back than was issued.",
        "核对退货，必要时更正。", "Check the return, and correct it if need be.",
    ),
    "expired_lot": Explanation(
        "act", "hold",
        "批次已过期。", "The lot is expired.",
        "改为冻结状态。", "Change its status to hold.",
    ),
    "unknown_document": Explanation(
        "act", "match_document",
        "收发时扫的单号没有登记：已按无单收发记账。",
        "The document that was named is not known; it was posted without one.",
        "找到或补做单据，再把这笔收发匹配上去。",
        "Find or make the document, then match what was posted to it.",
    ),
    "not_on_document": Explanation(
        "act", "match_document",
        "货品不在这张单据上：已记账，但没有计入单据。",
        "The item is not on the document; it was posted and does not count for it.",
        "确认收发的是不是另一张单据的货，再匹配过去。",
        "Find out whose goods they were, and match them to that document.",
    ),
    "wrong_document": Explanation(
        "act", "match_document",
        "单据不适合这个操作或这个仓库：已记账，但没有计入单据。",
        "The document does not fit the work or the site; it was posted and does not count for it.",
        "确认应计入哪张单据，再匹配过去。",
        "Find out which document it belongs to, and match it to that one.",
    ),
    "document_closed": Explanation(
        "look", "open_follow_up",
        "单据关闭之后才到的操作：已记账并计入，单据仍是关闭。",
        "It came after the document was closed: posted and counted, the document stays closed.",
        "打开单据核对；需要继续作业时重新打开。",
        "Look at the document; reopen it if work is to go on.",
    ),
    "document_not_approved": Explanation(
        "act", "approve_document",
        "单据还没有审核就开始作业：已记账，但没有计入单据。",
        "Work began before the document was approved; it was posted and does not count for it.",
        "审核单据，再把这笔操作匹配上去。",
        "Approve the document, then match what was posted to it.",
    ),
    "over_tolerance": Explanation(
        "act", "accept_or_return",
        "超出单据数量的允差：已按实际数量记账。",
        "More than the document's tolerance allows; it was posted as it is.",
        "与对方确认：接受多出的数量，或从单据下推退货。",
        "Ask the partner: accept what is too much, or make a return from the document.",
    ),
    "damaged_over_tolerance": Explanation(
        "act", "return_to_supplier",
        "破损超出允差。", "More is damaged than the tolerance allows.",
        "从单据下推采购退货，退给供应商。", "Make a purchase return from the document.",
    ),
    "received_before_shipped": Explanation(
        "look", "check_shipment",
        "调入先于调出记录：在途暂时为负。",
        "A transfer was received before it was shipped in the books; what is under way is below"
        " zero for now.",
        "核对调出仓库是否漏记发货；补记后自动平衡。",
        "Check the shipment at the other site; once it is recorded, it evens out.",
    ),
    "rejected": Explanation(
        "act", "correct",
        "操作被拒绝，账上没有记。", "It was refused; the books know nothing of it.",
        "更正后重新提交，或确认没有发生。",
        "Correct it and send it again, or make sure that it did not happen.",
    ),
    "conflict": Explanation(
        "look", "judge",
        "同一编号的另一内容：没有记账。", "Another content under the same id: nothing was posted.",
        "确认它是否发生过，必要时补录。", "Find out whether it happened, and enter it if so.",
    ),
    "quarantine": Explanation(
        "act", "decide",
        "不可信的操作，等待主管决定。", "A command nobody believes yet.",
        "确认是否发生：接受或拒绝。", "Did it happen? Accept or refuse it.",
    ),
    "lost_range": Explanation(
        "act", "look",
        "手持机丢失了一段操作，相关库位已安排查看。",
        "A handheld lost commands; the places around them are to be looked at.",
        "问清这段时间做了什么，等待查看结果。",
        "Ask what was done in that time, and wait for the looks.",
    ),
    "estimated_price": Explanation(
        "look", "price",
        "入库仍为暂估价。", "The price of a receipt is still estimated.",
        "录入实际价格。", "Enter the price.",
    ),
    "silent_device": Explanation(
        "look", "call",
        "手持机有未发送的数据，且长时间没有联系。",
        "A handheld holds unsent commands and was not heard for long.",
        "找到它并连上网络；可以让它响铃。", "Find it and bring it into the net; it can be rung.",
    ),
}  # fmt: skip

_BIND = Explanation(
    "act", "bind",
    "扫到的条码没有登记。", "A barcode nobody knows was scanned.",
    "把条码绑定到货品，再更正此操作。", "Bind the barcode to its item, then correct the command.",
)  # fmt: skip
_DID_NOT = Explanation(
    "note", "nothing",
    "主管认定没有发生。", "A supervisor decided that it did not happen.",
    "无需处理。", "Nothing to do.",
)  # fmt: skip
REFUSALS: Final[dict[str, Explanation]] = {
    "unknown_item": _BIND,
    "unknown_barcode": _BIND,
    "refused_by_supervisor": _DID_NOT,
}
"""Rejected commands whose code asks for something else than a correction."""

_UNKNOWN_FLAG = Explanation(
    "look", "judge",
    "已记账，但有异常。", "It was posted, and something was odd.",
    "核对并说明处理结果。", "Look into it and say what came of it.",
)  # fmt: skip
_WEIGHTS: Final = ("act", "look", "note")


def explain(source: str, code: str) -> Explanation:
    """What an exception of this source and code means."""
    if source == "rejected":
        return REFUSALS.get(code, EXPLANATIONS["rejected"])
    return EXPLANATIONS.get(code) or EXPLANATIONS.get(source) or _UNKNOWN_FLAG


def weightiest(codes: tuple[str, ...]) -> str:
    """Of the flags of one command, the one that asks for most."""
    return min(codes, key=lambda code: _WEIGHTS.index(explain("flagged", code).weight))
