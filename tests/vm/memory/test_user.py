"""The memory of a process: pieces on pages of their own, zeros behind them, nothing between."""

import pytest

from vm.memory.memory import Memory
from vm.memory.user import PAGE, START, UserMemory


def test_bytes_are_found_again_and_zeros_follow_up_to_the_page() -> None:
    user = UserMemory()
    first, second = user.put(b"hello\0"), user.put(b"x" * (PAGE + 1))
    assert first == START
    assert second == first + 2 * PAGE
    assert user.read(first, 8) == b"hello\0\0\0"
    assert user.read(first + 1, 4) == b"ello"
    assert user.read(second + PAGE, 2) == b"x\0"
    assert user.read(first, 0) == b""


@pytest.mark.parametrize(("off", "size"), [(PAGE - 3, 4), (PAGE, 1), (-1, 1), (0, PAGE + 1)])
def test_what_is_not_mapped_is_not_read(off: int, size: int) -> None:
    user = UserMemory()
    assert user.read(user.put(b"a") + off, size) is None


@pytest.mark.parametrize(
    ("most", "found"), [(64, b"name\0"), (3, b"nam"), (5, b"name\0"), (4, b"name")]
)  # fmt: skip
def test_a_string_ends_with_its_zero_or_where_it_is_cut(most: int, found: bytes) -> None:
    user = UserMemory()
    assert user.string(user.put(b"name\0rest"), most) == found


def test_a_string_that_leaves_its_pages_is_none() -> None:
    user = UserMemory()
    at = user.put(b"y" * PAGE)
    assert user.string(at, PAGE) == b"y" * PAGE
    assert user.string(at, PAGE + 1) is None
    assert user.string(at - 1, 4) is None


def test_a_rewound_memory_has_forgotten_the_process() -> None:
    memory = Memory([])
    mark = memory.mark()
    at = memory.user.put(b"gone")
    memory.rewind(mark)
    assert memory.user.read(at, 4) is None
