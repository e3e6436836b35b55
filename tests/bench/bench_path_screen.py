"""The path's page in a real browser: packets in flight, a long simulation, a packet opened and left.

Frames are what the page's own animation callback sees: with 200 packets in flight, and while 100,000 events
are simulated. Opening is from the key's own time stamp to the moment after the frame that shows the workbench
at the packet's run, and back likewise.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as File
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.bench_browser import FRAME, LATE, SOURCE, halves, percentile, taken
from tests.bench.row import Row, at_least, at_most
from tests.browser.chromium import launch_options
from tests.browser.path import Path
from tests.browser.server import running_server

IN_FLIGHT = 200
FLYING_MS = 6_000
OPENED = 30
EXAMPLE = "/path?example=flood_limit"


@contextmanager
def path_page() -> Iterator[Page]:
    """The path's page in a browser, taught to measure."""
    with TemporaryDirectory() as folder, running_server(File(folder)) as url, sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())
        page = browser.new_page(base_url=url, viewport={"width": 1600, "height": 1000})
        page.add_init_script(path=SOURCE)
        page.goto(EXAMPLE)
        expect(page.get_by_role("contentinfo")).to_contain_text("1,000 of 1,000 events")
        Path(page).has_workbench()
        yield page
        browser.close()


def simulate(page: Page, events: int) -> None:
    """Has so many events simulated."""
    field = page.get_by_role("spinbutton", name="events")
    field.fill(str(events))
    field.press("Enter")
    page.get_by_role("button", name="Simulate the change").click()


def flying(page: Page) -> int:
    """How many are in flight."""
    return int(page.locator("canvas.flying").get_attribute("data-flying") or 0)


def frames(what: str, intervals: list[float]) -> list[Row]:
    """The median of frames a second, and how many of them were on time."""
    kept = sum(interval <= LATE for interval in intervals) / len(intervals)
    return [
        Row(f"{what}, frames a second, median", 1000 / median(intervals), "/s"),
        at_least(f"{what}, frames on time of {len(intervals)}", 100 * kept, "%", 95),
        at_most("  interval between frames, p95", percentile(intervals, 0.95), "ms", round(LATE, 1)),
    ]


def in_flight(page: Page) -> list[Row]:
    """Frames while a simulation is played, at a time when there are enough packets in flight."""
    simulate(page, 20_000)
    expect(page.get_by_role("contentinfo")).to_contain_text("20,000 of 20,000 events", timeout=120_000)
    moment = page.get_by_role("slider", name="Moment")
    moment.press("Home")
    for _ in range(6):
        moment.press("PageUp")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(1_000)
    counts = []
    page.evaluate("hs.watchFrames()")
    for _ in range(FLYING_MS // 500):
        page.wait_for_timeout(500)
        counts.append(flying(page))
    intervals: list[float] = page.evaluate("hs.takeFrames()")
    page.get_by_role("button", name="Pause", exact=True).click()
    return [
        at_least("packets in flight, median", median(counts), "", IN_FLIGHT),
        *frames("  played", intervals),
    ]


def opening(page: Page) -> list[Row]:
    """From Enter at a dropped packet to its run in the workbench, and back to the map."""
    opened: list[float] = []
    returned: list[float] = []
    page.evaluate("document.activeElement.blur()")  # Enter would press the button that was pressed last
    for _ in range(OPENED):
        page.keyboard.press("d")
        page.wait_for_timeout(150)
        page.evaluate("hs.untilPage('Enter', '/workbench', '.transport .btn.pri:not([disabled])')")
        page.keyboard.press("Enter")
        opened += taken(page, 1)
        page.wait_for_timeout(150)
        back = page.get_by_role("link", name=re.compile("on the path$"))
        back.focus()
        page.evaluate("hs.untilPage('Enter', '/path', '.pt-say b')")
        back.press("Enter")
        returned += taken(page, 1)
    return [
        *halves("Enter to a packet's run painted in the workbench", opened, 150),
        *halves("Enter to the map again", returned, 150),
    ]


def simulating(page: Page) -> list[Row]:
    """Frames while 100,000 events are simulated, and how long it takes to stop that."""
    simulate(page, 100_000)
    expect(page.get_by_role("progressbar", name="Simulated")).to_be_visible()
    expect(page.get_by_role("region", name="Time")).to_contain_text(
        re.compile(r"[1-9][\d,]* of 100,000 events")
    )
    page.evaluate("hs.watchFrames()")
    page.wait_for_timeout(4_000)
    intervals: list[float] = page.evaluate("hs.takeFrames()")
    begun = time.perf_counter()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Simulate again")).to_be_visible()
    stopped = 1000 * (time.perf_counter() - begun)
    return [
        *frames("simulating 100,000 events", intervals),
        at_most("Stop to the summary of what has happened", stopped, "ms", 2_000),
        Row("  one frame of 60 a second", FRAME, "ms"),
    ]


def bench() -> list[Row]:
    with path_page() as page:
        return [row for part in (in_flight, opening, simulating) for row in part(page)]
