"""Pictures for docs/guides: drawn anew with STOCKTURN_WRITE_PICTURES=1, small enough to be kept.

tests/architecture/test_guides.py sees to it that each is shown and none is left over.
"""

import io
import os

from PIL import Image
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

FOLDER = ROOT / "docs" / "guides" / "pictures"
WIDEST_PX = 1080
COLOURS = 40
IS_WRITTEN = bool(os.environ.get("STOCKTURN_WRITE_PICTURES"))


def keep(page: Page, name: str) -> None:
    """Keeps what is on the screen as docs/guides/pictures/NAME.png, if pictures are drawn."""
    if not IS_WRITTEN:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if shot.width > WIDEST_PX:
        height = shot.height * WIDEST_PX // shot.width
        shot = shot.resize((WIDEST_PX, height), Image.Resampling.LANCZOS)
    flat = shot.quantize(COLOURS, dither=Image.Dither.NONE)
    flat.save(FOLDER / f"{name}.png", optimize=True)


def keep_in_both(page: Page, name: str, again: str = "") -> None:
    """The same as NAME-zh and NAME-en; the page is Chinese before and after, and loses nothing.

    again: the button that asks the server once more, for words that are its own.
    """
    if not IS_WRITTEN:
        return
    said = page.locator(".said-line button")
    if said.count():
        said.dispatch_event("click")
    keep(page, f"{name}-zh")
    for button, language in (("English", "en"), ("中文", "zh")):
        page.locator(".bar button", has_text=button).first.dispatch_event("click")
        page.wait_for_timeout(1_500)
        if language == "en":
            if again:
                page.get_by_role("button", name=again, exact=True).click()
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(3_000)
            keep(page, f"{name}-en")
