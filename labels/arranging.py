"""Labels side by side: rows of a roll, cells of a sheet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from labels.drawing import Drawing, Drawn, dots_per_mm
from labels.errors import LabelError
from labels.media import Media, Page


@dataclass(frozen=True, slots=True)
class Printed:
    """One page or row of labels, to be printed `copies` times."""

    drawing: Drawing
    copies: int = 1


def on_roll(labels: Iterable[Drawing], media: Media, copies: int) -> Iterator[Printed]:
    """Rows of `media.across` labels; the last row may have fewer.

    Raises LabelError mixed_sizes: a roll has labels of one size.
    """
    alike = _of_one_size(labels)
    if media.across == 1:
        for label in alike:
            yield Printed(_shifted(label, media), copies)
        return
    each = (label for label in alike for _ in range(copies))
    while row := list(islice(each, media.across)):
        yield Printed(_shifted(_row(row, media), media))


def _of_one_size(labels: Iterable[Drawing]) -> Iterator[Drawing]:
    size = None
    for label in labels:
        own = (label.width_mm, label.height_mm)
        size = size or own
        if own != size:
            raise LabelError("mixed_sizes", width_mm=size[0], height_mm=size[1])
        yield label


def on_sheets(
    labels: Iterable[Drawing], page: Page, copies: int, first_cell: int
) -> Iterator[Printed]:
    """Sheets filled row by row, beginning at `first_cell` (1 = upper left) of the first.

    Raises LabelError bad_first_cell, larger_than_cell.
    """
    if not 1 <= first_cell <= page.cells:
        raise LabelError("bad_first_cell", value=first_cell, most=page.cells)
    each: list[Drawing | None] = [None] * (first_cell - 1)
    each += [label for label in labels for _ in range(copies)]
    for start in range(0, len(each), page.cells):
        yield Printed(_sheet(each[start : start + page.cells], page))


def _row(labels: Sequence[Drawing], media: Media) -> Drawing:
    """As wide as the whole roll, also when labels are missing at the end."""
    first = labels[0]
    pitch_mm = first.width_mm + media.across_gap_mm
    things = _beside(labels, [(number * pitch_mm, 0.0) for number in range(len(labels))])
    width_mm = pitch_mm * media.across - media.across_gap_mm
    return Drawing(width_mm, first.height_mm, first.dpi, things)


def _sheet(labels: Sequence[Drawing | None], page: Page) -> Drawing:
    there = [(number, label) for number, label in enumerate(labels) if label]
    corners = [_corner(page, number, label) for number, label in there]
    things = _beside([label for _, label in there], corners)
    return Drawing(page.width_mm, page.height_mm, there[0][1].dpi, things)


def _corner(page: Page, number: int, label: Drawing) -> tuple[float, float]:
    """Where a label begins that is centred in its cell, in mm."""
    spare = [page.cell_mm[0] - label.width_mm, page.cell_mm[1] - label.height_mm]
    if min(spare) < -0.01:
        raise LabelError("larger_than_cell", width_mm=page.cell_mm[0], height_mm=page.cell_mm[1])
    row, column = divmod(number, page.columns)
    return (
        page.left_mm + column * page.pitch_mm[0] + spare[0] / 2,
        page.top_mm + row * page.pitch_mm[1] + spare[1] / 2,
    )


def _beside(
    labels: Sequence[Drawing], corners_mm: Iterable[tuple[float, float]]
) -> tuple[Drawn, ...]:
    return tuple(
        _moved(thing, round(x_mm * dots_per_mm(label.dpi)), round(y_mm * dots_per_mm(label.dpi)))
        for label, (x_mm, y_mm) in zip(labels, corners_mm, strict=True)
        for thing in label.things
    )


def _shifted(drawing: Drawing, media: Media) -> Drawing:
    per_mm = dots_per_mm(drawing.dpi)
    right, down = round(media.offset_x_mm * per_mm), round(media.offset_y_mm * per_mm)
    if not (right or down):
        return drawing
    return replace(drawing, things=tuple(_moved(each, right, down) for each in drawing.things))


def _moved(thing: Drawn, right: int, down: int) -> Drawn:
    return replace(thing, x=thing.x + right, y=thing.y + down)
