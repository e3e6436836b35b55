"""Time, program and links of the workbench, in a real browser on the real server."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.axe import axe
from tests.browser.server import running_server
from tests.browser.workbench import Workbench

LOOP = """.program loop
.hook xdp
    r6 = 0
again:
    r6 += 1
    if r6 < 4000 goto again
    r0 = XDP_PASS
    exit
"""


@pytest.fixture
def bench(page: Page) -> Workbench:
    page.set_viewport_size({"width": 1600, "height": 1000})
    return Workbench(page).open()


def press(bench: Workbench, *keys: str) -> None:
    for key in keys:
        bench.page.keyboard.press(key)


def reload(bench: Workbench) -> None:
    bench.page.reload()
    expect(bench.button("Step")).to_be_enabled()


def slider(bench: Workbench) -> Locator:
    return bench.page.get_by_role("slider", name="Step")


def now(bench: Workbench) -> Locator:
    """The current line."""
    return bench.page.locator(".cm-line[aria-current=step]")


def saved(bench: Workbench) -> Locator:
    return bench.page.locator(".saved")


def line(bench: Workbench, text: str) -> Locator:
    return bench.page.locator(".cm-line").filter(has_text=text).first


def type_at_top(bench: Workbench, text: str) -> None:
    bench.editor().click()
    press(bench, "ControlOrMeta+Home")
    bench.page.keyboard.type(text)


def test_a_packet_steps_over_the_program_and_back(bench: Workbench) -> None:
    bench.at(1, 0)
    expect(bench.sentence()).to_contain_text("Packet 1 arrives: TCP")
    press(bench, "F10", "F10")
    bench.at(1, 2)
    expect(bench.sentence()).to_contain_text("pc 1 ")
    expect(now(bench)).to_contain_text("r7 = *(u32 *)(r1 + xdp_md.data)")
    press(bench, "Alt+F10")
    bench.at(1, 1)
    press(bench, ",")
    bench.at(1, 0)


def test_stepping_past_the_end_goes_to_the_next_packet_and_back(bench: Workbench) -> None:
    press(bench, "Alt+End")
    expect(slider(bench)).to_have_attribute("aria-valuetext", re.compile("the end$"))
    expect(bench.sentence()).to_contain_text("XDP_PASS")
    press(bench, "F10")
    bench.at(2, 0)
    press(bench, "Alt+F10")
    expect(bench.page.locator(".ctl .pk")).to_contain_text("Packet 1 ")


def test_the_score_moves_time(bench: Workbench) -> None:
    bench.page.locator(".score .ev", has_text="saddr").click()
    bench.at(1, 16)
    slider(bench).focus()
    press(bench, "End", "ArrowLeft", "Home")
    bench.at(1, 0)


def test_hovering_a_mark_lights_what_it_read(bench: Workbench) -> None:
    press(bench, "Alt+End")
    bench.page.locator(".score .ev", has_text="saddr").hover()
    expect(line(bench, "r3 = *(u32 *)(r7 + 26)")).to_have_class(re.compile(r"\blink\b"))


def test_after_an_edit_the_same_line_is_current(bench: Workbench) -> None:
    for _ in range(6):
        press(bench, ".")
    before = now(bench).inner_text()
    type_at_top(bench, "; one more line\n")
    expect(bench.page.get_by_text("from before your last edit")).to_have_count(0)
    expect(now(bench)).to_have_text(before)
    bench.at(1, 6)


def test_completion_offers_helpers_and_fields(bench: Workbench) -> None:
    bench.editor().click()
    press(bench, "ControlOrMeta+End")
    bench.page.keyboard.type("\n    call bpf_map_up")
    expect(bench.page.get_by_role("option", name=re.compile("bpf_map_update_elem"))).to_be_visible()


def test_the_palette_answers_about_time(bench: Workbench) -> None:
    bench.command("first drop")
    expect(bench.page.locator(".ctl .pk")).to_contain_text("Packet 16 ")
    expect(bench.sentence()).to_contain_text("XDP_DROP")
    bench.command("go to step 7")
    bench.at(16, 7)


def test_scrubbing_fetches_what_it_needs(bench: Workbench) -> None:
    bench.write(LOOP)
    expect(slider(bench)).to_have_attribute("aria-valuemax", "8003")
    strip = bench.page.locator(".overview").bounding_box()
    assert strip is not None
    bench.page.mouse.click(strip["x"] + strip["width"] / 2, strip["y"] + 8)
    expect(bench.register("r6")).to_contain_text(re.compile(r"NUM(1999|200\d) "))


def test_work_is_saved_and_its_address_brings_it_back(bench: Workbench) -> None:
    line(bench, "if r1 > 9 goto drop").click()
    press(bench, "F9", "F5", "ControlOrMeta+Home")
    bench.page.keyboard.type("; mine\n")
    expect(saved(bench)).to_have_text("Saved")
    expect(bench.page).to_have_url(re.compile(r"/w/[\w-]+#p=3&s=24$"))
    bench.open(bench.page.url)
    reload(bench)
    bench.at(3, 24)
    expect(line(bench, "; mine")).to_be_visible()
    expect(bench.page.locator(".cm-pcs .bp")).to_have_count(1)


def test_a_link_opens_exactly_this_for_someone_else(bench: Workbench, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench.command("first drop")
    press(bench, ",", ",", ",")
    sentence = bench.sentence().locator("> span").all_inner_texts()
    bench.command("copy a link")
    link = bench.page.locator(".toast a").get_attribute("href")
    assert link is not None
    other = Workbench(context.new_page()).open(link)
    expect(other.page.locator(".ctl .pk")).to_contain_text("Packet 16 ")
    expect(other.sentence().locator("> span")).to_have_text(sentence, use_inner_text=True)


def test_two_tabs_on_one_program_lose_nothing(bench: Workbench, context: BrowserContext) -> None:
    type_at_top(bench, "; both\n")
    expect(saved(bench)).to_have_text("Saved")
    other = Workbench(context.new_page()).open(bench.page.url)
    type_at_top(other, "; theirs\n")
    expect(saved(other)).to_have_text("Saved")
    bench.page.bring_to_front()
    type_at_top(bench, "; mine\n")
    kept = bench.page.locator(".toast", has_text="Another tab had changed this program")
    link = kept.get_by_role("link").get_attribute("href")
    assert link is not None
    copy = Workbench(context.new_page()).open(link)
    expect(line(copy, "; theirs")).to_be_visible()
    expect(line(bench, "; mine")).to_be_visible()


def test_a_lost_server_stops_neither_time_nor_typing(
    page: Page, tmp_path: Path, console_errors: list[str]
) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    with running_server(tmp_path) as url:
        bench = Workbench(page).open(f"{url}/workbench?example=syn_guard#p=16&s=24")
    expect(page.get_by_text("Server lost.")).to_be_visible()
    press(bench, "F10", "F10", "Alt+F10")
    bench.at(16, 25)
    bench.editor().click()
    press(bench, "ControlOrMeta+Home")
    page.keyboard.type("; kept\n")
    expect(saved(bench)).to_have_text("Offline (kept here)")
    expect(line(bench, "; kept")).to_be_visible()
    assert page.evaluate("JSON.parse(localStorage.getItem('hs:doc:draft')).inputs.source").startswith(
        "; kept"
    )
    console_errors.clear()  # the browser reports each attempt to reach the server


def test_keys_can_be_changed_and_stay_changed(bench: Workbench) -> None:
    press(bench, "?")
    bench.page.get_by_role("button", name=re.compile("^Next dropped packet")).click()
    press(bench, "n", "Escape")
    reload(bench)
    press(bench, "n")
    expect(bench.page.locator(".ctl .pk")).to_contain_text("Packet 16 ")


def test_panes_resize_fold_move_and_remember(bench: Workbench) -> None:
    editor = bench.page.locator("[data-pane=editor]")
    split = bench.page.get_by_role("separator", name="Width of column 1")
    wide = editor.evaluate("pane => pane.offsetWidth")
    split.focus()
    press(bench, *["ArrowRight"] * 5)
    expect(editor).to_have_js_property("offsetWidth", wide + 40)
    bench.command("move pane stack to column 1")
    bench.page.get_by_role("button", name="Fold Registers").click()
    expect(bench.page.get_by_role("button", name="Open Registers")).to_be_visible()
    reload(bench)
    expect(editor).to_have_js_property("offsetWidth", wide + 40)
    expect(bench.page.locator(".col").first.locator("[data-pane=stack]")).to_be_visible()
    expect(bench.page.get_by_role("button", name="Open Registers")).to_be_visible()
    bench.command("reset layout")
    expect(bench.page.get_by_role("button", name="Fold Registers")).to_be_visible()


def test_tab_leaves_the_editor_after_escape(bench: Workbench) -> None:
    bench.editor().click()
    press(bench, "Escape", "Tab")
    expect(bench.editor()).not_to_be_focused()


def test_the_theme_is_remembered(bench: Workbench) -> None:
    bench.page.get_by_role("button", name="Switch light or dark").click()
    theme = bench.page.locator("html").get_attribute("data-theme")
    reload(bench)
    expect(bench.page.locator("html")).to_have_attribute("data-theme", str(theme))


@pytest.mark.parametrize("size", [(1280, 800), (900, 1000)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, size: tuple[int, int], theme: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    bench = Workbench(page).open("/workbench?example=syn_guard#p=16&s=24")
    axe(page)
    if size[0] == 1280:
        for words in ("all keys", "transcript"):
            bench.command(words)
            expect(page.get_by_role("dialog")).to_be_visible()
            axe(page)
            press(bench, "Escape")
        press(bench, "ControlOrMeta+k")
        axe(page)


def test_a_phone_shows_one_group_of_panes_at_a_time(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    bench = Workbench(page).open()
    page.get_by_role("button", name="Step", exact=True).click()
    bench.at(1, 1)
    for tab, pane in (
        ("State", "registers"),
        ("Packet", "packet"),
        ("Maps", "maps"),
        ("Run", "events"),
        ("Code", "editor"),
    ):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.locator(f"[data-pane={pane}]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
