"""zxing-cpp's reading of a picture."""

from typing import TypedDict, Unpack

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat, BarcodeFormats, Binarizer, TextMode

from labels.decoding.found import Corner, Found, upc_a

NAMES = {
    BarcodeFormat.Aztec: "aztec",
    BarcodeFormat.Codabar: "codabar",
    BarcodeFormat.Code39: "code39",
    BarcodeFormat.Code93: "code93",
    BarcodeFormat.Code128: "code128",
    BarcodeFormat.DataBar: "databar",
    BarcodeFormat.DataMatrix: "datamatrix",
    BarcodeFormat.ITF: "itf",
    BarcodeFormat.MaxiCode: "maxicode",
    BarcodeFormat.PDF417: "pdf417",
    BarcodeFormat.QRCode: "qr",
}
"""Names of families; the parts of EAN/UPC, and QR's small relatives, are named below."""

PARTS = {
    BarcodeFormat.EAN8: "ean8",
    BarcodeFormat.EAN13: "ean13",
    BarcodeFormat.ISBN: "ean13",
    BarcodeFormat.MicroQRCode: "micro_qr",
    BarcodeFormat.RMQRCode: "rmqr",
    BarcodeFormat.UPCA: "ean13",
    BarcodeFormat.UPCE: "upce",
}


class Effort(TypedDict, total=False):
    """How hard to look; what is left out is as zxing-cpp does it."""

    try_rotate: bool
    try_downscale: bool
    try_invert: bool
    binarizer: Binarizer


def read_zxing(
    picture: Image.Image, formats: BarcodeFormats, **effort: Unpack[Effort]
) -> list[Found]:
    """Every valid code of these formats in a picture of mode L."""
    codes = zxingcpp.read_barcodes(picture, formats=formats, text_mode=TextMode.Plain, **effort)
    return [_found(code) for code in codes if code.valid]


def _found(code: zxingcpp.Barcode) -> Found:
    symbology, text = upc_a(_name(code), code.text)
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    first, second, third, fourth = (_corner(corner) for corner in corners)
    return Found(
        symbology=symbology,
        aim=code.symbology_identifier,
        text=text,
        data=code.bytes,
        position=(first, second, third, fourth),
        decoder="zxing-cpp",
    )


def _name(code: zxingcpp.Barcode) -> str:
    return PARTS.get(code.format) or NAMES.get(code.symbology) or code.symbology.name.lower()


def _corner(point: zxingcpp.Point) -> Corner:
    return point.x, point.y
