"""A document on paper: its head, its lines and its barcode (D:PO-2611-0001), as PDF.

Prices and amounts stand on it only for those who may read cost, and only if they ask.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import labels
from server.domain.document_words import TITLES, word
from server.domain.errors import NotFound
from server.domain.numbers import EXACT, ZERO, plain, round_money
from server.domain.people import Actor
from server.services.keep_designs import refusals
from server.store.db import reading
from server.store.queries.documents import document_view

_STATES = {"done": "done_state"}


def print_document(
    document_id: int, actor: Actor, *, paper: str, language: str, prices: bool, copies: int
) -> bytes:
    """The PDF.

    Raises NotFound `unknown_document`, NotPermitted for prices, InvalidInput as labels says
    (`paper_unknown`, `bad_copies`, `text_does_not_fit`, …).
    """
    if prices:
        actor.require("cost.read")
    with reading() as session:
        document = document_view(session, document_id, actor.site_ids)
    if document is None:
        raise NotFound("unknown_document", document=str(document_id))
    printed = _printed(document, language, prices)
    with refusals():
        rendered = labels.render_documents([printed], paper=paper, language=language, copies=copies)
    return rendered.content


def _printed(document: dict[str, Any], language: str, prices: bool) -> labels.PrintedDocument:
    lines = document["lines"]
    return labels.PrintedDocument(
        title=TITLES[document["kind"]][language],
        number=document["number"],
        head=_head(document, language),
        columns=_columns(language, prices),
        lines=[_line(line, language, prices) for line in lines],
        totals=_totals(lines, language, prices),
        foot=[(word("remarks", language), document["remarks"])] if document["remarks"] else [],
        signatures=[
            (word("prepared", language), document["created_by"] or ""),
            (word("checked", language), document["approved_by"] or ""),
            (word("warehouse", language), ""),
        ],
    )


def _head(document: dict[str, Any], language: str) -> list[tuple[str, str]]:
    state = document["state"]
    facts: Sequence[tuple[str, Any]] = (
        ("supplier", document["supplier"] and f"{document['supplier']} {document['partner_name']}"),
        ("customer", document["customer"] and f"{document['customer']} {document['partner_name']}"),
        ("date", document["document_date"]),
        ("due", document["due_date"]),
        ("site", document["site"]),
        ("to_site", document["to_site"]),
        ("external", document["external_number"]),
        ("origin", document["origin"]),
        ("reason", word(document["reason"], language)),
        ("state", word(_STATES.get(state, state), language)),
    )
    return [(word(name, language), str(value).strip()) for name, value in facts if value]


def _columns(language: str, prices: bool) -> list[labels.Column]:
    wanted: list[tuple[str, float, Any]] = [
        ("item", 3.0, "code"),
        ("name", 5.0, "text"),
        ("lot", 2.0, "code"),
        ("location", 2.0, "code"),
        ("unit", 1.2, "text"),
        ("ordered", 1.9, "number"),
        ("done", 1.9, "number"),
    ]
    if prices:
        wanted += [("price", 2.0, "number"), ("amount", 2.2, "number")]
    return [labels.Column(word(name, language), width, kind) for name, width, kind in wanted]


def _line(line: dict[str, Any], language: str, prices: bool) -> list[str]:
    other = "en" if language == "zh" else "zh"
    name = line[f"name_{language}"] or line[f"name_{other}"]
    cells = [
        line["item"],
        f"{name} {line['specification']}".strip(),
        line["lot"],
        line["location"] or "",
        line["base_unit"],
        plain(line["quantity"]),
        plain(line["done"]),
    ]
    if prices:
        price = line["price"]
        cells += ["" if price is None else plain(price), _amount(line)]
    return cells


def _amount(line: dict[str, Any]) -> str:
    if line["price"] is None:
        return ""
    return plain(round_money(EXACT.multiply(line["quantity"], line["price"])))


def _totals(lines: Sequence[dict[str, Any]], language: str, prices: bool) -> list[str]:
    """Quantities of one unit add up; those of several do not."""
    one_unit = len({line["base_unit"] for line in lines}) == 1
    totals = [word("total", language), "", "", "", ""]
    for name in ("quantity", "done"):
        total = sum((line[name] for line in lines), ZERO)
        totals.append(plain(total) if one_unit else "")
    if prices:
        amounts = [Decimal(_amount(line) or 0) for line in lines]
        totals += ["", plain(sum(amounts, ZERO))]
    return totals
