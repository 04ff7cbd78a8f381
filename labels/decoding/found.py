"""One code found in a picture."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from math import cos, radians, sin
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

    def scaled(self, factor: float) -> "Found":
        """The same in a picture larger by this factor."""
        return self._moved(lambda x, y: (x * factor, y * factor))

    def turned(self, degrees: float, x_0: float, y_0: float) -> "Found":
        """The same in the picture turned counter-clockwise about this point."""
        sine, cosine = sin(radians(degrees)), cos(radians(degrees))

        def turn(x: float, y: float) -> tuple[float, float]:
            across, down = x - x_0, y - y_0
            return x_0 + across * cosine + down * sine, y_0 - across * sine + down * cosine

        return self._moved(turn)

    def _moved(self, move: Callable[[float, float], tuple[float, float]]) -> "Found":
        corners = [move(x, y) for x, y in self.position]
        first, second, third, fourth = ((round(x), round(y)) for x, y in corners)
        return replace(self, position=(first, second, third, fourth))


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
