"""The README's five minutes, word for word: once with the mouse, once by keyboard alone."""

import re

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.workbench import Workbench

WIDE: ViewportSize = {"width": 1600, "height": 1000}
FIXED = "Change to bpf_map_lookup_elem"
PLACE_OF_9 = """line => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf("9");
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const { x, y, width, height } = range.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  }
}"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def example(page: Page, title: str) -> Locator:
    """The card of an example on the home page."""
    return page.get_by_role("region", name="Examples").get_by_role("link", name=re.compile(title)).first


def dropped(workbench: Workbench, count: int) -> None:
    passed = 24 - count
    expect(
        workbench.page.get_by_role("img", name=f"{passed} of 24 packets passed, {count} dropped")
    ).to_be_visible()


def opened(workbench: Workbench) -> None:
    """Point 1: assembled, attached to XDP, and run on 24 packets."""
    expect(workbench.button("Step")).to_be_enabled()
    expect(workbench.page.locator("[data-pane=editor]")).to_contain_text("assembled")
    expect(workbench.page.get_by_role("region", name="Time")).to_contain_text("of 24")


def at_the_write(workbench: Workbench) -> None:
    """Point 4: the counter has just become 11; the next instruction asks whether ten came before."""
    workbench.at(16, 24)
    expect(workbench.entry("syn_count", "203.0.113.7")).to_contain_text("10 → 11")
    expect(workbench.sentence()).to_contain_text("asks whether 10 is greater than 9. It is")


def test_by_mouse(page: Page) -> None:
    page.set_viewport_size(WIDE)
    workbench = Workbench(page)
    page.goto("/")
    example(page, "Stop a SYN flood").click()
    opened(workbench)
    for _ in range(6):
        workbench.button("Step").click()
    workbench.at(1, 6)
    expect(workbench.sentence()).to_contain_text("Next,")
    workbench.button("Step back").click()
    workbench.at(1, 5)
    page.locator(".strip [data-packet='15']").click()
    workbench.at(16, 0)
    workbench.button("Continue to the next breakpoint").click()
    expect(workbench.sentence()).to_contain_text("XDP_DROP")
    workbench.pane("This run").get_by_role(
        "button", name=re.compile(r"syn_count\[203.0.113.7\] 10 → 11")
    ).click()
    at_the_write(workbench)
    x, y = page.locator(".cm-line", has_text="if r1 > 9 goto drop").evaluate(PLACE_OF_9)
    page.mouse.dblclick(x, y)
    page.keyboard.type("3")
    dropped(workbench, 11)
    workbench.at(16, 24)
    press(page, "Control+z")
    dropped(workbench, 5)
    workbench.at(16, 24)
    page.locator(".cm-line", has_text="call bpf_map_lookup_elem").click()
    press(page, "End", "ArrowLeft", "ArrowLeft", "Backspace", "Escape")
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    page.get_by_role("button", name=FIXED).click()
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    workbench.button("Open Control flow").click()
    expect(workbench.pane("Control flow").locator("svg .now")).to_be_visible()
    workbench.button("Open Packets to send").click()
    expect(workbench.pane("Packets to send").get_by_role("button", name="Add packets")).to_be_visible()
    page.get_by_role("link", name="Home", exact=True).first.click()
    example(page, "A fault, and the way back").click()
    expect(workbench.button("Step")).to_be_enabled()
    workbench.button("Continue to the next breakpoint").click()
    expect(workbench.pane("This run")).to_contain_text("NULL pointer dereference")
    workbench.button("Step back").click()
    expect(workbench.sentence()).to_contain_text("Next,")


def test_by_keyboard_alone(page: Page) -> None:
    page.set_viewport_size(WIDE)
    workbench = Workbench(page)
    page.goto("/")
    card = example(page, "Stop a SYN flood")
    expect(card).to_be_visible()
    for _ in range(40):
        if card.evaluate("link => link === document.activeElement"):
            break
        press(page, "Tab")
    expect(card).to_be_focused()
    press(page, "Enter")
    opened(workbench)
    press(page, *["F10"] * 6)
    workbench.at(1, 6)
    press(page, "Alt+F10")
    workbench.at(1, 5)
    workbench.command("first drop")
    press(page, "Alt+Home")
    workbench.at(16, 0)
    press(page, "F5")
    expect(workbench.sentence()).to_contain_text("XDP_DROP")
    press(page, "7")
    expect(page.locator("[data-pane=events]")).to_be_focused()
    workbench.command("last map write")
    at_the_write(workbench)
    press(page, "1")
    press(page, "Tab")
    for _ in range(8):
        if workbench.editor().evaluate("text => text === document.activeElement"):
            break
        press(page, "Tab")
    expect(workbench.editor()).to_be_focused()
    press(page, "Control+f")
    page.keyboard.type("r1 > 9")
    press(page, "Enter", "Escape", "ArrowRight", "Backspace")
    page.keyboard.type("3")
    dropped(workbench, 11)
    workbench.at(16, 24)
    press(page, "Control+z", "Control+z")
    dropped(workbench, 5)
    press(page, "Escape", "Tab")
    press(page, "2")
    expect(page.locator("[data-pane=graph]")).to_be_focused()
    expect(workbench.pane("Control flow").locator("svg .now")).to_be_visible()
    press(page, "8")
    expect(page.locator("[data-pane=packets]")).to_be_focused()
    workbench.command("home")
    fault = example(page, "A fault, and the way back")
    expect(fault).to_be_visible()
    fault.focus()
    press(page, "Enter")
    expect(workbench.button("Step")).to_be_enabled()
    press(page, "F5")
    expect(workbench.pane("This run")).to_contain_text("NULL pointer dereference")
    press(page, "Alt+F10")
    expect(workbench.sentence()).to_contain_text("Next,")
