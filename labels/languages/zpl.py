"""ZPL II (Zebra and many others): the whole label as one compressed picture.

^GFA with Z64 (zlib, base64, CRC-16/XMODEM of the base64 text): Zebra, ZPL II Programming Guide.
Nothing of a label's data is ever text in the stream, so it cannot become a command; and every
printer prints the very dots that were read back.
"""

import base64
import binascii
import zlib

from PIL import Image, ImageChops

from labels.media import Media

_TRACKING = {"gap": "Y", "mark": "M", "none": "N"}


def zpl_label(picture: Image.Image, copies: int, media: Media) -> bytes:
    """One format that prints this picture (mode "1", 0 = black) so many times."""
    head = f"^PW{picture.width}^LL{picture.height}^LH0,0^MN{_TRACKING[media.tracking]}"
    head += "^POI" if media.direction else "^PON"
    if media.speed_inch_s is not None:
        head += f"^PR{media.speed_inch_s}"
    graphic = f"^FO0,0^GFA,{_graphic(picture)}^FS"
    return f"{_darkness(media)}^XA{head}{graphic}^PQ{copies},0,1,N^XZ\n".encode("ascii")


def _darkness(media: Media) -> str:
    return "" if media.darkness is None else f"~SD{media.darkness:02d}\n"


def _graphic(picture: Image.Image) -> str:
    bits = ImageChops.invert(picture).tobytes()
    row_bytes = (picture.width + 7) // 8
    packed = base64.b64encode(zlib.compress(bits, 6))
    crc = binascii.crc_hqx(packed, 0)
    return f"{len(bits)},{len(bits)},{row_bytes},:Z64:{packed.decode('ascii')}:{crc:04X}"
