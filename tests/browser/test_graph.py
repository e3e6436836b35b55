"""The control-flow graph: what ran, where time stands, zoom and pan, and the same as a list."""

import re

from playwright.sync_api import Page, expect

from tests.browser.workbench import Workbench

LOOP = "/workbench?example=checksum_loop#p=2&s=12"


def test_the_graph_shows_what_ran_and_where_time_stands(page: Page) -> None:
    workbench = Workbench(page).open(LOOP)
    graph = workbench.open_pane("Control flow")
    expect(graph.locator(".bk")).to_have_count(8)
    expect(graph.locator(".bk.never")).to_have_count(1)  # no packet of this set has a wrong checksum
    expect(graph.locator(".bk.never")).to_contain_text("r0 = 1")
    here = graph.locator(".now rect")
    expect(here).to_have_count(1)
    before = here.bounding_box()
    page.keyboard.press("Alt+Home")
    expect(graph.locator(".now rect")).to_have_count(1)
    assert here.bounding_box() != before
    page.keyboard.press("Alt+End")
    expect(graph.locator(".now rect")).to_have_count(0)
    expect(graph.locator(".ed.walked")).not_to_have_count(0)


def test_an_instruction_in_the_graph_lights_its_line_and_its_block_leads_to_its_time(page: Page) -> None:
    workbench = Workbench(page).open(LOOP)
    graph = workbench.open_pane("Control flow")
    graph.locator("[data-pc='17']").hover()
    expect(workbench.editor().locator(".cm-line").filter(has_text="r3 = *(u16 *)(r1 + 0)")).to_have_class(
        re.compile("link")
    )
    graph.locator("[data-go='22']").click()
    expect(workbench.sentence()).to_contain_text("pc 22")


def test_zoom_and_pan_by_keyboard_wheel_and_drag(page: Page) -> None:
    workbench = Workbench(page).open(LOOP)
    graph = workbench.open_pane("Control flow")
    surface = graph.get_by_role("group", name=re.compile("^Control-flow graph"))
    drawing = graph.locator("svg.cfg")
    scale = graph.get_by_role("button", name=re.compile("%"))
    surface.focus()
    page.keyboard.press("0")
    whole = scale.inner_text()
    page.keyboard.press("+")
    expect(scale).not_to_have_text(whole)
    page.keyboard.press("0")
    expect(scale).to_have_text(whole)
    placed = drawing.get_attribute("style") or ""
    page.keyboard.press("ArrowDown")
    expect(drawing).not_to_have_attribute("style", placed)
    surface.hover()
    page.mouse.wheel(0, -300)
    expect(scale).not_to_have_text(whole)
    placed = drawing.get_attribute("style") or ""
    page.mouse.down()
    page.mouse.move(400, 700, steps=4)
    page.mouse.up()
    expect(drawing).not_to_have_attribute("style", placed)


def test_the_graph_as_a_list_of_links(page: Page) -> None:
    workbench = Workbench(page).open(LOOP)
    graph = workbench.open_pane("Control flow")
    graph.get_by_role("radio", name="List").click()
    block = graph.locator("li[id]").filter(has=page.get_by_role("button", name=re.compile("^pc 17–21")))
    expect(block).to_contain_text("in a loop")
    expect(block).to_contain_text("(back, a loop)")
    block.get_by_role("link", name="22–26").click()
    expect(graph.locator("li:focus")).to_contain_text("pc 22–26")
    graph.get_by_role("button", name="pc 22–26").click()
    expect(workbench.sentence()).to_contain_text("pc 22")
