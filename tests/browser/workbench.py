"""The workbench as a person uses it: what tests and screenshots do with its page."""

import re

from playwright.sync_api import Locator, Page, expect

SYN_GUARD = "/workbench?example=syn_guard"
READY = re.compile(r"^Step \d")


class Workbench:
    """One open workbench."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.slider = page.get_by_role("slider", name="Step")
        self.say = page.locator(".say")
        self.packet = page.locator(".ctl .pk")
        self.text = page.get_by_role("textbox", name="Program text")
        self.now = page.locator(".cm-line[aria-current=step]")
        self.saved = page.locator(".saved")

    def open(self, path: str = SYN_GUARD) -> "Workbench":
        """Load an address and wait until its run is there."""
        self.page.goto(path)
        return self.wait()

    def wait(self) -> "Workbench":
        expect(self.slider).to_have_attribute("aria-valuetext", READY)
        return self

    def at(self, step: int, packet: int | None = None) -> None:
        """Assert the place in time."""
        expect(self.slider).to_have_attribute("aria-valuenow", str(step))
        if packet is not None:
            expect(self.packet).to_contain_text(f"Packet {packet} ")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def line(self, text: str) -> Locator:
        return self.page.locator(".cm-line").filter(has_text=text).first

    def register(self, number: int) -> Locator:
        header = self.page.get_by_role("rowheader", name=f"r{number}", exact=True)
        return (
            self.page.get_by_role("table", name=re.compile("^Registers"))
            .get_by_role("row")
            .filter(has=header)
        )

    def retype(self, source: str) -> None:
        """Replace the whole program, as by pasting it."""
        self.text.click()
        self.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def command(self, words: str) -> None:
        """Find a command in the palette and do it."""
        self.press("ControlOrMeta+k")
        field = self.page.get_by_role("combobox", name="Search commands, examples, helpers, and time")
        field.fill(words)
        field.press("Enter")
