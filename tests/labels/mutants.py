"""Broken pictures, decoded in one process: `python -m tests.labels.mutants SEED COUNT`.

Prints how often each answer was given. A crash of a decoder ends this process, not the test.
"""

import io
import json
import random
import sys
from collections import Counter

from PIL import Image

from labels.decoding.child import answer
from labels.symbols import make_symbol
from tests.labels.pictures import picture_of

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
SYMBOLS = (
    ("code128", "SKU-4711"),
    ("ean13", "6901234567892"),
    ("qr", "L:A-01-03"),
    ("datamatrix", "T:000123"),
    ("pdf417", "D:2026-11-23"),
)


def distorted(dice: random.Random) -> bytes:
    """A sound file of a picture that is noisy, squeezed to any shape, or cut anywhere."""
    kind, said = dice.choice(SYMBOLS)
    picture = picture_of(make_symbol(kind, said), module=dice.randint(1, 4)).convert("L")
    noise = Image.frombytes("L", picture.size, dice.randbytes(picture.width * picture.height))
    picture = Image.blend(picture, noise, dice.choice((0, 0.2, 0.5, 1)))
    if dice.random() < 0.5:
        picture = picture.resize((dice.randint(1, 300), dice.choice((1, 2, 3, 40, 300))))
    if dice.random() < 0.5:
        left, top = dice.randrange(picture.width), dice.randrange(picture.height)
        picture = picture.crop((left, top, picture.width, picture.height))
    return _encoded(picture, dice.choice(FORMATS))


def originals() -> list[bytes]:
    """Small sound pictures of each symbol in each format."""
    pictures = [picture_of(make_symbol(kind, said), module=3) for kind, said in SYMBOLS]
    return [_encoded(picture, format_) for picture in pictures for format_ in FORMATS]


def mutated(original: bytes, dice: random.Random) -> bytes:
    """The picture with bytes changed, cut out, doubled or cut off; often in its header."""
    broken = bytearray(original)
    for _ in range(dice.choice((1, 1, 1, 2, 4, 32))):
        reach = dice.choice((32, 256, len(broken), len(broken)))
        at = dice.randrange(max(min(reach, len(broken)), 1))
        size = dice.choice((1, 1, 2, 4, 64))
        match dice.randrange(5):
            case 0 | 1:
                broken[at : at + size] = dice.randbytes(size)
            case 2:
                del broken[at : at + size]
            case 3:
                broken[at:at] = broken[at : at + size]
            case 4:
                broken[at : at + 4] = dice.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\0\0\0"))
    if dice.random() < 0.2:
        del broken[dice.randrange(len(broken) + 1) :]
    return bytes(broken)


def main(seed: int, count: int) -> None:
    dice = random.Random(seed)
    sound = originals()
    said: Counter[str] = Counter()
    for _ in range(count):
        broken = distorted(dice) if dice.random() < 0.3 else mutated(dice.choice(sound), dice)
        told = answer(broken)
        said[str(told.get("refused", "decoded"))] += 1
    json.dump(said, sys.stdout)


def _encoded(picture: Image.Image, format_: str) -> bytes:
    buffer = io.BytesIO()
    picture.convert("L").save(buffer, format_)
    return buffer.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
