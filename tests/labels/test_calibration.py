"""The test print shows where the label begins and how large it is."""

import pytest

from labels import LabelError, calibration_design, render
from labels.drawing import Bar, Frame
from labels.layout import lay_out
from tests.labels.printers import picture_of, scanned

SIZES = [(25, 15), (40, 20), (40, 30), (60, 40), (80, 50), (100, 100), (100, 150)]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("size", SIZES)
def test_there_is_a_test_print_for_every_size_of_label(size, dpi):
    rendered = render(calibration_design(*size), {"note": "Station 2, 温度 12"}, dpi=dpi)
    read = scanned(picture_of(rendered.preview))
    assert read == ([f"]Q1{size[0]}X{size[1]}"] if min(size[0] - 27, size[1] - 10) >= 18 else [])


def test_the_frame_lies_a_millimetre_from_the_edges():
    drawing = lay_out(calibration_design(40, 30), {}, dpi=203, language="en")
    (frame,) = (thing for thing in drawing.things if isinstance(thing, Frame))
    assert (frame.x, frame.y, frame.right, frame.bottom) == (8, 8, 312, 232)


def test_ticks_count_five_millimetres():
    drawing = lay_out(calibration_design(40, 30), {}, dpi=203, language="en")
    ticks = [thing for thing in drawing.things if isinstance(thing, Bar) and thing.y == 8]
    assert [round(tick.x / 8) for tick in ticks] == [5, 10, 15, 20, 25, 30, 35]


def test_a_label_too_small_for_a_test_print_is_refused():
    with pytest.raises(LabelError):
        calibration_design(10, 6)
