"""The verifier in the browser: how long after a key its verdict on 500 instructions is on screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.row import Row, at_most
from tests.browser.chromium import launch_options
from tests.browser.server import running_server
from tests.browser.workbench import Workbench

LINES = 500
KEYS = 40
UNTIL = """wrong => new Promise((resolve) => {
  addEventListener("keydown", (event) => {
    const look = () => requestAnimationFrame(() => {
      const chip = document.querySelector(".vchip:not(.late)");
      const there = chip?.classList.contains(wrong ? "drop" : "pass");
      if (there) globalThis.took = performance.now() - event.timeStamp;
      else look();
    });
    globalThis.took = null;
    look();
  }, { capture: true, once: true });
  resolve();
})"""
TAKE = """() => new Promise((resolve) => {
  const look = () => globalThis.took === null ? requestAnimationFrame(look) : resolve(globalThis.took);
  look();
})"""


def five_hundred_instructions() -> str:
    """Reads and compares packet bytes, as programs do; one store can be set out of line by one key."""
    head = [
        ".hook xdp", "r2 = *(u32 *)(r1 + 0)", "r3 = *(u32 *)(r1 + 4)", "r4 = r2", "r4 += 64", "r0 = 0",
        "if r4 > r3 goto out",
    ]  # fmt: skip
    body: list[str] = []
    for n in range((LINES - 10) // 5):
        body += [f"r5 = *(u8 *)(r2 + {n % 60})", "r0 += r5", f"if r5 > {n} goto l{n}", "r0 ^= 7"]
        body += [f"l{n}:", "r0 &= 1023"]
    return "\n".join([*head, *body, "*(u64 *)(r10 - 8) = r0", "out:", "r0 = 2", "exit"]) + "\n"


@contextmanager
def opened() -> Iterator[Page]:
    """The workbench with the program, the text cursor behind the 8 of its store."""
    with TemporaryDirectory() as folder, running_server(Path(folder)) as url, sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())
        page = browser.new_page(base_url=url, viewport={"width": 1600, "height": 1000})
        expect.set_options(timeout=30_000)
        bench = Workbench(page).open_blank()
        bench.write(five_hundred_instructions())
        expect(page.locator(".vchip.pass:not(.late)")).to_be_visible()
        keys = ["ControlOrMeta+End", *["ArrowUp"] * 4, "End", *["ArrowLeft"] * 6]
        for key in keys:
            page.keyboard.press(key)
        yield page
        browser.close()


def bench() -> list[Row]:
    """The figures."""
    figures: list[float] = []
    with opened() as page:
        for _ in range(KEYS // 2):
            for key in ("5", "Backspace"):
                page.evaluate(UNTIL, key == "5")
                page.keyboard.press(key)
                figures.append(float(page.evaluate(TAKE)))
                page.wait_for_timeout(300)  # the run behind it is no part of the next figure
    ordered = sorted(figures)
    return [
        Row(f"key to the verdict, {LINES} instructions, p50 of {KEYS}", median(ordered), "ms"),
        at_most("key to the verdict, p95", ordered[int(0.95 * len(ordered))], "ms", 100),
    ]
