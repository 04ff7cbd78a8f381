"""PNG: the very dots that were read back, with their size."""

import io

from PIL import Image

from labels.drawing import MM_PER_INCH, dots_per_mm


def png_picture(picture: Image.Image, dpi: int) -> bytes:
    """A 1-bit PNG that knows how large it is."""
    out = io.BytesIO()
    dots = dots_per_mm(dpi) * MM_PER_INCH
    picture.save(out, "PNG", dpi=(dots, dots), optimize=False)
    return out.getvalue()
