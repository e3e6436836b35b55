"""The workshop: a lesson made, mended, tried against its answers, and looked at as a learner."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.grading.new import new_lesson
from tests.browser.axe import axe
from tests.browser.server import serving

LESSON = "d-41-no-telnet"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("course")
    new_lesson(root, LESSON, "No telnet", "Ada")
    return root


@pytest.fixture(scope="module")
def browser_context_args(
    browser_context_args: dict[str, Any], course: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Pages of a server that was started for an author."""
    folder, where = tmp_path_factory.mktemp("server"), str(course)
    with serving(folder, HOOKSCOPE_LESSONS=where, HOOKSCOPE_AUTHOR=where) as served:
        yield browser_context_args | {"base_url": served.url}


def side(page: Page) -> Any:
    return page.get_by_role("region", name="What becomes of answers")


def opened(page: Page, file: str = "lesson.md") -> None:
    page.goto(f"/author/{LESSON}")
    page.get_by_role("button", name=file).click()
    expect(page.get_by_role("region", name="Editor").get_by_role("heading")).to_have_text(file)
    expect(page.locator(".cm-content")).to_be_visible()


def test_everything_is_run_by_keyboard_and_told(page: Page) -> None:
    opened(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".au-say")).to_contain_text("all 3 wrong programs are caught")
    row = side(page).get_by_role("row").filter(has_text="02-any-protocol")
    expect(row).to_contain_text("caught")
    axe(page)


def test_a_mistake_stands_under_its_line_until_it_is_mended(page: Page, course: Path) -> None:
    opened(page, "hints.yaml")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("- wen: {}\n")
    expect(page.locator(".diag").filter(has_text="wen")).not_to_have_count(0)
    expect(page.locator(".au-say")).to_contain_text("in its files")
    assert (course / LESSON / "hints.yaml").read_text().startswith("- wen")
    page.keyboard.press("Control+z")
    expect(page.locator(".diag")).to_have_count(0)
    expect(page.locator(".saved")).to_have_text("Saved")


def test_a_wrong_answer_that_passes_is_said(page: Page, course: Path) -> None:
    solution = (course / LESSON / "solution.bpf").read_text()
    slips = course / LESSON / "wrong/09-slips.bpf"
    slips.write_text(f"# check: drops. It does not.\n{solution}")
    opened(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".au-say")).to_contain_text("1 of 4 wrong programs slip through your checks.")
    expect(side(page).get_by_role("row").filter(has_text="09-slips")).to_contain_text("slips through")
    page.get_by_role("button", name="Remove wrong/09-slips.bpf").click(force=True)
    expect(page.get_by_role("button", name="Put wrong/09-slips.bpf back")).to_be_visible()
    assert not slips.exists()


def test_a_mistake_that_slips_through_becomes_a_wrong_answer(page: Page, course: Path) -> None:
    opened(page)
    side(page).get_by_role("tab", name="Mutants").click()
    side(page).get_by_role("button", name="Try mutants").click()
    expect(side(page)).to_contain_text("small mistakes are caught")
    side(page).get_by_role("button", name="Make it a wrong answer").first.click()
    expect(page.locator(".cm-content")).to_contain_text("became")
    for path in (course / LESSON / "wrong").glob("*slips-through*"):
        path.unlink()


def test_a_learner_gets_what_was_typed_a_moment_ago(page: Page) -> None:
    opened(page)
    side(page).get_by_role("tab", name="As a learner").click()
    learner = page.frame_locator("iframe")
    expect(learner.get_by_role("heading", level=1)).to_have_text("No telnet")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("\nA sentence that was not there.\n")
    expect(learner.get_by_text("A sentence that was not there.")).to_be_visible()


def test_a_lesson_is_made(page: Page, course: Path) -> None:
    opened(page)
    page.get_by_role("button", name="New lesson").click()
    form = page.get_by_role("region", name="New lesson")
    form.get_by_label("Title").fill("Who is there?")
    form.get_by_label("Author").fill("Ada")
    form.get_by_role("button", name="Make it").click()
    expect(page).to_have_url("/author/d-42-who-is-there")
    expect(page.locator(".cm-content")).to_contain_text("Who is there?")
    assert (course / "d-42-who-is-there/lesson.md").is_file()


def test_archives_and_reading_copies_are_downloads(page: Page, tmp_path: Path) -> None:
    opened(page)
    page.get_by_text("Import and export").click()
    for name, ending in (("This lesson as zip", ".zip"), ("All to read", ".html")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(ending)
    copy = tmp_path / "copy.html"
    download.value.save_as(copy)
    page.goto(copy.as_uri())
    expect(page.get_by_role("heading", name="No telnet")).to_be_visible()
