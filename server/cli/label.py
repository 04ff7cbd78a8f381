"""stockturn label …: labels as a file or to standard output, without print queue or station."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.progress import Progress

import labels
from server.cli.house import house
from server.domain.errors import InvalidInput
from server.domain.people import SYSTEM
from server.services.keep_designs import designs_in_force, one_design, refusals
from server.services.plan_labels import Wanted, plan_labels
from server.services.read_table import read_table

BATCH = 20
FORMATS = ("zpl", "tspl", "pdf", "png", "svg")


@dataclass(frozen=True, slots=True)
class Look:
    """How and where the labels go; `design` may be a size: the kind of label comes before it."""

    design: str
    to: str
    language: str
    dpi: int
    copies: int
    sheet: str
    first_cell: int
    out: BinaryIO


def _looks(command: Callable[..., None]) -> Callable[..., None]:
    """The options every command of the group has."""
    for option in reversed(
        [
            click.option("--design", required=True, help="A design, or its size: 40x30."),
            click.option("--format", "to", type=click.Choice(FORMATS), default="zpl"),
            click.option("--language", type=click.Choice(("zh", "en")), default="zh"),
            click.option("--dpi", type=click.Choice(("203", "300", "600")), default="203"),
            click.option("--copies", type=click.IntRange(1, 999), default=1),
            click.option("--sheet", default="", help="a4-24 or a4-65, as PDF."),
            click.option("--first-cell", type=click.IntRange(1, 65), default=1),
            click.option("--out", type=click.File("wb"), default="-", help="File, - for stdout."),
        ]
    ):
        command = option(command)
    return command


@click.group()
def label() -> None:
    """Labels into a file or to a printer: each read back before it leaves."""


@label.command()
@click.argument("sku", nargs=-1, required=True)
@_looks
def item(sku: tuple[str, ...], **look: Any) -> None:
    """Labels of these items."""
    _print(Wanted("items", codes=sku), "item", look)


@label.command()
@click.argument("code", nargs=-1, required=True)
@click.option("--site", required=True, help="Code of the site.")
@click.option("--separators", is_flag=True, help="One before each aisle.")
@_looks
def location(code: tuple[str, ...], site: str, separators: bool, **look: Any) -> None:
    """Labels of these locations, in walking order."""
    wanted = Wanted("locations", site=site, codes=code, separators=separators)
    _print(wanted, "location", look)


@label.command()
@click.argument("code", nargs=-1, required=True)
@_looks
def unit(code: tuple[str, ...], **look: Any) -> None:
    """Labels of these handling units."""
    _print(Wanted("units", codes=code), "handling-unit", look)


@label.command("csv")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_looks
def csv_(path: Path, **look: Any) -> None:
    """A label for each row of a CSV (or XLSX) file whose headers are the design's fields."""
    head, *rows = read_table(path.read_bytes())
    each = [{k.strip(): v for k, v in zip(head, row, strict=False) if k and v} for row in rows]
    _print(Wanted("data", data=each), "item", look)


@label.command()
@click.argument("kind", type=click.Choice(("items", "locations")))
@click.option(
    "--site", default="", help="Code of the site: its locations, or what it has of items."
)
@click.option("--q", default="", help="Items: words to find them by.")
@click.option("--category", default="", help="Items of this category.")
@click.option("--unlabelled", is_flag=True, help="Items without a barcode.")
@click.option("--zone", default="", help="Locations of this zone.")
@click.option("--prefix", default="", help="Locations whose codes begin so.")
@click.option("--separators", is_flag=True, help="Locations: one before each aisle.")
@_looks
def query(kind: str, site: str, separators: bool, **options: Any) -> None:
    """Labels of all items or locations that match."""
    names = ("q", "category", "unlabelled") if kind == "items" else ("zone", "prefix")
    given = {name: options.pop(name) for name in ("q", "category", "unlabelled", "zone", "prefix")}
    match = {name: given[name] for name in names if given[name]}
    if kind == "items" and site:
        match["site"] = site
    wanted = Wanted(kind, site=site, match=match, separators=separators)
    _print(wanted, kind.removesuffix("s"), options)


def _print(wanted: Wanted, kind: str, options: Mapping[str, Any]) -> None:
    look = Look(**{**options, "dpi": int(options["dpi"])})
    with house():
        name = _design(look.design, kind)
        rows = plan_labels(wanted, name, look.language, SYSTEM)
        own = one_design(name).parsed
        others = {row["design"] for row in rows if row.get("design")}
        designs = {other: one_design(other).parsed for other in others}
        each = [(designs.get(row.get("design", ""), own), row["data"]) for row in rows]
        _write(look, each)


def _design(given: str, kind: str) -> str:
    """The design of this name, or of this kind and size."""
    names = {design.name for design in designs_in_force()}
    return given if given in names else f"{kind}-{given}"


def _write(look: Look, each: Sequence[tuple[Any, Any]]) -> None:
    """Rolls label by label, everything else as one document."""
    size = BATCH if look.to in ("zpl", "tspl") else len(each)
    with _bar(len(each)) as advance:
        for start in range(0, len(each), size):
            chunk = each[start : start + size]
            look.out.write(_content(look, chunk, start + 1))
            advance(len(chunk))


def _content(look: Look, chunk: Sequence[tuple[Any, Any]], first: int) -> bytes:
    """When one label of several is refused, say which: labels count from 1."""
    try:
        return _rendered(look, chunk)
    except InvalidInput:
        alone = replace(look, to="tspl", sheet="", copies=1)
        for number, each in enumerate(chunk, first):
            _rendered(alone, [each], row=number)
        raise


def _rendered(look: Look, chunk: Sequence[tuple[Any, Any]], **more: int) -> bytes:
    with refusals(**more):
        return labels.render_labels(
            chunk,
            to=look.to,
            language=look.language,
            dpi=look.dpi,
            copies=look.copies,
            sheet=look.sheet or None,
            first_cell=look.first_cell,
        ).content


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error where somebody looks and there is something to wait for."""
    console = Console(stderr=True)
    with Progress(console=console, disable=total <= BATCH or not console.is_terminal) as progress:
        task = progress.add_task("labels", total=total)
        yield lambda done: progress.advance(task, done)
