"""Each kind of instruction as AArch64 code, against the texts of tests/data/jit/arm64.txt."""

from pathlib import Path

import pytest

from tests.jit.a64 import texts_of
from vm.asm import assemble
from vm.instruction import Goto, LoadImm64
from vm.isa import ImmKind
from vm.jit.arm64.frame import Frame
from vm.jit.arm64.function import LOWERINGS
from vm.jit.arm64.layout import lay_out
from vm.jit.program import Insn, KernelCall, PerCpuAddress, TailCall
from vm.jit.rewrite.budget import CLOCK

FRAME = Frame(16, (6, 10), is_main=True)
ROWS = [
    [part.strip() for part in f"{line} ".split(" | ")]
    for line in (Path(__file__).parents[3] / "data/jit/arm64.txt").read_text().splitlines()
    if not line.startswith("#")
]


def code_of(insn: Insn) -> bytes:
    """The code of an instruction at slot 0, before a branch at slot 1 and the end at slot 2."""
    sources = [(0, LOWERINGS[type(insn)](insn, 0, FRAME)), (1, LOWERINGS[Goto](Goto(0), 0, FRAME)), (2, ())]
    return lay_out(sources, ()).rows[0].code


@pytest.mark.parametrize(("source", "expected"), [(row[0], row[1:]) for row in ROWS])
def test_an_instruction_becomes(source: str, expected: list[str]) -> None:
    program = assemble(f"{source}\nr0 = 0\nexit").program
    assert program is not None, source
    insn = program.insns[0]
    assert insn is not None
    assert texts_of(code_of(insn)) == [text for text in expected if text]


KERNELS_OWN: list[tuple[Insn, list[str]]] = [
    (KernelCall("bpf_skb_pull_data"), ["bl #0", "add x7, x0, #0"]),
    (KernelCall(CLOCK), ["bl #0"]),
    (PerCpuAddress(0, 0), ["mrs x10, tpidr_el1", "add x7, x7, x10"]),
    (PerCpuAddress(3, 8), ["add x2, x21, #0", "mrs x10, tpidr_el1", "add x2, x2, x10"]),
    (
        LoadImm64(1, ImmKind.MAP_FD, 0),
        ["movn x0, #0, lsl #32", "movk x0, #0, lsl #16", "movk x0, #0"],
    ),
    (
        TailCall(direct=True),
        [
            "mov w10, #0x4c", "ldr w10, [x1, x10]", "add w2, w2, #0", "cmp w2, w10", "b.hs #0x58",
            "mov w10, #0x21", "ldr x12, [x26]", "cmp x12, x10", "b.hs #0x58",
            "add x12, x12, #1", "mov w10, #0x138", "add x10, x1, x10", "lsl x11, x2, #3",
            "ldr x11, [x10, x11]", "cbz x11, #0x58",
            "str x12, [x26]", "add sp, sp, #0x10", "ldp x19, x25, [sp], #0x10",
            "mov w10, #0x48", "ldr x10, [x11, x10]", "add x10, x10, #0x1c", "br x10",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("insn", "expected"), KERNELS_OWN)
def test_what_only_the_kernel_puts_in_becomes(insn: Insn, expected: list[str]) -> None:
    assert texts_of(code_of(insn)) == expected


PROLOGUE = ["add x9, x30, #0", "nop", "paciasp", "stp x29, x30, [sp, #-0x10]!", "mov x29, sp"]
FRAMES = {
    "main": (
        FRAME,
        [*PROLOGUE, "stp xzr, x26, [sp, #-0x10]!", "mov x26, sp", "stp x19, x25, [sp, #-0x10]!",
         "mov x25, sp", "sub sp, sp, #0x10"],
        ["add sp, sp, #0x10", "ldp x19, x25, [sp], #0x10"],
    ),
    "an odd number of registers": (
        Frame(0, (6, 7, 8), is_main=False),
        [*PROLOGUE, "stp x26, x26, [sp, #-0x10]!", "stp x19, x20, [sp, #-0x10]!",
         "stp x21, xzr, [sp, #-0x10]!"],
        ["ldp x21, xzr, [sp], #0x10", "ldp x19, x20, [sp], #0x10"],
    ),
    "a stack of 40 bytes takes 48": (
        Frame(40, (10,), is_main=False),
        [*PROLOGUE, "stp x26, x26, [sp, #-0x10]!", "stp x25, xzr, [sp, #-0x10]!", "mov x25, sp",
         "sub sp, sp, #0x30"],
        ["add sp, sp, #0x30", "ldp x25, xzr, [sp], #0x10"],
    ),
}  # fmt: skip
EPILOGUE = ["ldp xzr, x26, [sp], #0x10", "ldp x29, x30, [sp], #0x10", "add x0, x7, #0", "autiasp", "ret"]


@pytest.mark.parametrize("name", FRAMES)
def test_a_function_begins_and_ends(name: str) -> None:
    frame, prologue, down = FRAMES[name]
    assert texts_of(frame.prologue()) == prologue
    assert texts_of(lay_out([(0, ())], frame.epilogue()).code) == [*down, *EPILOGUE]
