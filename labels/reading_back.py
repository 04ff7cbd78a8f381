"""Reading symbols back off the finished picture: a label that cannot be read never leaves.

Only what a scanner may rely on is shown to the decoders: the symbol and its quiet zone, cut out
of the picture that is printed, with all that was drawn over them.
"""

from collections.abc import Sequence

from PIL import Image
from zxingcpp import BarcodeFormat, BarcodeFormats

from labels.decoding.found import Found, upc_a
from labels.decoding.zbar import has_zbar, read_zbar
from labels.decoding.zxing import Effort, read_zxing
from labels.drawing import Placed
from labels.errors import LabelError
from labels.symbols import KINDS, Symbol

_FORMATS = {
    "code128": ("code128", BarcodeFormat.Code128),
    "gs1_128": ("code128", BarcodeFormat.Code128),
    "ean13": ("ean13", BarcodeFormat.EAN13),
    "ean8": ("ean8", BarcodeFormat.EAN8),
    "upca": ("upca", BarcodeFormat.EAN13),
    "itf14": ("itf", BarcodeFormat.ITF),
    "qr": ("qr", BarcodeFormat.QRCode),
    "gs1_qr": ("qr", BarcodeFormat.QRCode),
    "digital_link_qr": ("qr", BarcodeFormat.QRCode),
    "datamatrix": ("datamatrix", BarcodeFormat.DataMatrix),
    "gs1_datamatrix": ("datamatrix", BarcodeFormat.DataMatrix),
    "pdf417": ("pdf417", BarcodeFormat.PDF417),
}
# Upright, black on white, dot for dot: downscaled pictures of long codes may be misread.
_AS_PRINTED: Effort = {"try_rotate": False, "try_invert": False, "try_downscale": False}
_BACK = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
_ZBAR = {"upca": ("ean13",), "datamatrix": (), "pdf417": ()}
"""What zbar calls it, where not the same; nothing where it cannot read the kind."""


def read_back(picture: Image.Image, symbols: Sequence[Placed]) -> None:
    """Decode every symbol of the picture (mode "1" or "L") and compare it with its data.

    zxing-cpp must return exactly the data and say the right kind; zbar, where it is installed
    and knows the kind, must return the same. Raises LabelError not_readable: field, kind, data,
    read (what came back instead, "" for nothing) and decoder.
    """
    grey = picture.convert("L")
    for placed in symbols:
        _read_one(grey, placed)


def _read_one(grey: Image.Image, placed: Placed) -> None:
    seen = _cut_out(grey, placed)
    symbol = placed.symbol
    name, format_ = _FORMATS[symbol.kind]
    found = read_zxing(seen, BarcodeFormats(format_), **_AS_PRINTED)
    if not _says(symbol, name, found, KINDS[symbol.kind].aim):
        raise _not_readable(placed, found, "zxing-cpp")
    aliases = _ZBAR.get(name, (name,))
    if aliases and has_zbar():
        found = read_zbar(seen, aliases)
        if not _says(symbol, name, found, ("",)):
            raise _not_readable(placed, found, "zbar")


def _cut_out(grey: Image.Image, placed: Placed) -> Image.Image:
    """The symbol with its quiet zone, upright."""
    across, along = placed.quiet
    box = (placed.x - across, placed.y - along, placed.right + across, placed.bottom + along)
    seen = grey.crop(box)
    return seen.transpose(_BACK[placed.rotation]) if placed.rotation else seen


def _says(symbol: Symbol, name: str, found: Sequence[Found], aim: Sequence[str]) -> bool:
    read = [(each.symbology, each.text) for each in found]
    return read == [upc_a(name, symbol.data)] and found[0].aim in aim


def _not_readable(placed: Placed, found: Sequence[Found], decoder: str) -> LabelError:
    symbol = placed.symbol
    read = ", ".join(each.aim + each.text for each in found)
    return LabelError(
        "not_readable", placed.field, kind=symbol.kind, data=symbol.data, read=read, decoder=decoder
    )
