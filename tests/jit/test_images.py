"""Kernel form against Linux, byte by byte, addresses aside."""

from collections.abc import Iterator

import pytest

from tests.jit import cases
from tests.jit.images import chosen, read
from tests.jit.measure import difference
from tests.kernel_runs.test_replay import setup_of

PARTS = 6


def _differences(part: int) -> Iterator[str]:
    images = read()
    for number, record in enumerate(chosen()):
        functions = images.get(record["seed"])
        if number % PARTS != part or functions is None:
            continue
        found = difference(setup_of(record).programs[0], functions)
        if found is not None:
            yield f"seed {record['seed']}: {found}"


@pytest.mark.parametrize("part", range(PARTS))
def test_the_kernel_form_is_what_linux_emits(part: int) -> None:
    assert not list(_differences(part))


@pytest.mark.parametrize("name", cases.names())
def test_a_case_is_what_linux_emits(name: str) -> None:
    assert difference(cases.program(name), cases.read()[name]) is None


def test_enough_programs_were_recorded() -> None:
    assert len(read()) >= 1_000
