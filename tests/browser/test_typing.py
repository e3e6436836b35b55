"""From an empty page to a program that runs."""

from playwright.sync_api import Page, expect

from tests.browser.workbench import Workbench


def test_a_program_typed_from_nothing_is_checked_mended_and_run(page: Page) -> None:
    workbench = Workbench(page).open_blank()
    workbench.editor().click()
    page.keyboard.type("r0 = XDP_DORP\nexit\n")
    problem = page.locator(".diag")
    expect(problem).to_contain_text("There is no constant or field XDP_DORP")
    expect(workbench.sentence()).to_contain_text("Not assembled yet")
    expect(workbench.button("Step")).to_be_disabled()
    page.get_by_role("button", name="Change to XDP_DROP").click()
    expect(problem).to_have_count(0)
    expect(workbench.button("Step")).to_be_enabled()
    workbench.at(1, 0)
    workbench.button("Step").click()
    workbench.button("Step").click()
    expect(workbench.sentence()).to_contain_text("XDP_DROP")
    expect(workbench.register("r0")).to_contain_text("1")
    page.keyboard.press("Control+z")
    expect(workbench.editor()).to_contain_text("XDP_DORP")


def test_results_stay_while_the_text_is_wrong_and_say_that_they_are_old(page: Page) -> None:
    workbench = Workbench(page).open("/workbench?example=proto_count#p=2&s=6")
    workbench.editor().click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("r0 = \n")
    expect(workbench.pane("Registers")).to_contain_text("from before your last edit")
    expect(workbench.register("r6")).to_contain_text("pkt +0")
    page.keyboard.press("Control+z")
    expect(workbench.pane("Registers")).not_to_contain_text("from before your last edit")
    workbench.at(2, 6)


def test_a_megabyte_of_text_is_refused_in_words_and_nothing_is_lost(page: Page) -> None:
    workbench = Workbench(page).open_blank()
    workbench.write("; " + "x" * 1_048_600)
    expect(page.locator(".toast")).to_contain_text("at most 1,048,576 characters")
    workbench.write("r0 = 2\nexit\n")
    expect(workbench.button("Step")).to_be_enabled()


def test_the_reference_tells_what_stands_under_the_cursor(page: Page) -> None:
    workbench = Workbench(page).open()
    page.get_by_text("call bpf_map_lookup_elem").click()
    page.keyboard.press("End")
    page.keyboard.press("F1")
    panel = page.get_by_role("dialog", name="Reference")
    expect(panel.get_by_role("region", name="bpf_map_lookup_elem")).to_contain_text("may be called at")
    expect(panel.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("XDP_TX")
    expect(panel.get_by_role("region", name="XDP_TX")).to_contain_text("XDP verdict")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    workbench.command("reference")
    expect(panel).to_be_visible()
