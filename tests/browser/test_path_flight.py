"""Playing a simulation on the map: many packets in flight, a head over time, keys, and less motion."""

import re

from playwright.sync_api import Page, expect

from tests.browser.path import Path

FLOOD = "/path?example=flood_limit"
HEADS = """new Promise((resolve) => {
  const seen = new Set();
  const look = (end) => {
    seen.add(document.querySelector(".tl-s .head").style.transform);
    if (performance.now() < end) requestAnimationFrame(() => look(end));
    else resolve(seen.size);
  };
  look(performance.now() + 1500);
})"""
"""At how many places the head was in one and a half seconds."""


def test_packets_fly_while_it_is_played_and_stand_while_it_is_not(page: Page) -> None:
    path = Path(page).open(FLOOD)
    page.keyboard.press("d")
    expect(path.sentence()).to_contain_text("Packet 77")
    moment = page.get_by_role("slider", name="Moment")
    expect(moment).to_have_attribute("aria-valuetext", "1.041 s of 3.140 s")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert page.evaluate(HEADS) > 20
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert path.flying() > 5
    assert page.evaluate(HEADS) == 1


def test_the_moment_is_chosen_by_keys_and_the_packet_is_at_its_hop(page: Page) -> None:
    path = Path(page).open(FLOOD)
    moment = page.get_by_role("slider", name="Moment")
    moment.press("End")
    expect(path.sentence()).to_contain_text("It ends here")
    moment.press("Home")
    expect(path.sentence()).to_contain_text("NIC. Next, XDP.")
    page.keyboard.press(".")
    expect(path.sentence()).to_contain_text("XDP: flood_limit answered XDP_PASS")


def test_a_press_on_a_dot_looks_at_its_packet_and_one_on_the_strip_at_its_moment(page: Page) -> None:
    path = Path(page).open(FLOOD)
    page.keyboard.press("d")
    expect(path.sentence()).to_contain_text("Packet 77")
    drawing = page.locator("svg.map").bounding_box()
    assert drawing is not None
    scale = min(drawing["width"] / 1296, drawing["height"] / 420)
    left = drawing["x"] + (drawing["width"] - 1296 * scale) / 2
    top = drawing["y"] + (drawing["height"] - 420 * scale) / 2
    for x in range(172, 330, 8):  # on the line in, between XDP and tc; packets are a few units apart
        page.mouse.click(left + x * scale, top + 142 * scale)
        page.wait_for_timeout(50)
        if "Packet 77" not in path.sentence().inner_text():
            break
    expect(path.sentence()).to_contain_text(re.compile(r"Packet (6|7)\d, TCP"))
    expect(path.sentence()).not_to_contain_text("Packet 77")
    page.get_by_role("slider", name="Moment").click()
    expect(page.get_by_role("slider", name="Moment")).to_have_attribute(
        "aria-valuetext", re.compile(r"^1\.8\d+ s of")
    )


def test_who_wants_less_motion_sees_moments_far_apart(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    Path(page).open(FLOOD)
    page.keyboard.press("Space")
    assert 1 < page.evaluate(HEADS) < 8


def test_the_map_is_one_stop_and_arrows_go_along_it(page: Page) -> None:
    path = Path(page).open(FLOOD)
    expect(page.locator(".map [tabindex='0']")).to_have_count(1)
    path.station("nic").focus()
    for ident in ("xdp", "skb", "xdp_generic", "tc"):
        page.keyboard.press("ArrowRight")
        expect(path.station(ident)).to_be_focused()
    page.keyboard.press("Enter")
    told = page.get_by_role("region", name="tc ingress", exact=True)
    expect(told).to_contain_text("sch_handle_ingress, net/core/dev.c")
    expect(told.get_by_role("row", name=re.compile("^eth0 279 279"))).to_be_visible()
    expect(page.locator(".map [tabindex='0']")).to_have_count(1)


def test_the_list_is_one_stop_and_arrows_go_from_event_to_event(page: Page) -> None:
    path = Path(page).open(FLOOD)
    events = page.get_by_role("group", name="1,000 events")
    for number in (2, 3):
        events.press("ArrowDown")
        expect(path.sentence()).to_contain_text(f"Packet {number}, ")
    expect(page.locator(".plist [tabindex='0']")).to_have_count(0)
    expect(page.locator(".prow.cur")).to_be_visible()


def test_the_map_can_be_read_as_a_list(page: Page) -> None:
    Path(page).open(FLOOD)
    page.get_by_role("button", name="As a list").click()
    row = page.get_by_role("row", name=re.compile("^XDP hook"))
    expect(row).to_contain_text("bpf_prog_run_xdp, include/net/xdp.h")
    expect(row).to_contain_text("721")
    row.get_by_role("button", name="XDP").click()
    expect(page.get_by_role("region", name="XDP", exact=True)).to_be_visible()


def test_the_map_is_there_with_the_page_and_stays_where_it_is(page: Page) -> None:
    page.add_init_script(
        "globalThis.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => "
        "(moved += value))).observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(FLOOD, wait_until="domcontentloaded")
    expect(page.locator("[data-station=xdp]")).to_be_attached(timeout=2_000)
    Path(page).has_run()
    assert page.evaluate("moved") < 0.05
