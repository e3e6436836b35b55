"""Where blocks begin, and where one is come to in the middle."""

from itertools import pairwise

import pytest

from vm.asm import assemble
from vm.jit.guarded.blocks import LONGEST, block_starts

CASES: dict[str, tuple[str, list[int], set[int]]] = {
    "straight": ("r0 = 0\nr0 += 1\nexit", [0], set()),
    "a jump forwards": ("if r1 == 0 goto +1\nr0 = 1\nexit", [0, 2], {1}),
    "a jump back": ("l:\nr0 += 1\nif r0 != 9 goto l\nexit", [0, 2], set()),
    "two jumps to one place": ("if r1 == 0 goto +2\nif r2 == 0 goto +1\nr0 = 1\nexit", [0, 3], {1, 2}),
    "a jump to what is behind a jump": ("if r1 == 0 goto +0\nexit", [0, 1], set()),
    "behind an exit": ("exit\nr0 = 1\nexit", [0, 1], set()),
    "a call": ("call f\nexit\nf:\nr0 = 0\nexit", [0, 1, 2], set()),
    "a jump into a constant": ("goto +1\nr1 = 5 ll\nexit", [0, 1], set()),
    "a jump out of the program": ("goto +100\nexit", [0, 1], set()),
}


@pytest.mark.parametrize("name", CASES)
def test_starts(name: str) -> None:
    text, starts, falls = CASES[name]
    assembly = assemble(text)
    assert assembly.program is not None, assembly.errors
    insns = assembly.program.insns
    assert block_starts(insns, [True] * len(insns)) == (starts, frozenset(falls))


def test_a_new_block_begins_behind_what_has_no_code() -> None:
    assembly = assemble("r0 = 0\ncall bpf_ktime_get_ns\nr0 = 1\nexit")
    assert assembly.program is not None
    assert block_starts(assembly.program.insns, [True, False, True, True]) == ([0, 2], frozenset())


def test_no_block_is_paid_for_without_end() -> None:
    assembly = assemble("if r1 == 0 goto out\n" * 300 + "out:\nexit")
    assert assembly.program is not None
    insns = assembly.program.insns
    starts, _ = block_starts(insns, [True] * len(insns))
    assert max(later - start for start, later in pairwise(starts)) <= LONGEST + 1
