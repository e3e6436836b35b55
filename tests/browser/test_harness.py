"""The browser fixtures themselves: each must be able to fail."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.server import running_server

ACCESSIBLE = "<html lang='en'><title>A page</title><main><h1>A page</h1><button>Step</button></main></html>"


def test_axe_accepts_an_accessible_page(page: Page) -> None:
    page.set_content(ACCESSIBLE)
    axe(page)


def test_axe_names_the_rule_and_the_element(page: Page) -> None:
    page.set_content(ACCESSIBLE.replace("Step", ""))
    with pytest.raises(AssertionError, match=r"button-name .*<button></button>"):
        axe(page)


def test_console_errors_are_seen(page: Page, console_errors: list[str]) -> None:
    page.evaluate("console.error('something is wrong')")
    page.evaluate("console.warn('something is odd')")
    assert [error.split(" (")[0] for error in console_errors] == ["something is wrong"]
    console_errors.clear()


def test_uncaught_exceptions_are_seen(page: Page, console_errors: list[str]) -> None:
    page.set_content("<button onclick='missing()'>Step</button>")
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_be_focused()
    assert any("missing is not defined" in error for error in console_errors)
    console_errors.clear()


def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSCOPE_WORKERS", "several")
    with pytest.raises(RuntimeError, match=r"(?s)did not start:.*several"), running_server(tmp_path):
        pass
