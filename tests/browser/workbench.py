"""The workbench as a person finds it: its parts by the names they have on screen."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

SYN_GUARD = "/workbench?example=syn_guard"


@dataclass(frozen=True, slots=True)
class Workbench:
    """A page that shows the workbench."""

    page: Page

    def open(self, address: str = SYN_GUARD) -> "Workbench":
        """Goes there and waits until a run is on screen."""
        self.page.goto(address)
        expect(self.button("Step")).to_be_enabled()
        return self

    def open_blank(self) -> "Workbench":
        """Goes to the empty sandbox and waits until it has its packets."""
        self.page.goto("/workbench?example=blank")
        expect(self.page.get_by_role("region", name="Time")).to_contain_text("of 24")
        return self

    def button(self, name: str) -> Locator:
        """The button of exactly that name."""
        return self.page.get_by_role("button", name=name, exact=True).first

    def pane(self, name: str) -> Locator:
        """The pane of that name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def at(self, packet: int, step: int) -> None:
        """Asserts the place in time, both counted as on screen."""
        expect(self.page.get_by_role("region", name="Time")).to_contain_text(f"Packet {packet}")
        expect(self.page.locator("h1")).to_have_text(re.compile(rf"packet {packet}, step {step}$"))

    def sentence(self) -> Locator:
        """What happened, and what is next."""
        return self.page.locator(".say")

    def register(self, name: str) -> Locator:
        """The row of a register."""
        header = self.page.get_by_role("rowheader", name=name, exact=True)
        return self.pane("Registers").get_by_role("row").filter(has=header)

    def entry(self, map_name: str, key: str) -> Locator:
        """The row of a map entry."""
        table = self.pane("Maps").get_by_role("table", name=f"Entries of {map_name}")
        return table.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=key, exact=True))

    def field(self, label: str) -> Locator:
        """The first packet field of that label."""
        return self.pane("Packet").get_by_role("treeitem").filter(has_text=label).first

    def editor(self) -> Locator:
        """The text of the program."""
        return self.page.locator(".cm-content")

    def write(self, text: str) -> None:
        """Types a program in place of what is there."""
        self.editor().click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def command(self, words: str) -> None:
        """Runs the first command that the palette finds."""
        self.page.keyboard.press("Control+k")
        self.page.get_by_role("combobox", name=re.compile("^Search commands")).fill(words)
        self.page.keyboard.press("Enter")

    def open_pane(self, name: str) -> Locator:
        """Opens a folded pane."""
        self.button(f"Open {name}").click()
        return self.pane(name)
