"""The lesson page: from its start to passing, by mouse and by keyboard; what is kept of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.lesson import LESSON, NEXT, SOLVED, STUB, LessonPage, write_lessons
from tests.browser.server import serving
from tests.browser.test_accessible import TARGETS


@pytest.fixture(scope="module")
def browser_context_args(
    browser_context_args: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Pages of a server whose lessons are those of these tests."""
    lessons = write_lessons(tmp_path_factory.mktemp("lessons"))
    with serving(tmp_path_factory.mktemp("server"), HOOKSCOPE_LESSONS=str(lessons)) as served:
        yield browser_context_args | {"base_url": served.url}


def test_a_lesson_is_done_from_its_start_to_passing(page: Page) -> None:
    lesson = LessonPage(page).open()
    expect(lesson.pane("Tasks")).to_contain_text("0 of 2")
    lesson.button("Run").click()
    expect(lesson.pane("Stepper")).to_contain_text("A question comes first")
    lesson.pane("Stepper").get_by_role("button", name="Go on without").click()
    lesson.button("Run").click()
    expect(lesson.pane("Tasks")).to_contain_text("1 of 2")
    lesson.check()
    checks = lesson.pane("Checks")
    expect(checks.get_by_text("so this was not tried")).to_have_count(2)
    expect(checks).not_to_contain_text("A secret title")
    expect(lesson.pane("Hints").locator("li")).to_have_text(["Ask r0 first."])
    lesson.button("Next hint").click()
    expect(lesson.pane("Hints").locator("li")).to_have_count(2)
    lesson.write(SOLVED)
    expect(lesson.pane("Editor")).to_contain_text("accepted")
    expect(checks).to_contain_text("from before your last edit")
    lesson.check()
    expect(checks).to_contain_text("All checks pass")
    expect(checks).to_contain_text("9 instructions")
    expect(lesson.pane("Tasks")).to_contain_text("2 of 2")
    lesson.button("Compare with the solution").click()
    expect(lesson.pane("Compared with the solution")).to_contain_text("line for line the same")


def test_the_packet_of_a_failed_check_opens_beside_it(page: Page) -> None:
    lesson = LessonPage(page).open()
    lesson.write(SOLVED.replace("XDP_PASS", "XDP_DROP"))
    expect(lesson.pane("Editor")).to_contain_text("accepted")
    lesson.check()
    failed = lesson.pane("Checks").get_by_role("listitem").filter(has_text="What comes passes")
    expect(failed).to_contain_text("XDP_DROP")
    failed.get_by_role("button", name="Open this packet").click()
    stepper = lesson.pane("Stepper")
    expect(stepper).to_contain_text("sent by the check: What comes passes")
    expect(stepper).to_contain_text("Packet 1 of 1")
    stepper.get_by_role("button", name="The lesson’s own packets").click()
    expect(stepper).not_to_contain_text("sent by the check")


def test_a_question_holds_time_until_it_is_answered(page: Page) -> None:
    lesson = LessonPage(page).open()
    lesson.button("Step").click()
    stepper = lesson.pane("Stepper")
    for _ in range(8):
        page.keyboard.press(".")
    expect(stepper).to_contain_text("Step 5 of")
    lesson.button("Answer it").click()
    field = page.locator("#predict-kind").get_by_role("textbox")
    expect(field).to_be_focused()
    field.fill("7")
    page.keyboard.press("Enter")
    told = page.locator("#predict-kind")
    expect(told).to_contain_text("It is 0.")
    expect(told).to_contain_text("Nothing was found, so it is nothing.")
    lesson.button("Run").click()
    expect(stepper).to_contain_text("Step 6 of")


def test_a_choice_is_locked_in_and_told(page: Page) -> None:
    lesson = LessonPage(page).open()
    box = page.locator("#predict-which")
    box.get_by_role("radio", name="XDP_DROP").check(force=True)
    box.get_by_role("button", name="Lock it in").click()
    expect(box.get_by_role("listitem").filter(has_text="XDP_PASS")).to_contain_text("so it is")
    expect(box.get_by_role("listitem").filter(has_text="XDP_DROP")).to_contain_text("your answer")
    page.reload()
    expect(box).to_contain_text("Your prediction")
    expect(lesson.pane("Tasks")).to_be_visible()


def test_show_me_opens_the_pane_it_speaks_of(page: Page) -> None:
    lesson = LessonPage(page).open()
    page.get_by_role("button", name="Show me why").click()
    expect(lesson.pane("Stepper").get_by_role("tab", name="Why")).to_have_attribute("aria-selected", "true")
    expect(lesson.pane("Stepper")).to_contain_text("R0 invalid mem access 'map_value_or_null'")


def test_what_is_typed_is_there_again_and_reset_can_be_undone(page: Page) -> None:
    lesson = LessonPage(page).open()
    lesson.write(SOLVED)
    expect(page.locator(".saved")).to_contain_text("Saved")
    page.reload()
    expect(page.locator(".cm-content")).to_contain_text("if r0 == 0 goto pass")
    lesson.button("Reset").click()
    expect(page.locator(".cm-content")).not_to_contain_text("if r0 == 0")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".cm-content")).to_contain_text("if r0 == 0 goto pass")


def test_a_lesson_is_done_by_keyboard_alone(page: Page) -> None:
    lesson = LessonPage(page).open()
    lesson.write(SOLVED)
    expect(lesson.pane("Editor")).to_contain_text("accepted")
    lesson.check()
    expect(lesson.pane("Checks")).to_contain_text("All checks pass")
    page.keyboard.press("Escape")  # what completion offers
    page.keyboard.press("Escape")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Next: Another":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/lesson/{NEXT}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Another")


def test_home_shows_where_one_is_and_leads_on(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("link", name="Begin: Two counts")).to_be_visible()
    lesson = LessonPage(page).open()
    lesson.write(SOLVED)
    expect(lesson.pane("Editor")).to_contain_text("accepted")
    lesson.check()
    expect(page.locator(".saved")).to_contain_text("Saved")
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile(r"Two counts\s*, done"))).to_be_visible()
    expect(page.get_by_role("region", name="Lessons")).to_contain_text("1 of 2 done")
    page.get_by_role("link", name="Continue: Another").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Another")


def test_progress_goes_to_another_browser_as_a_file(page: Page) -> None:
    lesson = LessonPage(page).open()
    lesson.write(STUB.replace("XDP_PASS", "XDP_TX"))
    expect(page.locator(".saved")).to_contain_text("Saved")
    page.goto("/")
    with page.expect_download() as exported:
        page.get_by_role("button", name="Export progress").click()
    page.evaluate("localStorage.clear()")
    page.goto("/")
    page.get_by_label("Import progress").set_input_files(exported.value.path())
    expect(page.get_by_role("region", name="Lessons")).to_contain_text("Nothing that was here is lost")
    page.goto(f"/lesson/{LESSON}")
    expect(page.locator(".cm-content")).to_contain_text("XDP_TX")


def test_a_lesson_that_is_not_there_says_so(page: Page, console_errors: list[str]) -> None:
    page.goto("/lesson/a-99-nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such lesson here.")
    console_errors.clear()  # the browser logs the 404


def test_links_lead_into_the_reference(page: Page) -> None:
    LessonPage(page).open()
    page.get_by_role("link", name="the lookup").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("bpf_map_lookup_elem")
    page.get_by_role("searchbox").fill("null check")
    page.get_by_role("link", name="null check").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("null check")
    page.get_by_role("link", name="Lesson 1 Two counts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two counts")


def test_an_example_of_the_reference_runs(page: Page) -> None:
    page.goto("/reference#insn-jeq")
    page.get_by_role("button", name="Run it in the workbench").click()
    expect(page.get_by_role("button", name="Step", exact=True).first).to_be_enabled()


def test_axe_finds_nothing(page: Page) -> None:
    lesson = LessonPage(page).open()
    lesson.check()
    lesson.button("Step").click()
    for mode in ("Run", "Verifier"):
        lesson.pane("Stepper").get_by_role("radio", name=mode).click()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            axe(page)
    for address in ("/", "/reference#helper-bpf_map_lookup_elem"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe(page)


@pytest.mark.parametrize("tab", ["Read", "Code", "Checks", "Step"])
def test_on_a_phone_one_part_at_a_time_fits_and_can_be_touched(page: Page, tab: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/lesson/{LESSON}")
    lesson = LessonPage(page)
    lesson.tab(tab).click()
    if tab == "Checks":
        lesson.button("Check").click()
        expect(lesson.pane("Checks")).to_contain_text("fail")
    expect(lesson.tab(tab)).to_have_attribute("aria-selected", "true")
    small = [one for one in page.evaluate(TARGETS) if "noopener" not in one]  # links within sentences
    assert not small, "smaller than 44 px:\n" + "\n".join(small)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)
