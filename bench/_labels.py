"""What bench/labels.py measures; apart from it because a script called labels hides the package."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import _first_label as wire
from labels import Media, load_design, render
from labels.drawing import Drawing
from labels.languages.zpl import zpl_label
from labels.layout import lay_out
from labels.raster import rasterise
from labels.reading_back import read_back

AIM_PER_S = 50
DESIGN = "item-40x30"
ROOT = Path(__file__).resolve().parents[1]
FIRST = f"""
import time
started = time.perf_counter()
from labels import render
imported = time.perf_counter()
render({DESIGN!r}, {{"sku": "A-1", "code": "A-1", "name": "六角螺栓"}})
first = time.perf_counter()
render({DESIGN!r}, {{"sku": "A-2", "code": "A-2", "name": "内六角"}})
print(imported - started, first - imported, time.perf_counter() - first)
"""


def items(count: int) -> Iterator[dict[str, str]]:
    """Names of different length, each with something no cache has seen."""
    for number in range(count):
        yield {
            "sku": f"SKU-{number:06d}",
            "code": f"69{number:011d}",
            "name": f"不锈钢内六角螺栓{number} 全螺纹 DIN {number % 97}" + " 出口" * (number % 9),
            "spec": f"M{number % 30}×{number % 90}",
            "unit": f"盒 = {number % 40} 只",
        }


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(wall, CPU) seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def whole(count: int) -> None:
    design = load_design(DESIGN)
    for data in items(count):
        render(design, data, to="zpl")


def parts(count: int) -> dict[str, float]:
    """CPU seconds of each step alone."""
    design, drawings, pictures = load_design(DESIGN), [], []
    each = list(items(2 * count))[count:]
    spent = {
        "layout": timed(lambda: drawings.extend(laid_out(design, each)))[1],
        "dots": timed(lambda: pictures.extend(map(rasterise, drawings)))[1],
    }
    pairs = list(zip(pictures, drawings, strict=True))
    spent["read back"] = timed(lambda: [read_back(p, d.symbols) for p, d in pairs])[1]
    spent["ZPL"] = timed(lambda: [zpl_label(picture, 1, Media()) for picture in pictures])[1]
    return spent


def laid_out(design: object, each: list[dict[str, str]]) -> Iterator[Drawing]:
    return (lay_out(load_design(design), data, dpi=203, language="zh") for data in each)


def first_label() -> list[float]:
    """Milliseconds of a new process: import, first label, second label."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [float(seconds) * 1000 for seconds in done.stdout.split()]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    whole(20)
    wall, cpu = timed(lambda: whole(count))
    print(
        f"{count} item labels to ZPL, read back: {count / wall:.0f}/s, {count / cpu:.0f} per CPU s"
    )
    spent = parts(count)
    for name, seconds in spent.items():
        share = seconds / sum(spent.values())
        print(f"  {name:10} {seconds / count * 1000:5.2f} ms CPU  {share:4.0%}")
    imported, first, second = first_label()
    print(f"a new process: import {imported:.0f} ms, first label {first:.0f}, next {second:.0f} ms")
    print(f"aim: {AIM_PER_S}/s: {count / wall / AIM_PER_S:.1f} times")
    wire.report()


if __name__ == "__main__":
    main()
