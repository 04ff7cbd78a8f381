"""TSPL/TSPL2 (TSC, Gprinter, Xprinter, HPRT, Deli): the whole label as one BITMAP, 0 = black.

TSC, TSPL/TSPL2 Programming Manual: SIZE, GAP or BLINE, and CLS come first, PRINT last.
"""

from PIL import Image

from labels.drawing import Drawing
from labels.media import Media


def tspl_label(drawing: Drawing, picture: Image.Image, copies: int, media: Media) -> bytes:
    """The commands that print this picture (mode "1", 0 = black) so many times."""
    row_bytes = (picture.width + 7) // 8
    lines = [f"SIZE {drawing.width_mm:g} mm,{drawing.height_mm:g} mm", _tracking(media)]
    if media.darkness is not None:
        lines.append(f"DENSITY {round(media.darkness / 2)}")
    if media.speed_inch_s is not None:
        lines.append(f"SPEED {media.speed_inch_s}")
    lines += [f"DIRECTION {1 - media.direction}", "REFERENCE 0,0", "CLS"]
    bitmap = f"BITMAP 0,0,{row_bytes},{picture.height},0,".encode("ascii")
    commands = "".join(line + "\r\n" for line in lines).encode("ascii")
    return commands + bitmap + _bits(picture, row_bytes) + f"\r\nPRINT 1,{copies}\r\n".encode()


def _tracking(media: Media) -> str:
    match media.tracking:
        case "mark":
            return f"BLINE {media.gap_mm:g} mm,0 mm"
        case "none":
            return "GAP 0 mm,0 mm"
    return f"GAP {media.gap_mm:g} mm,0 mm"


def _bits(picture: Image.Image, row_bytes: int) -> bytes:
    """Rows of whole bytes; what fills the last byte is white too."""
    if picture.width % 8 == 0:
        return picture.tobytes()
    padded = Image.new("1", (row_bytes * 8, picture.height), 255)
    padded.paste(picture, (0, 0))
    return padded.tobytes()
