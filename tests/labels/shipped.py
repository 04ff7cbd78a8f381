"""The shipped designs and what a scanner must say of their sample data, written by hand."""

from labels import design_names, load_design

SSCC = "00395011015300000011"
CONTENT = "0209501101530003" + "370480"
ALL_OF_THE_PALLET = SSCC + "0209501101530003" + "15261231" + "370480\x1d" + "10L2409A"

SAYS: dict[str, list[str]] = {
    "aisle-60x40": [],
    "aisle-70x40": [],
    "badge-86x54": ["]Q1W:OP-0171"],
    "carton-100x100": ["]C0T:CTN00012345", "]Q1T:CTN00012345"],
    "commands-86x122": [
        f"]Q1C:{name}" for name in ("DONE", "EMPTY", "MENU", "OK", "PRINT", "QTY", "SKIP", "UNDO")
    ],
    "count-ticket-70x100": ["]Q1D:CT-000417"],
    "cover-sheet-a4": ["]C0D:PO-2026-00417", "]Q1D:PO-2026-00417"],
    "day-badge-86x54": ["]Q1W:OP-0171"],
    "handling-unit-80x50": ["]C0T:LPN0001234", "]Q1T:LPN0001234"],
    "item-38x21": ["]Q16901234567892"],
    "item-40x30": ["]Q16901234567892"],
    "item-63x34": ["]Q16901234567892"],
    "location-38x21": ["]Q1L:A-03-12"],
    "location-60x40": ["]Q1L:A-03-12"],
    "location-63x34": ["]Q1L:A-03-12"],
    "location-70x40": ["]Q1L:A-03-12"],
    "lot-60x40": ["]d2" + "0109501101530003" + "17261231" + "10L2409A"],
    "pallet-100x150": ["]C1" + SSCC, "]C1" + CONTENT, "]d2" + ALL_OF_THE_PALLET],
    "serial-40x20": ["]d2" + "0109501101530003" + "21SN26-000183"],
    "tote-80x40": ["]C0T:TOTE-0042", "]Q1T:TOTE-0042"],
}


def samples(language: str) -> list[tuple[str, dict[str, str]]]:
    """(design, its sample data) of every shipped design."""
    return [(name, load_design(name).sample(language)) for name in design_names()]
