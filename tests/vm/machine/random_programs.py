"""Random programs for properties: any instruction anywhere, most on registers and memory that work."""

import random

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    MayGoto,
    Neg,
    Operand,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, AtomicOp, CallKind, EndianOp, ImmKind, JumpOp, Size

_ALU32 = [op for op in AluOp if op is not AluOp.MOVSX32]
_NUMBERS = (0, 1, 2, 7, 31, 32, 63, 64, 255, -1, -8, 0x7FFF_FFFF, -0x8000_0000)


def instructions(seed: int, count: int = 24) -> list[Instruction]:
    """``count`` instructions and an exit; mostly r1 stays a pointer to memory and r10 to the stack."""
    rnd = random.Random(seed)
    body = [_instruction(rnd, at, count) for at in range(count)]
    return [*body, Exit()]


def _number(rnd: random.Random) -> int:
    return rnd.choice(_NUMBERS) if rnd.random() < 0.8 else rnd.randrange(-(1 << 31), 1 << 31)


def _operand(rnd: random.Random) -> Operand:
    return Reg(rnd.randrange(11)) if rnd.random() < 0.5 else Imm(_number(rnd))


def _scratch(rnd: random.Random) -> int:
    return rnd.choice((0, 2, 3, 4, 5, 6, 7, 8, 9)) if rnd.random() < 0.97 else rnd.randrange(11)


def _place(rnd: random.Random) -> tuple[int, int]:
    """A base register and an offset that is mostly inside: the stack below r10, or the memory at r1."""
    if rnd.random() < 0.5:
        return 10, -rnd.randrange(8, 64)
    return 1, rnd.randrange(0, 24)


def _instruction(rnd: random.Random, at: int, count: int) -> Instruction:
    match rnd.randrange(14):
        case 0 | 1 | 2:
            bits = rnd.choice((32, 64))
            op = rnd.choice(list(AluOp) if bits == 64 else _ALU32)
            extends = op in (AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32)
            return Alu(op, bits, _scratch(rnd), Reg(rnd.randrange(11)) if extends else _operand(rnd))
        case 3:
            return Neg(rnd.choice((32, 64)), _scratch(rnd))
        case 4:
            return Endian(rnd.choice(list(EndianOp)), rnd.choice((16, 32, 64)), _scratch(rnd))
        case 5 | 6:
            base, off = _place(rnd)
            size, signed = rnd.choice(list(Size)), rnd.random() < 0.3
            return Load(size, _scratch(rnd), base, off, signed and size is not Size.DW)
        case 7 | 8:
            base, off = _place(rnd)
            return Store(rnd.choice(list(Size)), base, off, _operand(rnd))
        case 9:
            base, off = _place(rnd)
            atomic = rnd.choice(list(AtomicOp))
            fetch = atomic in (AtomicOp.XCHG, AtomicOp.CMPXCHG) or rnd.random() < 0.5
            return Atomic(atomic, rnd.choice((Size.W, Size.DW)), base, off, _scratch(rnd), fetch)
        case 10:
            base, off = _place(rnd)
            if rnd.random() < 0.5:
                return LoadAcquire(rnd.choice(list(Size)), _scratch(rnd), base, off)
            return StoreRelease(rnd.choice(list(Size)), base, off, rnd.randrange(11))
        case 11:
            return Jump(
                rnd.choice(list(JumpOp)),
                rnd.choice((32, 64)),
                rnd.randrange(11),
                _operand(rnd),
                _off(rnd, at, count),
            )
        case 12:
            return LoadImm64(_scratch(rnd), ImmKind.VALUE, _number(rnd), _number(rnd))
        case _:
            return rnd.choice(
                (
                    Call(CallKind.LOCAL, _off(rnd, at, count)),
                    Goto(_off(rnd, at, count), rnd.random() < 0.5),
                    MayGoto(_off(rnd, at, count)),
                    Exit(),
                )
            )


def _off(rnd: random.Random, at: int, count: int) -> int:
    """A distance mostly forwards, sometimes back, rarely outside."""
    if rnd.random() < 0.05:
        return rnd.choice((-40, 40))
    return rnd.randrange(-min(at, 6), max(1, count - at))
