"""A worker with a handheld and a keyboard-wedge scanner, for browser tests."""

import time
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

GS = "\x1d"
CONTROL = 2
"""The protocol's bit for the control key."""
KEY_S = 0.008
"""A wedge scanner's pause between two characters."""


class Handheld:
    """What one does with a handheld: scan, press, read the screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session: CDPSession | None = None

    def wedge(self, text: str) -> None:
        """Scan through the key lane: quick key presses, Ctrl+] for GS, Enter.

        Every press bears the time a scanner would have made it at, so that a machine busy with
        other tests does not turn a scanner into fingers.
        """
        at = time.time()
        for index, key in enumerate([*text, "Enter"]):
            self._press_at(at + index * KEY_S, key)

    def _press_at(self, at: float, key: str) -> None:
        press: dict[str, Any] = {"key": key, "text": key}
        if key == GS:
            press = {"key": "]", "code": "BracketRight", "modifiers": CONTROL}
        elif key == "Enter":
            press = {"key": key, "code": key, "text": "\r", "windowsVirtualKeyCode": 13}
        for kind in ("keyDown", "keyUp"):
            self._cdp().send("Input.dispatchKeyEvent", {"type": kind, "timestamp": at, **press})

    def _cdp(self) -> CDPSession:
        self._session = self._session or self.page.context.new_cdp_session(self.page)
        return self._session

    def commit(self, text: str) -> None:
        """Scan through the text lane, as devices do that bring their own input method."""
        self._cdp().send("Input.insertText", {"text": text + "\n"})

    def scan(self, text: str) -> None:
        """Scan and wait until the screen has taken it in."""
        before = self.page.locator(".floor").get_attribute("data-turn")
        self.wedge(text)
        expect(self.page.locator(".floor")).not_to_have_attribute("data-turn", before or "")

    def touch(self) -> None:
        """Touch the screen: what is scanned next belongs to no burst and is no double read."""
        self.page.mouse.click(120, 4)

    def scan_all(self, *texts: str) -> None:
        """Scan one after the other."""
        for text in texts:
            self.scan(text)

    def start(self, task: str) -> None:
        """Choose a task from the list."""
        if self.page.locator(".tasks").count() == 0:
            self.page.click(".status .who")
            self.page.locator(".sheet .answers button").first.click()
        self.page.click(f"[data-task={task}]")

    def press(self, key: str) -> None:
        """Press one of the three keys."""
        self.page.click(f".keys [data-key={key}]")

    def answer(self, index: int) -> None:
        """Choose one of a sheet's answers."""
        self.page.locator(".sheet .answers button").nth(index).click()

    def type_quantity(self, digits: str) -> None:
        """Through the on-screen keypad."""
        self.press("quantity")
        for digit in digits:
            self.page.locator(".pad button", has_text=digit).first.click()
        self.page.click(".sheet .pair .main")

    def said(self, text: str) -> None:
        """Wait for what just happened."""
        expect(self.page.locator(".said")).to_contain_text(text)

    def stopped(self, text: str) -> None:
        """Wait for the stop screen."""
        expect(self.page.locator(".stop")).to_contain_text(text)

    def quantity(self, text: str) -> None:
        """Wait for the big number."""
        expect(self.page.locator(".quantity b")).to_have_text(text)

    def unsent(self, count: int) -> None:
        """Wait until so many commands are unsent."""
        pill = self.page.locator("[data-unsent]")
        expect(pill).to_have_attribute("data-unsent", str(count), timeout=15_000)

    def knows(self, text: str) -> None:
        """Have the newest catalogue: ask for it until the text is in it."""
        self.page.click(".status .who")
        self.page.locator(".sheet .answers .pair button").nth(3).click()
        expect(self.page.locator(".sheet p.small").last).to_contain_text(text)
        self.page.locator(".sheet .answers > button.quiet").click()
