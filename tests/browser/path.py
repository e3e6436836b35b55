"""The path's page as a person finds it."""

from playwright.sync_api import Locator, Page, expect


class Path:
    """The page, with a simulation that has run."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str, events: str = "1,000 of 1,000 events") -> "Path":
        """Goes there and waits until everything has happened and the first event is looked at."""
        self.page.goto(address)
        self.has_run(events)
        expect(self.page.get_by_role("region", name="Its way")).not_to_contain_text("Choose an event")
        return self

    def has_run(self, events: str = "1,000 of 1,000 events") -> None:
        """Waits until everything has happened."""
        expect(self.page.locator("footer.status")).to_contain_text(events)  # which a phone hides

    def has_workbench(self) -> None:
        """Waits until the workbench is ready behind the page, as it is once that is at rest."""
        expect(self.page.locator("html[data-workbench=ready]")).to_be_attached()

    def results(self, tab: str) -> Locator:
        """What a tab of the results shows."""
        region = self.page.get_by_role("region", name="What became of it")
        region.get_by_role("tab", name=tab).click()
        return region

    def sentence(self) -> Locator:
        """What happened at the hop that is looked at."""
        return self.page.get_by_role("region", name="Time").get_by_role("status")

    def attached(self) -> Locator:
        """The programs attached, and how to attach more."""
        return self.page.get_by_role("region", name="Attached programs")

    def station(self, ident: str) -> Locator:
        """A station on the map."""
        return self.page.locator(f"[data-station={ident}]")

    def simulate(self, events: str = "1,000 of 1,000 events") -> None:
        """Simulates what was changed."""
        self.page.get_by_role("button", name="Simulate the change").click()
        expect(self.page.get_by_role("button", name="Simulate again")).to_be_visible()
        self.has_run(events)

    def flying(self) -> int:
        """How many are in flight."""
        return int(self.page.locator("canvas.flying").get_attribute("data-flying") or 0)
