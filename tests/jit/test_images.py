"""Kernel form against Linux, byte by byte, addresses aside."""

from collections.abc import Iterator

import pytest

from tests.jit.images import chosen, read
from tests.kernel_runs.test_replay import setup_of
from vm.jit.kernel_form import NativeFunction
from vm.kernel.native import Compiled, compile_program

PARTS = 6


def _without_addresses(code: bytes, function: NativeFunction) -> bytes:
    blank = bytearray(code)
    for relocation in function.relocations:
        blank[relocation.at : relocation.at + relocation.size] = bytes(relocation.size)
    return bytes(blank)


def _differences(part: int) -> Iterator[str]:
    images = read()
    for number, record in enumerate(chosen()):
        functions = images.get(record["seed"])
        if number % PARTS != part or functions is None:
            continue
        compiled = compile_program(setup_of(record).programs[0])
        if not isinstance(compiled, Compiled):
            yield f"seed {record['seed']}: refused, {compiled.error}"
            continue
        if len(compiled.functions) != len(functions):
            yield f"seed {record['seed']}: {len(compiled.functions)} functions, Linux {len(functions)}"
            continue
        for ours, linux in zip(compiled.functions, functions, strict=True):
            if _without_addresses(ours.code, ours) != _without_addresses(linux, ours):
                yield f"seed {record['seed']}: the function at {ours.start} is other code"


@pytest.mark.parametrize("part", range(PARTS))
def test_the_kernel_form_is_what_linux_emits(part: int) -> None:
    assert not list(_differences(part))


def test_enough_programs_were_recorded() -> None:
    assert len(read()) >= 1_000
