"""Every lesson that comes with Hookscope, from its start to passing; some by keyboard alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.lessons.catalogue import folders
from app.lessons.folder import read
from app.lessons.lesson import Lesson
from app.paths import lessons_dir

FOLDERS = {folder.name: folder for folder in folders(lessons_dir())}
BY_KEYBOARD = [name for name in FOLDERS if re.match(r"(a-01|b-10|c-21|d-27|g-40)-", name)]
PASSED = "All checks pass"


def lesson_in(folder: Path) -> Lesson:
    lesson, problems = read(folder)
    assert lesson is not None, "\n".join(map(str, problems))
    return lesson


def opened(page: Page, name: str) -> Lesson:
    lesson = lesson_in(FOLDERS[name])
    page.goto(f"/lesson/{name}")
    expect(page.get_by_role("heading", level=1)).to_have_text(lesson.front.title)
    expect(page.locator(".cm-content")).to_be_visible()
    return lesson


def replace_text(page: Page, text: str) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def hand_in(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Checks", exact=True)).to_contain_text(PASSED, timeout=60_000)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_lesson_is_done(page: Page, name: str) -> None:
    lesson = opened(page, name)
    for file, text in lesson.solution.documents.items():
        page.get_by_role("tab", name=file).click()
        page.get_by_role("textbox", name=file).click()
        replace_text(page, text)
        page.get_by_role("tab", name=re.compile(r"\.bpf$")).click()
    page.get_by_role("textbox", name="Program text").click()
    replace_text(page, lesson.solution.source)
    hand_in(page)
    for task in page.get_by_role("region", name="Tasks").get_by_role("listitem").all():
        expect(task).to_be_visible()
    page.get_by_role("button", name="Compare with the solution").click()
    expect(page.get_by_role("region", name="Compared with the solution")).to_contain_text("the same")


@pytest.mark.parametrize("name", BY_KEYBOARD)
def test_a_lesson_is_done_by_keyboard_alone(page: Page, name: str) -> None:
    lesson = opened(page, name)
    focused = "document.activeElement.getAttribute('aria-label')"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "Program text":
            break
    replace_text(page, lesson.solution.source)
    hand_in(page)
    page.keyboard.press("Escape")  # what completion offers
    page.keyboard.press("Escape")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Compare with the solution":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Compared with the solution")).to_be_visible()
