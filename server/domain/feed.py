"""Who may read what of the change feed: by the first word of a topic, and by what it tells."""

from collections.abc import Mapping
from typing import Any, Final

from server.domain.people import Actor

_READ_BY: Final[dict[str, tuple[str, ...]]] = {
    "items.read": (
        "item", "packaging", "barcode", "category", "lot", "supplier", "supplier_item", "item_site",
        "customer", "owner", "status", "picture",
    ),
    "places.read": ("site", "zone", "location", "period", "handling_unit"),
    "movements.read": ("movement", "command", "scan"),
    "stock.read": ("reservation", "stock"),
    "documents.read": ("document",),
    "counts.read": ("count", "count_task", "recount"),
    "alerts.read": ("alert",),
    "exceptions.read": ("exception",),
    "turnover.read": ("turnover",),
    "imports.write": ("import", "import_batch", "column_map"),
    "devices.read": ("device", "enrolment_code", "lost_range", "range", "quarantine"),
    "cost.read": ("receipt", "revaluation"),
    "labels.read": ("print", "printer", "label_design", "number_range", "number", "unit"),
    "settings.read": ("setting",),
    "messages.read": (
        "webhook", "channel", "channel_subscription", "message_template", "message", "board",
    ),
    "reports.write": (
        "report", "report_schedule", "export_profile", "export_batch", "month_end_pack",
    ),
    "people.read": ("user", "user_pass", "session", "token", "sign_in"),
}  # fmt: skip
PERMISSION_OF: Final = {kind: name for name, kinds in _READ_BY.items() for kind in kinds}

COST_FACTS: Final = frozenset({"value", "unit_cost", "cost", "cogs", "price", "stock_value"})
"""Facts of a payload that only those see who may read cost."""


def may_read_topic(actor: Actor, topic: str) -> bool:
    """Whether this actor's role shows rows of the topic; what nobody named, only those see who may
    verify the installation."""
    return actor.may(PERMISSION_OF.get(topic.partition(".")[0], "verify"))


def without_cost(fact: Any) -> Any:
    """The same without what only those see who may read cost, however deep."""
    if isinstance(fact, Mapping):
        return {name: without_cost(inner) for name, inner in fact.items() if name not in COST_FACTS}
    return [without_cost(inner) for inner in fact] if isinstance(fact, list) else fact


def shown_payload(actor: Actor, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload without what the actor may not know."""
    if actor.may("cost.read"):
        return dict(payload)
    return {name: fact for name, fact in payload.items() if name not in COST_FACTS}
