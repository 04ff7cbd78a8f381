"""Bytes of a picture in, a grey picture out; its size is known before anything is decoded."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from labels.decoding.limits import MOST_PIXELS, MOST_SIDE
from labels.errors import LabelError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
_DEEP = ("I", "I;16", "I;16B", "I;16L", "F")


def open_grey(picture: bytes) -> Image.Image:
    """The picture as it is shown (EXIF turns it), transparent parts white, in mode L.

    The first frame of several. Raises LabelError too_many_pixels (from the header alone) and
    picture_unreadable: no picture, a truncated one, or a format that is not taken.
    """
    try:
        with warnings.catch_warnings(action="ignore"), _opened(picture) as opened:
            return _grey(ImageOps.exif_transpose(opened))
    except LabelError:
        raise
    except MemoryError:
        raise LabelError("decoding_stopped", reason="memory") from None
    except Exception as broken:  # noqa: BLE001  Pillow raises anything on broken files
        raise LabelError("picture_unreadable", reason=type(broken).__name__) from None


def _opened(picture: bytes) -> Image.Image:
    try:
        opened = Image.open(io.BytesIO(picture), formats=FORMATS)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except UnidentifiedImageError:
        raise LabelError("picture_unreadable", reason="no picture") from None
    if opened.width * opened.height > MOST_PIXELS or max(opened.size) > MOST_SIDE:
        raise _too_large()
    return opened


def _too_large() -> LabelError:
    return LabelError("too_many_pixels", most=MOST_PIXELS, most_side=MOST_SIDE)


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode in _DEEP:
        least, most = (float(each) for each in picture.getextrema())  # type: ignore[arg-type]
        scale = 255 / max(most - least, 1)
        return picture.convert("F").point(lambda value: value * scale - least * scale).convert("L")
    if picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("L")
    return picture.convert("L")
