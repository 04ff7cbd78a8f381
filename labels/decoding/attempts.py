"""Both decoders on one picture: together at first, then other ways of looking if they see nothing.

Which ways, and in which order, was measured on photographs of all common symbologies: each later
one reads something no earlier one does. Ways that misread (sharpening, free rotation for zbar,
weak symbologies in enlarged pictures) are left out.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from PIL import Image, ImageOps
from zxingcpp import BarcodeFormat, BarcodeFormats, Binarizer

from labels.decoding.found import Found
from labels.decoding.limits import ATTEMPTS_S
from labels.decoding.zbar import STRONG, read_zbar
from labels.decoding.zxing import read_zxing

ALL = BarcodeFormats(BarcodeFormat.AllReadable)
STRONG_ZXING = BarcodeFormats(
    [
        BarcodeFormat.Code128,
        BarcodeFormat.EAN13,
        BarcodeFormat.EAN8,
        BarcodeFormat.QRCode,
        BarcodeFormat.DataMatrix,
        BarcodeFormat.PDF417,
        BarcodeFormat.Aztec,
    ]
)
ENLARGED_PIXELS = 5_000_000
"""Larger pictures are not enlarged: what is in them is not small."""
SHORTEST_ITF = 4
"""Interleaved 2 of 5 has no check digit and is seen in stripes of other codes."""
NESTING = {"aztec", "datamatrix", "maxicode", "micro_qr", "pdf417", "qr", "rmqr"}
"""Matrices correct errors, so they do not misread; one may stand inside another."""

Attempt = Callable[[Image.Image], list[Found]]


def read_picture(picture: Image.Image) -> list[Found]:
    """Every code in a picture of mode L; where both decoders read one, zxing-cpp's reading."""
    begun = time.process_time()
    found = _agreed(picture, _zxing(picture), read_zbar(picture, STRONG))
    for attempt in _LATER:
        if found or time.process_time() - begun > ATTEMPTS_S:
            break
        found = attempt(picture)
    return found


def _agreed(picture: Image.Image, zxing: Sequence[Found], zbar: Sequence[Found]) -> list[Found]:
    """One reading of each place: zxing-cpp's, unless it contradicts itself or, for EAN and UPC,
    zbar. A check digit lets one misreading in ten pass, and so may a long code seen too small."""
    kept = list(zxing)
    for theirs in zbar:
        ours = [each for each in kept if _overlap(each, theirs)]
        if not ours or (_is_retail(theirs) and all(each.text != theirs.text for each in ours)):
            kept.append(theirs)
    contested = [each for each in kept if any(_contradict(each, other) for other in kept)]
    if not contested:
        return kept
    right = _voted(picture, contested, zbar)
    return [each for each in kept if each not in contested or each.text in right]


def _voted(picture: Image.Image, contested: Sequence[Found], zbar: Sequence[Found]) -> set[str]:
    """The texts most ways of looking see: more than one where codes only lie close together."""
    looks = [zbar, _as_it_is(picture), _doubled_zxing(picture), _doubled_zbar(picture)]
    seen = Counter(text for look in looks for text in {each.text for each in look})
    most = max(seen[each.text] for each in contested)
    return {each.text for each in contested if seen[each.text] == most > 0}


def _contradict(one: Found, other: Found) -> bool:
    alike = one.symbology == other.symbology or (_is_retail(one) and _is_retail(other))
    return (
        alike and one.symbology not in NESTING and one.text != other.text and _overlap(one, other)
    )


def _is_retail(found: Found) -> bool:
    return found.symbology in {"ean13", "ean8", "upca", "upce"}


def _overlap(one: Found, other: Found) -> bool:
    (left, top, right, bottom), (l_, t_, r_, b_) = _box(one), _box(other)
    return left <= r_ and l_ <= right and top <= b_ and t_ <= bottom


def _box(found: Found) -> tuple[int, int, int, int]:
    across, down = zip(*found.position, strict=True)
    return min(across), min(down), max(across), max(down)


def _zxing(picture: Image.Image) -> list[Found]:
    found = read_zxing(picture, ALL)
    return [each for each in found if each.symbology != "itf" or len(each.text) >= SHORTEST_ITF]


def _as_it_is(picture: Image.Image) -> list[Found]:
    return read_zxing(picture, ALL, try_downscale=False)


def _doubled_zxing(picture: Image.Image) -> list[Found]:
    return _resized(picture, 2, lambda larger: read_zxing(larger, STRONG_ZXING))


def _doubled_zbar(picture: Image.Image) -> list[Found]:
    return _resized(picture, 2, lambda larger: read_zbar(larger, STRONG))


def _doubled_histogram(picture: Image.Image) -> list[Found]:
    way = Binarizer.GlobalHistogram
    return _resized(picture, 2, lambda larger: read_zxing(larger, STRONG_ZXING, binarizer=way))


def _halved_zbar(picture: Image.Image) -> list[Found]:
    return _resized(picture, 0.5, lambda smaller: read_zbar(smaller, STRONG))


def _contrasted(picture: Image.Image) -> list[Found]:
    return read_zxing(ImageOps.autocontrast(picture, cutoff=2), STRONG_ZXING)


def _turned(degrees: int) -> Attempt:
    """Linear codes at a slant; the positions are those of the picture before."""

    def attempt(picture: Image.Image) -> list[Found]:
        turned = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
        found = read_zxing(turned, STRONG_ZXING)
        return [each.turned(-degrees, picture.width / 2, picture.height / 2) for each in found]

    return attempt


def _resized(picture: Image.Image, factor: float, read: Attempt) -> list[Found]:
    width, height = round(picture.width * factor), round(picture.height * factor)
    if not 0 < width * height <= ENLARGED_PIXELS * 4:
        return []
    resized = picture.resize((width, height), Image.Resampling.BICUBIC)
    return [each.scaled(1 / factor) for each in read(resized)]


_LATER: tuple[Attempt, ...] = (
    _doubled_zxing,
    _doubled_zbar,
    _contrasted,
    _halved_zbar,
    _doubled_histogram,
    _turned(12),
    _turned(-12),
    _turned(45),
)
