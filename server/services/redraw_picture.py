"""Decode one hostile picture and draw it again: run as a process of its own, never imported.

    python -m server.services.redraw_picture < any.png > small.jpg

A few kilobytes can decode to hundreds of megabytes, and decoders have had holes: so the process
limits its own memory and time, accepts three formats, looks at the size before the pixels, and
what it draws carries no metadata. Exit codes: EXIT_… below.
"""

import io
import resource
import sys
import warnings
from typing import Final

from PIL import Image, ImageOps

BYTES_MOST: Final = 300_000
PIXELS_MOST: Final = 20_000_000
SIDE_MOST: Final = 1_600
MEMORY_BYTES: Final = 512 * 1024 * 1024
CPU_SECONDS: Final = 5
FORMATS: Final = ("JPEG", "PNG", "WEBP")

EXIT_NO_PICTURE: Final = 3
EXIT_TOO_LARGE: Final = 4


def redraw(content: bytes) -> bytes:
    """The picture as a JPEG of at most BYTES_MOST bytes. Raises as Pillow does, ValueError if its
    size is beyond PIXELS_MOST."""
    Image.MAX_IMAGE_PIXELS = PIXELS_MOST
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > PIXELS_MOST:
            raise ValueError("too many pixels")
        picture.draft("RGB", (SIDE_MOST, SIDE_MOST))
        picture.thumbnail((SIDE_MOST, SIDE_MOST))
        upright = ImageOps.exif_transpose(picture)
        return _small(_on_white(upright))


def _on_white(picture: Image.Image) -> Image.Image:
    layered = picture.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(ground, layered).convert("RGB")


def _small(picture: Image.Image) -> bytes:
    """JPEG, worse or smaller until it fits: noise is the worst case, and half its side fits."""
    while True:
        for quality in (85, 70, 55):
            drawn = io.BytesIO()
            picture.save(drawn, "JPEG", quality=quality, optimize=True)
            if drawn.tell() <= BYTES_MOST:
                return drawn.getvalue()
        picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def main() -> int:
    """Standard input to standard output; the exit code says why not."""
    content = sys.stdin.buffer.read()
    _limit()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        drawn = redraw(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return EXIT_TOO_LARGE
    except ValueError as problem:
        return EXIT_TOO_LARGE if "pixels" in str(problem) else EXIT_NO_PICTURE
    except (OSError, SyntaxError, EOFError):
        return EXIT_NO_PICTURE
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
