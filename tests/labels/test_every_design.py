"""Every shipped design, in both languages and at every resolution, as a printer gets it."""

import biip
import pytest

from labels import design_names, load_design, render
from tests.labels.printers import (
    ZplJob,
    picture_of,
    read_tspl,
    read_zpl,
    rendered_zpl,
    same_dots,
    scanned,
)
from tests.labels.shipped import SAYS, samples

LANGUAGES = ("zh", "en")
RESOLUTIONS = (203, 300, 600)


def test_what_each_design_must_say_is_written_down():
    assert set(SAYS) == set(design_names())


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", design_names())
def test_a_tspl_printer_prints_what_a_scanner_reads(name, language, dpi):
    sample = load_design(name).sample(language)
    rendered = render(name, sample, to="tspl", language=language, dpi=dpi)
    (sheet,) = read_tspl(rendered.content)
    assert scanned(sheet.picture) == SAYS[name]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("name", design_names())
def test_zpl_and_tspl_print_the_very_same_dots(name, dpi):
    sample = load_design(name).sample("zh")
    zpl = render(name, sample, to="zpl", dpi=dpi, verify=False)
    tspl = render(name, sample, to="tspl", dpi=dpi, verify=False)
    ((picture, copies),) = read_zpl(zpl.content)
    assert same_dots(picture, read_tspl(tspl.content)[0].picture)
    assert same_dots(picture, picture_of(zpl.preview))
    assert copies == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_independent_renderer_of_zpl_draws_what_a_scanner_reads(language):
    done = [(name, render(name, data, language=language)) for name, data in samples(language)]
    previews = [picture_of(rendered.preview) for _, rendered in done]
    jobs = [
        ZplJob(rendered.content, *preview.size, 203)
        for (_, rendered), preview in zip(done, previews, strict=True)
    ]
    for (name, _), preview, (seen,) in zip(done, previews, rendered_zpl(jobs), strict=True):
        assert same_dots(seen, preview), name
        assert scanned(seen) == SAYS[name]


@pytest.mark.parametrize("dpi", [300, 600])
def test_an_independent_renderer_agrees_at_finer_resolutions(dpi):
    names = ("item-40x30", "location-60x40", "handling-unit-80x50", "pallet-100x150")
    done = [render(name, load_design(name).sample("zh"), dpi=dpi) for name in names]
    previews = [picture_of(rendered.preview) for rendered in done]
    jobs = [
        ZplJob(rendered.content, *preview.size, dpi)
        for rendered, preview in zip(done, previews, strict=True)
    ]
    for name, preview, (seen,) in zip(names, previews, rendered_zpl(jobs), strict=True):
        assert same_dots(seen, preview), name
        assert scanned(seen) == SAYS[name]


@pytest.mark.parametrize("name", ["pallet-100x150", "lot-60x40", "serial-40x20"])
def test_a_gs1_parser_finds_the_data_in_what_was_printed(name):
    sample = load_design(name).sample("en")
    rendered = render(name, sample, to="png", language="en")
    read = scanned(picture_of(rendered.content))
    elements = {
        element.ai.ai: element.value
        for text in read
        for element in biip.parse(text).gs1_message.element_strings
    }
    expected = {"00": "sscc", "01": "gtin", "02": "gtin", "10": "lot", "21": "serial"}
    assert elements
    for ai, value in elements.items():
        if ai in expected:
            assert value == sample[expected[ai]]


def test_a_lot_without_gtin_is_said_by_two_symbols():
    data = {"sku": "M8X40-A2", "lot": "L2409A", "expiry": "2026-12-31"}
    read = scanned(picture_of(render("lot-60x40", data, to="png").content))
    assert read == ["]d1M8X40-A2", "]d210L2409A"]


def test_a_serial_without_gtin_is_said_as_it_is():
    data = {"sku": "PUMP-220", "serial": "SN26-000183"}
    read = scanned(picture_of(render("serial-40x20", data, to="png").content))
    assert read == ["]d1SN26-000183"]


def test_a_pallet_of_unknown_content_bears_its_sscc_alone():
    data = {"sscc": "395011015300000011", "company": "Lakeside"}
    read = scanned(picture_of(render("pallet-100x150", data, to="png").content))
    assert read == ["]C100395011015300000011"]
