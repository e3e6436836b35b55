"""The workbench in a real browser on the real server: typing, stepping, jumping and scrubbing.

Each figure is from the input event's own time stamp to the moment after the frame that shows what it asked
for, taken in the page; a key's share of it that is waiting for the next frame is included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from tests.bench.row import Row, at_least, at_most
from tests.browser.chromium import launch_options
from tests.browser.server import running_server
from tests.browser.workbench import Workbench

FRAME = 1000 / 60
LATE = 1.5 * FRAME
"""An interval between frames longer than this has missed one."""
KEYS = 40
"""Trials of each kind."""
LINES = 500
LOOP_STEPS = 10_000

SOURCE = Path(__file__).with_name("browser.js")
"""What the page is taught: ``hs.keys``, ``hs.frames`` …"""


def five_hundred_lines() -> str:
    """A program of 500 lines that assembles, with jumps, loads and comments."""
    body = "".join(
        f"    r0 += {n}\n    if r0 > {n * 7} goto l{n}\n    r2 = r0 ; note {n}\nl{n}:\n"
        for n in range((LINES - 6) // 4)
    )
    return f".program long\n.hook xdp\n    r0 = 0\n{body}    r0 = XDP_PASS\n    exit\n"


def loop(steps: int) -> str:
    """A program that runs about that many steps, with a stack write in every turn."""
    turns = steps // 4
    return (
        ".program loop\n.hook xdp\n    r6 = 0\nagain:\n    r6 += 1\n    r2 = r6\n"
        f"    *(u64 *)(r10 - 8) = r2\n    if r6 < {turns} goto again\n    r0 = XDP_PASS\n    exit\n"
    )


def percentile(figures: list[float], share: float) -> float:
    """The smallest figure that ``share`` of them do not exceed."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def halves(what: str, figures: list[float], limit: float) -> list[Row]:
    """The middle figure, and the 95th percentile against a limit; milliseconds."""
    return [
        Row(f"{what}, p50 of {len(figures)}", median(figures), "ms"),
        at_most(f"{what}, p95", percentile(figures, 0.95), "ms", round(limit, 1)),
    ]


expect.set_options(timeout=30_000)


@contextmanager
def workbench() -> Iterator[Workbench]:
    """The workbench in a browser, the page taught to measure."""
    with TemporaryDirectory() as folder, running_server(Path(folder)) as url, sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())
        page = browser.new_page(base_url=url, viewport={"width": 1600, "height": 1000})
        page.add_init_script(path=SOURCE)
        yield Workbench(page)
        browser.close()


def taken(page: Page, count: int) -> list[float]:
    """Waits until the page has taken that many figures, and takes them from it."""
    page.evaluate("count => hs.waitFor(count)", count)
    figures: list[float] = page.evaluate("hs.take()")
    return figures


def typing(bench: Workbench) -> list[Row]:
    """From the last key to the underline that says what is wrong with it, or its going."""
    page = bench.page
    bench.open_blank()
    bench.write(five_hundred_lines())
    expect(page.locator(".status")).to_contain_text("assembled")
    page.keyboard.press("ControlOrMeta+Home")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    figures: list[float] = []
    for _ in range(KEYS // 2):
        for key in ("q", "Backspace"):
            page.evaluate("wrong => hs.untilProblem(wrong)", key == "q")
            page.keyboard.press(key)
            figures += taken(page, 1)
    return halves(f"last key to its diagnostics, {LINES} lines", figures, 100)


def stepping(bench: Workbench) -> list[Row]:
    """From the key to the step on screen, where its window is there.

    A key waits up to a frame for the screen, and the frame that shows it takes up to another: what the page
    itself does for a step, in time of its thread, is to fit into one.
    """
    page = bench.page
    bench.open()
    page.evaluate("hs.untilShown('keydown')")
    inside = page.context.new_cdp_session(page)
    inside.send("Performance.enable", {"timeDomain": "threadTicks"})
    figures: list[float] = []
    before = counted(inside)
    for key in ("F10", "Alt+F10"):
        for _ in range(KEYS // 2):
            page.keyboard.press(key)
            figures += taken(page, 1)
    after = counted(inside)
    each = {name: (after[name] - before[name]) / KEYS for name in after}
    return [
        *halves("key to a step painted, its window there", figures, 2 * FRAME),
        at_most(
            "  of which work of the page, on average", 1000 * each["TaskDuration"], "ms", round(FRAME, 1)
        ),
        Row("  layouts of the page, on average", each["LayoutCount"], ""),
        Row("  recalculations of styles, on average", each["RecalcStyleCount"], ""),
    ]


def counted(inside: CDPSession) -> dict[str, float]:
    """What the page's thread has done so far: seconds, and how often, by Chromium's names."""
    metrics = inside.send("Performance.getMetrics")["metrics"]
    return {str(metric["name"]): float(metric["value"]) for metric in metrics}


def jumping(bench: Workbench) -> list[Row]:
    """From a press on the overview to that step on screen, where its window is not there."""
    page = bench.page
    bench.open("/workbench?example=endless")
    strip = page.locator(".overview").bounding_box()
    assert strip is not None
    page.evaluate("hs.untilShown('pointerdown')")
    figures: list[float] = []
    for n in range(KEYS):
        share = 0.05 + 0.9 * ((n * 0.381966) % 1)
        page.mouse.click(strip["x"] + strip["width"] * share, strip["y"] + strip["height"] / 2)
        figures += taken(page, 1)
    return halves("press to a step painted, its window not there", figures, 50)


def scrubbing(bench: Workbench) -> list[Row]:
    """Frames while the playhead is dragged over the whole run and back."""
    page = bench.page
    bench.open_blank()
    bench.write(loop(LOOP_STEPS))
    expect(page.get_by_role("slider", name="Step")).to_have_attribute("aria-valuemax", str(LOOP_STEPS + 3))
    strip = page.locator(".overview").bounding_box()
    assert strip is not None
    left, right, y = strip["x"] + 4, strip["x"] + strip["width"] - 4, strip["y"] + strip["height"] / 2
    page.mouse.move(left, y)
    page.mouse.down()
    page.evaluate("hs.watchFrames()")
    for end in (right, left):
        page.mouse.move(end, y, steps=150)
    frames: list[float] = page.evaluate("hs.takeFrames()")
    page.mouse.up()
    kept = sum(interval <= LATE for interval in frames) / len(frames)
    return [
        Row(f"scrubbing {LOOP_STEPS:,} steps, frames a second", 1000 * len(frames) / sum(frames), "/s"),
        at_least(f"scrubbing {LOOP_STEPS:,} steps, frames on time of {len(frames)}", 100 * kept, "%", 95),
        at_most("  interval between frames, p95", percentile(frames, 0.95), "ms", round(LATE, 1)),
    ]


def bench() -> list[Row]:
    with workbench() as opened:
        return [row for part in (typing, stepping, jumping, scrubbing) for row in part(opened)]
