"""The home page, and the page for what is not there."""

import re

from playwright.sync_api import Page, expect

from tests.browser.workbench import SYN_GUARD, Workbench


def test_an_example_tells_what_becomes_of_its_packets_and_opens(page: Page) -> None:
    page.goto("/")
    card = page.get_by_role("listitem").filter(has_text="Stop a SYN flood")
    expect(card).to_contain_text("5 dropped, 19 passed")
    expect(card.locator(".tiny rect")).not_to_have_count(0)
    card.get_by_role("link").click()
    expect(Workbench(page).button("Step")).to_be_enabled()


def test_the_picture_leads_to_the_moment_it_shows(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Open this moment")).click()
    Workbench(page).at(16, 24)


def test_work_is_found_again_from_home(page: Page) -> None:
    workbench = Workbench(page).open(f"{SYN_GUARD}#p=3&s=5")
    title = page.get_by_role("textbox", name="Name of this program")
    title.fill("my guard")
    title.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Saved")
    page.goto("/")
    page.get_by_role("link", name="Continue: my guard").click()
    workbench.at(3, 5)
    expect(title).to_have_value("my guard")


def test_an_unknown_address_says_so_and_leads_on(page: Page, console_errors: list[str]) -> None:
    response = page.goto("/no-such-page")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Open the workbench").click()
    expect(Workbench(page).button("Step")).to_be_enabled()
    console_errors.clear()  # the browser logs the 404
