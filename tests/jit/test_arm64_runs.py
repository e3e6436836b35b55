"""AArch64 code does what the machine does: generated programs, run by a processor of the tests' own."""

from random import Random

import pytest

from tests.jit.a64_machine import Processor
from tests.vm.asm.generate import MAKERS
from vm.encoding import decode, encode
from vm.instruction import (
    Alu,
    Atomic,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import FP, AluOp, ImmKind, JumpOp, Size
from vm.jit.arch import Arch
from vm.jit.kernel_form import compile_kernel_form
from vm.jit.proof import Proof
from vm.jit.rewrite import rewrite
from vm.kernel.bare import run_bare
from vm.program import Program
from vm.uapi.prog_types import ProgType

PROGRAMS = 400
PARTS = 4
_SHIFTS = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)
_DIVISIONS = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)
_VALUES = (0, 1, 2, 3, 4, 5, 6, 7, 9)
"""Registers that hold numbers; r8 holds the lowest address of the frame's bytes, which differs."""
_FRAME = 64
_POINTER = 8
_EDGES = (0, 1, -1, 2, 0x7F, 0x80, 0xFFFF, 0x10000, 1 << 31, 1 << 32, (1 << 63) - 1, -(1 << 63), -(1 << 31))
_SIZES = (Size.B, Size.H, Size.W, Size.DW)


def _constant(reg: int, value: int) -> LoadImm64:
    low, high = value & 0xFFFFFFFF, value >> 32 & 0xFFFFFFFF
    return LoadImm64(reg, ImmKind.VALUE, low - (low >> 31 << 32), high - (high >> 31 << 32))


def _place(rnd: Random, size: Size) -> tuple[int, int]:
    """A base and an offset that lead to an aligned place of the frame."""
    at = rnd.randrange(0, _FRAME, size.bytes)
    return rnd.choice(((FP, at - _FRAME), (_POINTER, at)))


def _drawn(rnd: Random, left: int) -> Instruction:
    value, other, size = rnd.choice(_VALUES), rnd.choice(_VALUES), rnd.choice(_SIZES)
    base, off = _place(rnd, size)
    match rnd.randrange(14):
        case 0:
            return Load(size, value, base, off, size is not Size.DW and rnd.random() < 0.5)
        case 1:
            return Store(
                size, base, off, Reg(value) if rnd.random() < 0.5 else Imm(rnd.randint(-(1 << 31), 9))
            )
        case 2:
            return rnd.choice((LoadAcquire(size, value, base, off), StoreRelease(size, base, off, value)))
        case 3:
            drawn = MAKERS[Atomic](rnd)
            assert isinstance(drawn, Atomic)
            base, off = _place(rnd, drawn.size)
            return Atomic(drawn.op, drawn.size, base, off, value, drawn.fetch)
        case 4 | 5:
            operand = Reg(other) if rnd.random() < 0.5 else Imm(rnd.choice((0, 1, -1, 5, -5, 4096, 70_000)))
            op = rnd.choice(list(JumpOp))
            return Jump(op, rnd.choice((32, 64)), value, operand, rnd.randint(0, min(5, left)))
        case 6:
            return rnd.choice((Neg(rnd.choice((32, 64)), value), Goto(rnd.randint(0, min(3, left)))))
        case 7:
            swap = MAKERS[Endian](rnd)
            assert isinstance(swap, Endian)
            return Endian(swap.op, swap.bits, value)
        case _:
            return _alu(rnd, value, other)


def _alu(rnd: Random, value: int, other: int) -> Alu:
    drawn = MAKERS[Alu](rnd)
    assert isinstance(drawn, Alu)
    if isinstance(drawn.src, Reg):
        return Alu(drawn.op, drawn.bits, value, Reg(other))
    number = drawn.src.value
    if drawn.op in _SHIFTS:
        number %= drawn.bits
    return Alu(drawn.op, drawn.bits, value, Imm(number or 7 if drawn.op in _DIVISIONS else number))


def generated(rnd: Random) -> Program:
    """Numbers in registers and on the frame, instructions among them, and all of it joined in r0."""
    insns: list[Instruction] = [_constant(reg, rnd.choice((rnd.getrandbits(64), *_EDGES))) for reg in _VALUES]
    insns += [Alu(AluOp.MOV, 64, _POINTER, Reg(FP)), Alu(AluOp.ADD, 64, _POINTER, Imm(-_FRAME))]
    insns += [Store(Size.DW, FP, -at, Reg(rnd.choice(_VALUES))) for at in range(8, _FRAME + 1, 8)]
    count = rnd.randint(5, 60)
    insns += [_drawn(rnd, count - n - 1) for n in range(count)]
    insns += [Alu(AluOp.XOR, 64, 0, Reg(reg)) for reg in _VALUES[1:]]
    for at in range(8, _FRAME + 1, 8):
        insns += [Alu(AluOp.MUL, 64, 0, Imm(31)), Load(Size.DW, 1, FP, -at), Alu(AluOp.ADD, 64, 0, Reg(1))]
    slots = tuple(slot for insn in (*insns, Exit()) for slot in encode(insn))
    return Program("generated", ProgType.UNSPEC, slots, decode(slots))


@pytest.mark.parametrize("part", range(PARTS))
def test_code_does_what_the_machine_does(part: int) -> None:
    for seed in range(part, PROGRAMS, PARTS):
        program = generated(Random(seed))
        proof = Proof(frozenset(range(len(program.insns))), frozenset(), {0: _FRAME})
        [function] = compile_kernel_form(rewrite(program, proof, Arch.AARCH64), Arch.AARCH64)
        ended, fault = run_bare(program)
        assert fault is None
        assert Processor().run(function.code) == ended.value, seed
