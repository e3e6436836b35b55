"""Fixtures of the browser tests: Playwright's `page` on the running app; an error it logs fails its test.

`page.goto("/")` opens the app. Under its Content-Security-Policy `add_script_tag` and `wait_for_function` do
not work: use `page.evaluate` and `expect`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, WebError, expect

from tests.browser.chromium import launch_options
from tests.browser.server import running_server

HERE = Path(__file__).resolve().parent

expect.set_options(timeout=30_000)  # a machine that is busy with something else is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | launch_options()


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that this test process has to itself."""
    with running_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def console_errors() -> Iterator[list[str]]:
    """What the test's pages logged as errors; a test that provokes some takes this fixture and clears it."""
    errors: list[str] = []
    yield errors
    assert errors == [], "the page logged errors"


@pytest.fixture
def context(context: BrowserContext, console_errors: list[str]) -> BrowserContext:
    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def note_exception(error: WebError) -> None:
        console_errors.append(str(error.error))

    context.on("console", note_message)
    context.on("weberror", note_exception)
    return context
