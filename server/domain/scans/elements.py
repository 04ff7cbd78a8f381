"""The elements a warehouse acts on, as fields of a reading."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from server.domain.gs1 import Element, code_date, decimal_value
from server.domain.scans.words import Reading


def with_elements(reading: Reading, elements: Sequence[Element], reference_year: int) -> Reading:
    """The reading with its elements taken apart. Raises ScanError bad_code_date."""
    values = dict(elements)

    def day(*ais: str) -> date | None:
        found = [ai for ai in ais if ai in values]
        return code_date(found[0], values[found[0]], reference_year) if found else None

    counted = values.get("37", values.get("30"))
    return replace(
        reading,
        elements=tuple(elements),
        gtin=values.get("01"),
        content_gtin=values.get("02"),
        sscc=values.get("00"),
        gln=values.get("414"),
        lot=values.get("10"),
        serial=values.get("21"),
        expiry=day("17", "7003"),
        best_before=day("15"),
        sell_by=day("16"),
        production_date=day("11"),
        packaging_date=day("13"),
        count=int(counted) if counted else None,
        weight_kg=_measure(values, "310"),
        gross_weight_kg=_measure(values, "330"),
        price=_measure(values, "392"),
        order_number=values.get("400"),
    )


def _measure(values: Mapping[str, str], family: str) -> Decimal | None:
    for ai, value in values.items():
        if len(ai) == 4 and ai.startswith(family):
            return decimal_value(ai, value)
    return None
