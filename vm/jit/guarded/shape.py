"""What the compiler asks of an instruction whatever program it stands in: worked out once."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import FP, AluOp, CallKind, JumpOp
from vm.jit.guarded import access
from vm.jit.guarded.operands import registers_exist, writes_frame_pointer
from vm.jit.layout import lay_out
from vm.jit.lower import lower
from vm.jit.piece import Emit, Lowered
from vm.jit.registers import X86
from vm.jit.rewrite.division import checked_division
from vm.jit.x86 import encode as x86

_SHIFTS: Final = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)
_DIVISIONS: Final = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)
_TELL_ZERO: Final = (AluOp.ADD, AluOp.SUB, AluOp.AND, AluOp.OR, AluOp.XOR)
_FRAME_POINTER: Final = Reg(FP)


@dataclass(slots=True)
class InsnShape:
    """``never``: there is no code for it. ``borrows``: it reads r10, and neither as the base of an access nor
    to copy it or add it to something. ``on_frame``: its base is r10. ``tells``: the
    register, and how many bits, that the zero flag tells about behind it. ``copies``: it copies a register,
    ``adds`` a constant to one. ``code`` is there for arithmetic only.
    """

    never: bool
    writes_frame: bool
    borrows: bool
    on_frame: bool
    tells: tuple[int, int] | None
    copies: bool
    adds: bool
    local_call: bool
    may_goto: bool
    code: bytes | None
    simple: bytes | None = None
    """The same where it is neither a copy nor has to do with r10."""
    asks: tuple[int, int] | None = None
    """Of a jump that asks whether a register is 0: the register, and how many bits of it."""
    compare: bytes = b""
    """What stands before a jump."""
    base: int = 0
    """Of an access: the register of its address, whether it writes, how many bytes; its check, and itself."""
    writes: bool = False
    size: int = 0
    check: bytes = b""
    do: bytes = b""


NO_SHAPE: Final = InsnShape(True, False, False, False, None, False, False, False, False, None)
"""Of the second half of a constant."""


@lru_cache(maxsize=1 << 15)
def shape_of(insn: Instruction) -> InsnShape:
    """The shape of an instruction."""
    exists = registers_exist(insn)
    divides = isinstance(insn, Alu) and insn.op in _DIVISIONS and insn.src == Imm(0)
    arithmetic = isinstance(insn, Alu | Neg | Endian) and exists and not divides
    shape = InsnShape(
        not exists or divides,
        writes_frame_pointer(insn),
        _borrows_frame(insn),
        (isinstance(insn, Load | LoadAcquire) and insn.src == FP)
        or (isinstance(insn, Store | StoreRelease | Atomic) and insn.dst == FP),
        (insn.dst, insn.bits) if isinstance(insn, Alu) and insn.op in _TELL_ZERO else None,
        isinstance(insn, Alu) and insn.op is AluOp.MOV and insn.bits == 64 and isinstance(insn.src, Reg),
        isinstance(insn, Alu) and insn.op in (AluOp.ADD, AluOp.SUB) and isinstance(insn.src, Imm),
        isinstance(insn, Call) and insn.kind is CallKind.LOCAL,
        isinstance(insn, MayGoto),
        _arithmetic(insn) if arithmetic and isinstance(insn, Alu | Neg | Endian) else None,
    )
    if not shape.copies and getattr(insn, "src", None) != _FRAME_POINTER:
        shape.simple = shape.code
    if exists and isinstance(insn, Jump):
        _add_jump(shape, insn)
    elif exists and isinstance(insn, access.Access):
        _add_access(shape, insn)
    return shape


def _add_jump(shape: InsnShape, insn: Jump) -> None:
    compare = lower(insn, 0)[0]
    shape.compare = compare.code if isinstance(compare, Emit) else b""
    if insn.src == Imm(0) and insn.op in (JumpOp.JEQ, JumpOp.JNE):
        shape.asks = insn.dst, insn.bits


def _add_access(shape: InsnShape, insn: access.Access) -> None:
    shape.base, shape.writes = access.base_of(insn)
    shape.size = insn.size.bytes
    shape.check = access.check(shape.base, insn.off, shape.size, shape.writes)
    shape.do = access.low_half(shape.base, insn.off) + access.operate(insn)


def _borrows_frame(insn: Instruction) -> bool:
    """Whether it reads r10 in a way there is no code for, where its register does not hold r10."""
    match insn:
        case Alu(AluOp.MOV | AluOp.ADD, 64):
            return False
        case Alu(src=source) | Store(src=source):
            return source == _FRAME_POINTER
        case StoreRelease(src=src) | Atomic(src=src):
            return src == FP
        case Jump(dst=dst, src=source):
            return dst == FP or source == _FRAME_POINTER
        case _:
            return False


def _arithmetic(insn: Alu | Neg | Endian) -> bytes:
    """Division with its checks; a shift by a constant with the count masked, as eBPF has it."""
    if isinstance(insn, Alu):
        checked = checked_division(insn)
        if checked is not None:
            parts: list[tuple[int | None, Lowered]] = [(n, lower(part, n)) for n, part in enumerate(checked)]
            return lay_out([*parts, (len(parts), ())], ()).code
        if insn.op in _SHIFTS and isinstance(insn.src, Imm):
            insn = replace(insn, src=Imm(insn.src.value & (insn.bits - 1)))
    return b"".join(piece.code for piece in lower(insn, 0) if isinstance(piece, Emit))


@lru_cache(maxsize=8192)
def sum_of(insn: Instruction | None, following: Instruction | None) -> bytes:
    """A copy and an addition of a constant in one; nothing where they are not that."""
    match insn, following:
        case Alu(AluOp.MOV, 64, dst, Reg(src)), Alu(AluOp.ADD | AluOp.SUB as op, 64, to, Imm(value)):
            by = value if op is AluOp.ADD else -value
            if dst == to and by < 1 << 31:
                return x86.memory(b"\x8d", X86[dst], X86[src], by, wide=True)
        case _:
            pass
    return b""
