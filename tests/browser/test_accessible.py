"""Axe finds nothing in any state, in both themes; on a phone everything is large enough to touch."""

from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.workbench import SYN_GUARD, Workbench

MOMENT = f"{SYN_GUARD}#p=16&s=24"
State = Callable[[Workbench], None]


def at_home(workbench: Workbench) -> None:
    workbench.page.goto("/")
    expect(workbench.page.locator(".tiny")).not_to_have_count(0)


def faulted(workbench: Workbench) -> None:
    workbench.open("/workbench?example=null_value")
    workbench.page.keyboard.press("Alt+End")


def in_a_function(workbench: Workbench) -> None:
    workbench.open("/workbench?example=checksum_loop#p=2&s=12")
    expect(workbench.pane("Stack")).to_contain_text("fold_header is running")


def stale(workbench: Workbench) -> None:
    workbench.open(MOMENT)
    workbench.editor().click()
    workbench.page.keyboard.insert_text("oops ")
    expect(workbench.pane("Registers")).to_contain_text("from before your last edit")


def event_tab(name: str) -> State:
    def state(workbench: Workbench) -> None:
        workbench.open("/workbench?example=ring_events#p=6&s=30")
        workbench.pane("This run").get_by_role("tab", name=name).click()

    return state


def graph(view: str) -> State:
    def state(workbench: Workbench) -> None:
        workbench.open("/workbench?example=checksum_loop#p=2&s=12")
        pane = workbench.open_pane("Control flow")
        pane.get_by_role("radio", name=view).click()

    return state


def making(way: str) -> State:
    def state(workbench: Workbench) -> None:
        workbench.open(MOMENT)
        pane = workbench.open_pane("Packets to send")
        pane.get_by_role("button", name="Add packets").click()
        pane.get_by_role("tab", name=way).click()

    return state


def reference(workbench: Workbench) -> None:
    workbench.open(MOMENT)
    workbench.page.keyboard.press("F1")
    expect(workbench.page.get_by_role("listbox", name="Found")).to_be_visible()


def no_packets(workbench: Workbench) -> None:
    workbench.open(MOMENT)
    pane = workbench.open_pane("Packets to send")
    pane.get_by_role("button", name="Delete all packets").click()
    expect(pane).to_contain_text("No packet yet")


STATES: Mapping[str, State] = {
    "home": at_home,
    "fault": faulted,
    "function": in_a_function,
    "stale": stale,
    "helper calls": event_tab("Helper calls"),
    "trace_pipe": event_tab("trace_pipe"),
    "records": event_tab("Records"),
    "graph": graph("Drawing"),
    "graph as list": graph("List"),
    "form": making("Form"),
    "hex": making("Hex"),
    "capture": making("Capture"),
    "sets": making("Sets"),
    "no packets": no_packets,
    "reference": reference,
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page: Page, state: str) -> None:
    STATES[state](Workbench(page))
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        axe(page)


TARGETS = """() => [...document.querySelectorAll('button, a[href], select, input, [data-rove], [role=tab]')]
  .filter((e) => e.offsetParent !== null && !e.closest('.cm-editor, .sr, .skip, .score, .strip, .say'))
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width > 0 && box.height > 0 && Math.max(box.height, 0) < 44)
  .map(([e, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${e.outerHTML.slice(0, 90)}`)"""


@pytest.mark.parametrize("tab", ["State", "Packet", "Maps", "Run"])
def test_on_a_phone_everything_can_be_touched_and_nothing_is_cut_off(page: Page, tab: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    workbench = Workbench(page).open(MOMENT)
    page.get_by_role("tab", name=tab, exact=True).click()
    if tab == "Packet":
        workbench.open_pane("Packets to send").get_by_role("button", name="Add packets").click()
    small = page.evaluate(TARGETS)
    assert not small, "smaller than 44 px:\n" + "\n".join(small)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        axe(page)
