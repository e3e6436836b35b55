"""The path page: what people do with eBPF, each on a scenario with a known answer."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.path import Path
from tests.browser.workbench import Workbench

ANSWERS = [
    ("flood_limit", "Score", "attack (to be found)871721"),
    ("flood_limit", "Score", "Precision100.0 %Recall82.8 %"),
    ("flood_limit", "Drops", "XDP_DROPXDPflood_limit line 37 if r1 > 9 goto drop721"),
    ("secret_guard", "Denied", "33 denials"),
    ("secret_guard", "Denied", "node[1300]openat(AT_FDCWD, /etc/shadow, 0, 0)secret_guard line 37, pc 30"),
    ("fork_limit", "Score", "Precision100.0 %Recall97.8 %"),
    ("drops_by_reason", "Drops", "IP_INHDRIP 87"),
    ("drops_by_reason", "Maps", "30"),
    ("runq_delay", "Maps", "1024-204722"),
]


@pytest.mark.parametrize(("example", "tab", "text"), ANSWERS)
def test_programs_on_scenarios_give_their_known_answers(
    page: Page, example: str, tab: str, text: str
) -> None:
    shown = Path(page).open(f"/path?example={example}").results(tab)
    expect(shown).to_contain_text(text)


def test_a_dropped_packet_opens_in_the_workbench_with_the_maps_it_found(page: Page) -> None:
    path = Path(page).open("/path?example=flood_limit")
    page.keyboard.press("d")
    expect(path.sentence()).to_contain_text("flood_limit answered XDP_DROP at line 37")
    page.keyboard.press("Enter")
    expect(Workbench(page).button("Step")).to_be_enabled()
    expect(
        page.get_by_role("status").filter(has_text="the maps are as this event found them")
    ).to_be_visible()
    expect(page.get_by_text("12 of 4,096")).to_be_visible()
    page.go_back()
    expect(path.sentence()).to_contain_text("flood_limit answered XDP_DROP")


def test_the_workbench_comes_without_a_new_page_and_leads_back_to_the_packet(page: Page) -> None:
    path = Path(page).open("/path?example=flood_limit")
    path.has_workbench()
    page.evaluate("globalThis.before = true")
    for packet in (77, 79):
        page.keyboard.press("d")
        expect(path.sentence()).to_contain_text(f"Packet {packet}")
        page.keyboard.press("Enter")
        expect(Workbench(page).sentence()).to_contain_text("arrives: TCP 203.0.113.")
        expect(page).to_have_url(re.compile("/workbench"))
        page.get_by_role("link", name=f"Packet {packet} on the path").click()
        expect(path.sentence()).to_contain_text(f"Packet {packet}")
        expect(page).to_have_url(re.compile("/path"))
    assert page.evaluate("globalThis.before") is True
    page.go_back()
    Workbench(page).at(1, 0)
    page.keyboard.press("F10")
    Workbench(page).at(1, 1)


def test_hops_are_gone_through_by_keys_and_the_address_keeps_the_place(page: Page) -> None:
    path = Path(page).open("/path?example=flood_limit")
    for _ in range(3):
        page.keyboard.press(".")
    expect(path.sentence()).to_contain_text("Next, IP")
    page.keyboard.press(",")
    expect(path.sentence()).to_contain_text("Next, tc ingress")
    expect(page).to_have_url(re.compile("hop=2"))
    page.reload()
    expect(path.sentence()).to_contain_text("Next, tc ingress")


def test_a_station_says_which_kernel_function_it_is(page: Page) -> None:
    Path(page).open("/path?example=flood_limit")
    page.get_by_role("button", name=re.compile("^XDP, bpf_prog_run_xdp")).press("Enter")
    told = page.get_by_role("region", name="XDP", exact=True)
    expect(told).to_contain_text("bpf_prog_run_xdp, include/net/xdp.h")
    expect(told).to_contain_text("programs of type xdp")


def test_what_is_detached_decides_nothing_any_more(page: Page) -> None:
    path = Path(page).open("/path?example=flood_limit")
    page.get_by_role("button", name="Detach flood_limit").click()
    page.get_by_role("button", name="Simulate the change").click()
    expect(page.get_by_role("button", name="Simulate again")).to_be_visible()
    expect(path.results("Score")).to_contain_text("attack (to be found)8710")


def test_a_mistake_in_a_script_is_told_with_its_place(page: Page) -> None:
    Path(page).open("/path?example=flood_limit")
    page.get_by_role("tab", name="Script").click()
    page.get_by_role("textbox", name="A small world").fill(
        "scenario: mine\nevents:\n  - packet: {tcp: {sport: many}}\n"
    )
    problems = page.get_by_role("list", name="Problems of the script")
    expect(problems).to_contain_text(re.compile(r"Line 3, column \d+"))


def test_a_long_simulation_counts_and_can_be_stopped(page: Page) -> None:
    path = Path(page).open("/path?example=flood_limit")
    page.get_by_role("spinbutton", name="events").fill("100000")
    page.get_by_role("spinbutton", name="events").press("Enter")
    page.get_by_role("button", name="Simulate the change").click()
    expect(page.get_by_role("progressbar", name="Simulated")).to_be_visible()
    expect(path.sentence()).to_contain_text(re.compile(r"[1-9][\d,]* of 100,000 events"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Simulate again")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("of 100,000 events")


@pytest.mark.parametrize("size", [(1600, 1000), (390, 844)])
def test_axe_finds_nothing(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    path = Path(page).open("/path?example=secret_guard")
    axe(page)
    for tab in ("Score", "Drops", "Denied", "Maps"):
        path.results(tab)
        axe(page)
