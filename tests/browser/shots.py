"""Photographs every screen and state, at three widths, in both themes, into shots/.

``python3 dev.py shots`` takes all of them; words pick by name: ``python3 dev.py shots 390 palette``.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.server import running_server
from tests.browser.workbench import SYN_GUARD, Workbench
from tests.long_walk import nested

FOLDER = Path(__file__).parents[2] / "shots"
SIZES = ((1600, 1000), (1280, 800), (390, 844))
THEMES = ("light", "dark")
SETTLED = 600
"""Milliseconds until what was asked for has been drawn."""
LONG = "    r6 = 0\nagain:\n    r6 += 1\n    if r6 < 20000 goto again\n    r0 = XDP_PASS\n    exit\n"
NESTED = nested(900, 900)
LOST_POINTER = "    r1 = 0\n    r0 = *(u64 *)(r1 + 8)\n    exit\n"

State = Callable[[Workbench], None]


def home(bench: Workbench) -> None:
    bench.page.goto("/")
    expect(bench.page.get_by_role("link", name="Stop a SYN flood").first).to_be_visible()


def start(bench: Workbench) -> None:
    bench.open()


def drop(bench: Workbench) -> None:
    """Just before the packet is dropped: the mock-up's own moment."""
    bench.open(f"{SYN_GUARD}#p=16&s=24").at(16, 24)


def typed(source: str) -> State:
    def state(bench: Workbench) -> None:
        start(bench)
        bench.write(source)
        bench.page.keyboard.press("Escape")

    return state


def after(*commands: str) -> State:
    """The mock-up's moment, and then these commands of the palette."""

    def state(bench: Workbench) -> None:
        drop(bench)
        for words in commands:
            bench.command(words)

    return state


def phone_tab(name: str) -> State:
    def state(bench: Workbench) -> None:
        drop(bench)
        tab = bench.page.get_by_role("tab", name=name, exact=True)
        if tab.count() > 0:
            tab.click()

    return state


def misspelt(bench: Workbench) -> None:
    drop(bench)
    line = bench.editor().locator(".cm-line", has_text="call bpf_map_lookup_elem")
    line.click(
        position={"x": 80, "y": 8}
    )  # a line is as wide as the longest: its middle would scroll the text
    for key in ("End", "Backspace", "Escape"):
        bench.page.keyboard.press(key)
    expect(bench.page.locator(".diag")).to_be_visible()


def fault(bench: Workbench) -> None:
    typed(LOST_POINTER)(bench)
    expect(bench.page.get_by_role("slider", name="Step")).to_have_attribute("aria-valuemax", "2")
    bench.command("last step of this packet")


def long(bench: Workbench) -> None:
    typed(LONG)(bench)
    expect(bench.page.get_by_role("slider", name="Step")).to_have_attribute("aria-valuemax", "40003")


def palette(bench: Workbench) -> None:
    drop(bench)
    bench.page.keyboard.press("ControlOrMeta+k")
    bench.page.keyboard.type("last")


def pinned(bench: Workbench) -> None:
    drop(bench)
    bench.page.locator(".score .ev", has_text="10→11").first.hover()


def error_page(bench: Workbench) -> None:
    bench.page.goto("/no-such-page")


def continuing(bench: Workbench) -> None:
    """Home, once something has been kept."""
    drop(bench)
    title = bench.page.get_by_role("textbox", name="Name of this program")
    title.fill("my SYN guard")
    title.press("Enter")
    expect(bench.page.locator(".saved")).to_contain_text("Saved")
    home(bench)


def middle(bench: Workbench) -> None:
    """In a function, with a pinned register."""
    bench.open("/workbench?example=checksum_loop#p=2&s=24&pin=reg:0")


def graph_of_a_loop(bench: Workbench) -> None:
    middle(bench)
    bench.command("go to control flow")


def making(way: str) -> State:
    """The packets pane, making packets in one of its ways."""

    def state(bench: Workbench) -> None:
        drop(bench)
        bench.command("go to packets to send")
        pane = bench.pane("Packets to send")
        pane.get_by_role("button", name="Add packets").click()
        pane.get_by_role("tab", name=way).click()
        pane.get_by_role("region", name="Add packets").scroll_into_view_if_needed()

    return state


def records(bench: Workbench) -> None:
    bench.open("/workbench?example=ring_events#p=6&s=30")
    bench.command("go to this run")
    bench.pane("This run").get_by_role("tab", name="Records").click()


def reference(bench: Workbench) -> None:
    drop(bench)
    bench.command("reference")
    bench.page.keyboard.type("map_update")


def lost(bench: Workbench) -> None:
    drop(bench)
    bench.page.context.set_offline(True)
    if bench.page.locator(".status").is_visible():
        expect(bench.page.get_by_text("Server lost.")).to_be_visible()


def since_when(bench: Workbench) -> None:
    drop(bench)
    bench.command("go to registers")
    bench.register("r7").click(button="right")


def refused(example: str, *keys: str) -> State:
    """The verifier's screen on one of its examples, after some keys."""

    def state(bench: Workbench) -> None:
        name, _, place = example.partition("#")
        bench.page.goto(f"/workbench?example={name}&view=verifier#{place}")
        expect(bench.page.get_by_role("slider", name="Verifier step")).to_be_attached()
        expect(bench.page.get_by_text("What it cost").first).to_be_attached()
        for key in keys:
            bench.page.keyboard.press(key)

    return state


def undecided(bench: Workbench) -> None:
    """A program that the verifier does not come to the end of while one types."""
    typed(NESTED)(bench)
    bench.page.get_by_role("banner").get_by_role("button", name="Verifier:").click()
    expect(bench.page.get_by_role("button", name="Walk on to 1,000,000")).to_be_enabled()


def walking(bench: Workbench) -> None:
    """The walk of a million instructions, under way."""
    undecided(bench)
    bench.page.get_by_role("button", name="Walk on to 1,000,000").click()
    expect(bench.page.get_by_text("Deepest loop")).to_be_visible()


def part(name: str) -> State:
    """A part of the verifier's screen on a phone."""

    def state(bench: Workbench) -> None:
        refused("why_off_by_one")(bench)
        bench.page.get_by_role("tab", name=name, exact=True).click()

    return state


def metrics(address: str) -> State:
    """The metrics page once both of its flows have their answers."""

    def state(bench: Workbench) -> None:
        bench.page.goto(address)
        expect(bench.page.get_by_role("table", name="Who may talk to whom")).to_be_visible()
        expect(bench.page.get_by_role("img").first).to_be_visible()

    return state


def forbidden_name(bench: Workbench) -> None:
    """A rule and a policy that cannot be read."""
    metrics("/metrics")(bench)
    for text in ("hookscope_syns_total", "policyTypes: [Ingress]"):
        bench.page.locator(".cm-line", has_text=text).first.click()
        bench.page.keyboard.press("End")
        bench.page.keyboard.insert_text("-2")
    expect(bench.page.locator(".diag")).to_have_count(2)


def path(example: str, *keys: str, tab: str = "") -> State:
    """The path page on one of its examples once everything has happened, after some keys, at a tab."""

    def state(bench: Workbench) -> None:
        bench.page.goto(f"/path?example={example}")
        expect(bench.page.locator("footer.status")).to_contain_text("1,000 of 1,000 events")
        expect(bench.page.get_by_role("region", name="Its way").get_by_role("listitem").first).to_be_visible()
        for key in keys:
            bench.page.keyboard.press(key)
        if tab:
            bench.page.get_by_role("tab", name=tab, exact=True).click()

    return state


def mistaken_script(bench: Workbench) -> None:
    """A script of one's own with a mistake in it."""
    path("flood_limit")(bench)
    bench.page.get_by_role("tab", name="Script").click()
    bench.page.get_by_role("textbox", name="A small world").fill(
        "scenario: mine\nevents:\n  - packet: {tcp: {sport: many}}\n"
    )
    expect(bench.page.get_by_role("list", name="Problems of the script")).to_contain_text("Line 3")


def jit(example: str, form: str = "Kernel form") -> State:
    """The machine code of an example in a form, at what Linux rewrote first."""

    def state(bench: Workbench) -> None:
        bench.page.goto(f"/jit?example={example}")
        bench.page.get_by_role("button", name=form, exact=True).click()
        bench.page.keyboard.press("]")

    return state


STATES: Mapping[str, State] = {
    "jit": jit("syn_guard#p=16&s=24"),
    "jit-linux": jit("syn_guard#p=16&s=24", "Beside Linux"),
    "jit-arm": jit("syn_guard#p=16&s=24", "AArch64"),
    "jit-functions": jit("checksum_loop"),
    "jit-proved": jit("syn_guard", "Guarded with proof"),
    "jit-refused": jit("why_null"),
    "home": home,
    "home-continue": continuing,
    "error": error_page,
    "start": start,
    "middle": middle,
    "drop": drop,
    "end": after("last step of this packet"),
    "linked": pinned,
    "problem": misspelt,
    "empty": typed("\n"),
    "long": long,
    "fault": fault,
    "palette": palette,
    "keys": after("all keys"),
    "transcript": after("transcript"),
    "graph": after("go to control flow"),
    "graph-loop": graph_of_a_loop,
    "packets": after("go to packets to send"),
    "packets-form": making("Form"),
    "packets-hex": making("Hex"),
    "packets-capture": making("Capture"),
    "packets-sets": making("Sets"),
    "records": records,
    "reference": reference,
    "since-when": since_when,
    "lost": lost,
    "verifier": refused("why_off_by_one"),
    "verifier-back": refused("why_off_by_one", "Alt+F10", "Alt+F6"),
    "verifier-null": refused("why_null"),
    "verifier-unset": refused("why_unset"),
    "verifier-leak": refused("why_leak"),
    "verifier-loop": refused("why_loop"),
    "verifier-guarded": refused("syn_guard#p=1&s=0&as=no-perfmon"),
    "verifier-undecided": undecided,
    "verifier-walking": walking,
    "verifier-accepted": refused("syn_guard", "Alt+End"),
    "verifier-calls": refused("checksum_loop", "]", "[", "F6", "F6"),
    "metrics": metrics("/metrics"),
    "metrics-run-queue": metrics("/metrics?example=run_queue"),
    "metrics-problems": forbidden_name,
    "path": path("flood_limit", ".", "."),
    "path-dropped": path("flood_limit", "d"),
    "path-score": path("flood_limit", tab="Score"),
    "path-drops": path("drops_by_reason", tab="Drops"),
    "path-audit": path("secret_guard", tab="Denied"),
    "path-maps": path("runq_delay", tab="Maps"),
    "path-own": path("flood_limit", "d", tab="Your own"),
    "path-script": mistaken_script,
    "tab-code-verifier": part("Code"),
    "tab-knew": part("Knew"),
    "tab-flow": part("Flow"),
    "tab-log": part("Log"),
    "tab-state": phone_tab("State"),
    "tab-packet": phone_tab("Packet"),
    "tab-maps": phone_tab("Maps"),
    "tab-run": phone_tab("Run"),
}


def photograph(browser: Browser, url: str, name: str, size: tuple[int, int], theme: str) -> Path:
    """One picture; its path."""
    width, height = size
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page: Page = context.new_page()
    STATES[name](Workbench(page))
    page.wait_for_timeout(SETTLED)
    path = FOLDER / f"{name}-{width}-{theme}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main(*words: str) -> int:
    """Takes the pictures whose names hold any of ``words``, or all; names the states it could not reach."""
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=30_000)
    wanted = [
        (name, size, theme)
        for name in STATES
        for size in SIZES
        for theme in THEMES
        if size[0] < 641 or not name.startswith("tab-")
        if not words or any(word in f"{name}-{size[0]}-{theme}" for word in words)
    ]
    failed = []
    with TemporaryDirectory() as folder, running_server(Path(folder)) as url, sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())
        for name, size, theme in wanted:
            try:
                print(photograph(browser, url, name, size, theme).name)
            except Exception as error:  # noqa: BLE001  # one state that cannot be reached must not hide the others
                failed.append(f"{name}-{size[0]}-{theme}: {str(error).splitlines()[0]}")
        browser.close()
    print(*failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
