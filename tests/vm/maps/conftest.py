"""Memory and maps for the tests of single kinds."""

import pytest

from vm.change import Change
from vm.memory.memory import Memory


@pytest.fixture
def journal() -> list[Change]:
    """What changes leave."""
    return []


@pytest.fixture
def memory(journal: list[Change]) -> Memory:
    """An empty memory."""
    return Memory(journal)
