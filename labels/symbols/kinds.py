"""The kinds of symbols as data: sizes, quiet zones, what scanners say of them.

Sources. [G] GS1 General Specifications: 5.2.3.4 (EAN/UPC quiet zones), 5.3.2.2 (ITF-14), 5.4.4
(GS1-128: 10X, 48 characters), 5.9.3 symbol specification tables 1 (0.249 mm for printing on demand;
0.396 mm for two-dimensional symbols) and 2 (0.495 mm for logistics). [I] the symbology's standard:
ISO/IEC 15417, 18004 (QR: 4X), 16022 (Data Matrix: 1X), 15438 (PDF417: 2X), 15424 (identifiers).
[H] the house: two dots of 0.125 mm for internal linear symbols, three for small matrices, half a
millimetre for QR codes read at arm's length, a second module of quiet around Data Matrix.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for all symbols of a kind.

    aim: symbology identifiers of ISO/IEC 15424 a scanner may announce it with. quiet: light
    modules on each side (linear symbols: left and right). most: characters of data, without FNC1
    at the start. digits: exact length of a number, 0 when it is none.
    """

    name: str
    aim: tuple[str, ...]
    quiet: int
    min_module_mm: float
    most: int
    linear: bool = False
    gs1: bool = False
    digits: int = 0


KINDS = {
    kind.name: kind
    for kind in (
        Kind("code128", ("]C0",), 10, 0.25, 80, linear=True),  # [I] [H]
        Kind("gs1_128", ("]C1",), 10, 0.495, 48, linear=True, gs1=True),  # [G]
        # [G] wants 11X before and 7X behind an EAN-13: the wider serves both sides.
        Kind("ean13", ("]E0",), 11, 0.249, 13, linear=True, digits=13),
        Kind("ean8", ("]E4",), 7, 0.249, 8, linear=True, digits=8),  # [G]
        Kind("upca", ("]E0",), 9, 0.249, 12, linear=True, digits=12),  # [G]
        Kind("itf14", ("]I0", "]I1"), 10, 0.495, 14, linear=True, digits=14),  # [G]
        Kind("qr", ("]Q1",), 4, 0.5, 512),  # [I] [H]
        Kind("gs1_qr", ("]Q3",), 4, 0.396, 512, gs1=True),  # [I] [G]
        Kind("digital_link_qr", ("]Q1",), 4, 0.396, 512, gs1=True),  # [I] [G]
        Kind("datamatrix", ("]d1",), 2, 0.375, 512),  # [I] [H]
        Kind("gs1_datamatrix", ("]d2",), 2, 0.396, 512, gs1=True),  # [I] [H] [G]
        Kind("pdf417", ("]L2", "]L1", "]L0"), 2, 0.25, 512),  # [I] [H]
    )
}
"""Every kind by its name."""
