"""Symbols as pictures, dot for dot, for decoders to read."""

from PIL import Image

from labels.drawing import Placed, Rotation
from labels.raster import symbol_picture
from labels.symbols import Symbol

MARGIN = 8


def placed(
    symbol: Symbol, *, module: int = 4, height: int = 80, rotation: Rotation = 0, field: str = ""
) -> Placed:
    """The symbol with its quiet zone and a margin to the left and above."""
    across, along = len(symbol.rows[0]) * module, len(symbol.rows) * module
    along = height if symbol.linear else along
    if rotation in (90, 270):
        across, along = along, across
    start = max(symbol.quiet_x, symbol.quiet_y) * module + MARGIN
    return Placed(
        x=start,
        y=start,
        width=across,
        height=along,
        field=field,
        symbol=symbol,
        module=module,
        rotation=rotation,
    )


def picture_with(thing: Placed) -> Image.Image:
    """A white picture (mode "1") with nothing but this symbol."""
    size = (thing.right + thing.x, thing.bottom + thing.y)
    picture = Image.new("1", size, 1)
    picture.paste(symbol_picture(thing), (thing.x, thing.y))
    return picture


def picture_of(symbol: Symbol, *, module: int = 4, rotation: Rotation = 0) -> Image.Image:
    """The same in one step."""
    return picture_with(placed(symbol, module=module, rotation=rotation))
