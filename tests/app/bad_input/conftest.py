"""The real server, started as a user starts it; and questions to it without a browser."""

from collections.abc import Callable, Iterator

import pytest

from tests.app.live import Live
from tests.browser.server import Served, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that this test process has to itself."""
    with serving(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def connect() -> Iterator[Callable[[Served], Live]]:
    """Opens sessions that end with the test."""
    opened: list[Live] = []

    def open_one(served: Served) -> Live:
        opened.append(Live(served.url))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()
