"""No guarded code can reach anything but the arena and its header: read from its bytes."""

from random import Random

import pytest

from tests.jit.confined import out_of_bounds
from tests.jit.forms import program as drawn
from tests.jit.fuzz import PLACES
from tests.jit.wild import program as wild
from vm.jit.guarded.compile import compile_guarded

WILD = 150
DRAWN = 25


@pytest.mark.parametrize("proved", [False, True], ids=["checked", "all proved"])
def test_wild_programs_have_no_code_that_could(proved: bool) -> None:
    rnd = Random(3)
    for number in range(WILD):
        insns = wild(rnd, PLACES)
        code = compile_guarded(insns, {}, frozenset(range(len(insns)) if proved else ()))
        assert not list(out_of_bounds(code.code, code.entries.values())), number


@pytest.mark.parametrize("proved", [False, True], ids=["checked", "all proved"])
def test_no_form_of_instruction_has_code_that_could(proved: bool) -> None:
    for seed in range(DRAWN):
        insns = drawn(seed, kernels_own=False).insns
        code = compile_guarded(insns, {}, frozenset(range(len(insns)) if proved else ()))  # type: ignore[arg-type]
        assert not list(out_of_bounds(code.code, code.entries.values())), seed


BAD = {
    "a system call": "0f05",
    "an interrupt": "cd80",
    "a breakpoint": "cc",
    "reading a port": "ec",
    "an address of its own": "8b07",  # mov eax, [rdi]
    "an index nobody cut": "438b0414",  # mov eax, [r12 + r10]
    "an index that is too wide": "4d89da438b0414",  # mov r10, r11; mov eax, [r12 + r10]
    "a table by no window": "4589da4f8b9cd400d0ffff",  # mov r10d, r11d; mov r11, [r12 + r10*8 - 0x3000]
    "behind the header": "498b8424f8ffff1f",  # mov rax, [r12 + 0x1ffffff8]
    "before the header": "498b8424000000c0",  # mov rax, [r12 - 0x40000000]
    "beyond the frame": "488b85f8fdffff",  # mov rax, [rbp - 0x208]
    "a frame that was moved": "4889c5488b45f8",  # mov rbp, rax; mov rax, [rbp - 8]
    "going to where memory says": "41ff2424",  # jmp [r12]
    "going into an instruction": "eb01b8c3000000",  # jmp into mov eax, …
    "an index from another way": "eb034589da438b0414",  # jmp over mov r10d, r11d
}


@pytest.mark.parametrize("name", BAD)
def test_code_that_could_is_found(name: str) -> None:
    assert list(out_of_bounds(bytes.fromhex(BAD[name]), [0]))


def test_code_that_could_not_is_let_be() -> None:
    code = "4589da438b041441c1ea184f8b9cd400d0ffff488b45f8c3"
    assert not list(out_of_bounds(bytes.fromhex(code), [0]))
