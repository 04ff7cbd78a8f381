"""Data in, a symbol out."""

from collections.abc import Mapping, Sequence

from labels.errors import LabelError
from labels.gs1 import Element
from labels.symbols import matrix
from labels.symbols.contents import (
    bracketed,
    checked_elements,
    checked_length,
    checked_number,
    checked_text,
    element_string,
)
from labels.symbols.digital_link import RESOLVER, digital_link
from labels.symbols.kinds import KINDS, Kind
from labels.symbols.linear import linear_row
from labels.symbols.symbol import Symbol

Options = Mapping[str, str | float]

OPTIONS = ("ec", "field", "min_module_mm", "resolver")


def make_symbol(kind: str, data: str, *, options: Options | None = None) -> Symbol:
    """The symbol that says this data.

    data: for GS1 kinds (01)... text or an element string with GS; else printable ASCII, numbers
    with their check digit. options: ec (QR: L M Q H, usually M; Q for locations and floors),
    field (the name errors give), min_module_mm (raises the kind's own, for reading from afar),
    resolver (Digital Link: what comes before the key, https://...).
    Raises LabelError: unknown_symbol, bad_option, and as checked_text, checked_number,
    checked_elements and digital_link say.
    """
    if kind not in KINDS:
        raise LabelError("unknown_symbol", _field(options), value=kind, allowed=", ".join(KINDS))
    asked = options or {}
    _check_options(asked)
    return _made(KINDS[kind], data, asked)


def _made(kind: Kind, data: str, options: Options) -> Symbol:
    elements = checked_elements(data, _field(options)) if kind.gs1 else ()
    said = _said(kind, data, elements, options)
    return Symbol(
        kind=kind.name,
        data=said,
        text=bracketed(elements) or said,
        rows=_rows(kind, said, elements, str(options.get("ec", "M"))),
        quiet_x=kind.quiet,
        quiet_y=0 if kind.linear else kind.quiet,
        min_module_mm=max(kind.min_module_mm, float(options.get("min_module_mm", 0))),
        linear=kind.linear,
    )


def _said(kind: Kind, data: str, elements: Sequence[Element], options: Options) -> str:
    """What a scanner returns."""
    field = _field(options)
    if kind.name == "digital_link_qr":
        uri = digital_link(elements, str(options.get("resolver", RESOLVER)), field)
        return checked_length(kind, uri, field)
    if kind.gs1:
        return checked_length(kind, element_string(elements), field)
    return (checked_number if kind.digits else checked_text)(kind, data, field)


def _rows(kind: Kind, said: str, elements: Sequence[Element], level: str) -> matrix.Rows:
    if kind.linear:
        return (linear_row(kind.name, said),)
    match kind.name:
        case "gs1_qr":
            return matrix.gs1_qr_rows(elements, level)
        case "datamatrix":
            return matrix.data_matrix_rows(said)
        case "gs1_datamatrix":
            return matrix.gs1_data_matrix_rows(elements)
        case "pdf417":
            return matrix.pdf417_rows(said)
    return matrix.qr_rows(said, level)


def _check_options(options: Options) -> None:
    field = _field(options)
    for name in options:
        if name not in OPTIONS:
            raise LabelError("bad_option", field, name=name, allowed=", ".join(OPTIONS))
    if options.get("ec", "M") not in matrix.LEVELS:
        raise LabelError("bad_option", field, name="ec", allowed=", ".join(matrix.LEVELS))
    least = options.get("min_module_mm", 0)
    if isinstance(least, str) or not 0 <= least <= 10:
        raise LabelError("bad_option", field, name="min_module_mm", allowed="0-10")


def _field(options: Options | None) -> str:
    return str((options or {}).get("field", ""))
