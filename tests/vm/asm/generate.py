"""Instructions of every shape, drawn from a ``random.Random``: a seeded one, or hypothesis' own."""

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

from hypothesis import strategies as st

from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Operand,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import ALU, AluOp, AtomicOp, CallKind, EndianOp, ImmKind, JumpOp, Size

_EDGES32 = (0, 1, -1, 2, 7, 8, 255, 256, 65535, -(1 << 31), (1 << 31) - 1)
_NARROW = (Size.B, Size.H, Size.W)
_ATOMIC = (Size.W, Size.DW)
_FETCHES = (AtomicOp.XCHG, AtomicOp.CMPXCHG)


def reg(rnd: Random) -> int:
    """r0 to r10."""
    return rnd.randint(0, 10)


def s16(rnd: Random) -> int:
    """An offset, often near 0 or an end."""
    return rnd.choice((0, 1, -1, -8, 16, 32767, -32768, rnd.randint(-32768, 32767)))


def s32(rnd: Random) -> int:
    """An immediate, often near 0 or an end."""
    return rnd.choice((*_EDGES32, rnd.randint(-1000, 1000), rnd.randint(-(1 << 31), (1 << 31) - 1)))


def operand(rnd: Random) -> Operand:
    """A register or an immediate."""
    return Reg(reg(rnd)) if rnd.randint(0, 1) else Imm(s32(rnd))


def _alu(rnd: Random) -> Instruction:
    op, bits = rnd.choice(list(AluOp)), rnd.choice((32, 64))
    if op.startswith("movsx"):
        return Alu(op, 64 if ALU[op].off >= bits else bits, reg(rnd), Reg(reg(rnd)))
    return Alu(op, bits, reg(rnd), operand(rnd))


def _atomic(rnd: Random) -> Instruction:
    op = rnd.choice(list(AtomicOp))
    fetch = op in _FETCHES or bool(rnd.randint(0, 1))
    return Atomic(op, rnd.choice(_ATOMIC), reg(rnd), s16(rnd), reg(rnd), fetch)


def _load(rnd: Random) -> Instruction:
    signed = bool(rnd.randint(0, 1))
    return Load(rnd.choice(_NARROW if signed else list(Size)), reg(rnd), reg(rnd), s16(rnd), signed)


def _store(rnd: Random) -> Instruction:
    return Store(rnd.choice(list(Size)), reg(rnd), s16(rnd), operand(rnd))


def _imm64(rnd: Random) -> Instruction:
    kind = rnd.choice(list(ImmKind))
    has_second = kind in (ImmKind.VALUE, ImmKind.MAP_VALUE, ImmKind.MAP_IDX_VALUE, ImmKind.BTF_ID)
    return LoadImm64(reg(rnd), kind, s32(rnd), s32(rnd) if has_second else 0)


def _jump(rnd: Random) -> Instruction:
    return Jump(rnd.choice(list(JumpOp)), rnd.choice((32, 64)), reg(rnd), operand(rnd), s16(rnd))


def _goto(rnd: Random) -> Instruction:
    return Goto(s32(rnd), wide=True) if rnd.randint(0, 1) else Goto(s16(rnd))


def _endian(rnd: Random) -> Instruction:
    return Endian(rnd.choice(list(EndianOp)), rnd.choice((16, 32, 64)), reg(rnd))


def _packet(rnd: Random) -> Instruction:
    return LoadPacket(rnd.choice(_NARROW), reg(rnd) if rnd.randint(0, 1) else None, s32(rnd))


MAKERS: Mapping[type[Instruction], Callable[[Random], Instruction]] = MappingProxyType({
    Alu: _alu,
    Neg: lambda rnd: Neg(rnd.choice((32, 64)), reg(rnd)),
    Endian: _endian,
    AddrSpaceCast: lambda rnd: AddrSpaceCast(reg(rnd), reg(rnd), s32(rnd)),
    Load: _load,
    Store: _store,
    Atomic: _atomic,
    LoadAcquire: lambda rnd: LoadAcquire(rnd.choice(list(Size)), reg(rnd), reg(rnd), s16(rnd)),
    StoreRelease: lambda rnd: StoreRelease(rnd.choice(list(Size)), reg(rnd), s16(rnd), reg(rnd)),
    Jump: _jump,
    Goto: _goto,
    MayGoto: lambda rnd: MayGoto(s16(rnd)),
    Call: lambda rnd: Call(rnd.choice(list(CallKind)), s32(rnd)),
    CallX: lambda rnd: CallX(reg(rnd)),
    Exit: lambda _: Exit(),
    LoadImm64: _imm64,
    LoadPacket: _packet,
})  # fmt: skip
"""How to draw an instruction of each class; ``Invalid`` is none."""

_WEIGHTS = {Alu: 6, Jump: 4, Load: 4, Store: 4, Atomic: 3, LoadImm64: 2}


def instruction(rnd: Random) -> Instruction:
    """An instruction of any class, the rich ones more often."""
    kinds = list(MAKERS)
    [kind] = rnd.choices(kinds, [_WEIGHTS.get(kind, 1) for kind in kinds])
    return MAKERS[kind](rnd)


def instructions() -> st.SearchStrategy[Instruction]:
    """Instructions of any class, as a hypothesis strategy."""
    return st.sampled_from(list(MAKERS)).flatmap(
        lambda kind: st.randoms(use_true_random=False).map(MAKERS[kind])
    )
