"""A 32-bit compare-and-exchange leaves r0's upper half as it was: Linux clears it where that may be seen."""

from collections.abc import Iterator

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
    width,
)
from vm.isa import AluOp, AtomicOp, CallKind, Size
from vm.jit.program import Insn
from vm.jit.proof import Proof
from vm.program import Program

_R0 = Reg(0)
_CLEAR = Alu(AluOp.MOV, 32, 0, _R0)


def exchanged(insn: Atomic, pc: int, program: Program, proof: Proof) -> tuple[Insn, ...] | None:
    """The instruction and what clears r0's upper half; None where nothing reads all of r0 later."""
    narrow = insn.op is AtomicOp.CMPXCHG and insn.size is Size.W
    return (insn, _CLEAR) if narrow and _is_read_whole(pc + 1, program, proof) else None


def _is_read_whole(pc: int, program: Program, proof: Proof) -> bool:
    """Whether some path from ``pc`` reads all 64 bits of r0 before it writes r0."""
    waiting, looked_at = [pc], set[int]()
    while waiting:
        at = waiting.pop()
        if at in looked_at or at not in proof.seen:
            continue
        looked_at.add(at)
        insn = program.insns[at]
        if isinstance(insn, Exit):
            start = max((start for start in proof.depths if start <= at), default=0)
            if start == 0:
                return True
            waiting += _behind_calls(start, program)
        elif insn is not None and _reads_whole(insn):
            return True
        elif insn is not None and not _writes(insn):
            waiting += _following(insn, at)
    return False


def _behind_calls(start: int, program: Program) -> Iterator[int]:
    """Where the function at slot ``start`` comes back to."""
    for pc, insn in enumerate(program.insns):
        if isinstance(insn, Call) and insn.kind is CallKind.LOCAL and pc + 1 + insn.imm == start:
            yield pc + 1


def _reads_whole(insn: Instruction) -> bool:
    match insn:
        case Alu(op, 64, dst, src):
            return src == _R0 or (dst == 0 and op is not AluOp.MOV and not op.startswith("movsx"))
        case Neg(64, 0) | Endian(_, 64, 0):
            return True
        case Jump(_, 64, dst, src):
            return dst == 0 or src == _R0
        case Load(src=base) | LoadAcquire(src=base):
            return base == 0
        case Store(size, base, _, src):
            return base == 0 or (src == _R0 and size is Size.DW)
        case StoreRelease(size, base, _, src):
            return base == 0 or (src == 0 and size is Size.DW)
        case Atomic(op, size, base, _, src):
            return base == 0 or ((src == 0 or op is AtomicOp.CMPXCHG) and size is Size.DW)
        case _:
            return False


def _writes(insn: Instruction) -> bool:
    match insn:
        case Call() | CallX() | LoadPacket():
            return True
        case Atomic(op, _, _, _, src, fetch):
            return op is AtomicOp.CMPXCHG or (fetch and src == 0)
        case Alu(dst=dst) | Neg(dst=dst) | Endian(dst=dst) | Load(dst=dst) | LoadAcquire(dst=dst):
            return dst == 0
        case LoadImm64(dst=dst):
            return dst == 0
        case _:
            return False


def _following(insn: Instruction, pc: int) -> Iterator[int]:
    match insn:
        case Goto(off):
            yield pc + 1 + off
        case Jump(off=off) | MayGoto(off=off):
            yield pc + 1 + off
            yield pc + 1
        case _:
            yield pc + width(insn)
