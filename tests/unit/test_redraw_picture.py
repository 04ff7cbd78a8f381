"""Pictures drawn again: small, upright, without metadata, whatever came in."""

import io
import os

import pytest
from PIL import Image

from server.services.redraw_picture import BYTES_MOST, SIDE_MOST, redraw

ORIENTATION = 0x0112
UPSIDE_LEFT = 6


def written(picture, kind, **options):
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def test_noise_is_the_worst_case_and_still_fits():
    noise = Image.frombytes("RGB", (1_000, 1_000), os.urandom(3_000_000))
    assert len(redraw(written(noise, "PNG"))) <= BYTES_MOST


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_of_each_format_becomes_a_smaller_jpeg(kind):
    drawn = redraw(written(Image.new("RGB", (4_000, 2_000), "blue"), kind))
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (SIDE_MOST, SIDE_MOST // 2)


def test_metadata_is_left_behind_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[ORIENTATION] = UPSIDE_LEFT
    exif[0x010E] = "a secret place"
    drawn = redraw(written(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (20, 40)
        assert not picture.getexif()
    assert b"secret" not in drawn


def test_what_is_transparent_becomes_white():
    drawn = redraw(written(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))
    with Image.open(io.BytesIO(drawn)) as picture:
        assert min(picture.getpixel((4, 4))) > 250


def test_too_many_pixels_are_refused_before_they_are_decoded():
    with pytest.raises((ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning)):
        redraw(written(Image.new("1", (9_000, 9_000)), "PNG"))
