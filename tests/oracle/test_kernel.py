"""The oracle itself: what it answers about the simplest things."""

import errno

import pytest

from tests.oracle import kernel

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(kernel.unavailable() is not None, reason=kernel.unavailable() or ""),
]

RETURN_2 = bytes.fromhex("b700000002000000 9500000000000000")


def test_a_program_runs() -> None:
    program = kernel.load(RETURN_2, 6)
    assert program.error == 0
    assert program.test_run(b"\0" * 64) == kernel.RunResult(0, 2, b"\0" * 64)
    program.close()


def test_a_refused_program_says_why() -> None:
    program = kernel.load(RETURN_2[8:], 6)
    assert program.error == errno.EACCES
    assert "R0 !read_ok" in program.log


def test_a_map_keeps_what_it_is_given() -> None:
    found = kernel.KernelMap.create(1, 4, 8, 2)
    assert isinstance(found, kernel.KernelMap)
    assert found.lookup(b"abcd") == -errno.ENOENT
    assert found.update(b"abcd", b"12345678") == 0
    assert found.lookup(b"abcd") == b"12345678"
    assert list(found.keys()) == [b"abcd"]
    assert found.delete(b"abcd") == 0
    found.close()


def test_a_refused_map_is_an_error_number() -> None:
    assert kernel.KernelMap.create(2, 3, 4, 1) == -errno.EINVAL
