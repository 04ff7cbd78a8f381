"""One code found in a picture."""

from dataclasses import asdict, dataclass
from typing import Any

Corner = tuple[int, int]
Quad = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Found:
    """What one decoder read.

    symbology: code128, ean13, upca, qr, datamatrix ... aim: ISO/IEC 15424 identifier ("" where
    the decoder cannot tell). text: the content, FNC1 as GS. data: its bytes. position: corners in
    pixels from the upper left of the picture as it is shown; the first is the symbol's own upper
    left as far as the decoder knows. decoder: zxing-cpp | zbar.
    """

    symbology: str
    aim: str
    text: str
    data: bytes
    position: Quad
    decoder: str

    def as_json(self) -> dict[str, Any]:
        """The same for JSON, the bytes as hexadecimal."""
        return asdict(self) | {"data": self.data.hex()}


def found_from_json(told: dict[str, Any]) -> Found:
    """What as_json wrote."""
    first, second, third, fourth = ((int(x), int(y)) for x, y in told["position"])
    data = bytes.fromhex(told["data"])
    return Found(**told | {"data": data, "position": (first, second, third, fourth)})


def upc_a(symbology: str, text: str) -> tuple[str, str]:
    """An EAN-13 that begins with 0 is the UPC-A of its other twelve digits."""
    if symbology == "ean13" and text.startswith("0"):
        return "upca", text[1:]
    return symbology, text
