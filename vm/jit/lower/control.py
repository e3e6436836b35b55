"""Jumps, calls and the exit."""

from collections.abc import Mapping

from vm.instruction import Call, Exit, Goto, Imm, Jump, Reg
from vm.isa import CallKind, JumpOp
from vm.jit.piece import Branch, CallLocal, CallOut, Emit, Lowered, Return
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group
from vm.uapi.helper_ids import HelperId

CONDITIONS: Mapping[JumpOp, Cond] = {
    JumpOp.JEQ: Cond.E,
    JumpOp.JNE: Cond.NE,
    JumpOp.JSET: Cond.NE,
    JumpOp.JGT: Cond.A,
    JumpOp.JGE: Cond.AE,
    JumpOp.JLT: Cond.B,
    JumpOp.JLE: Cond.BE,
    JumpOp.JSGT: Cond.G,
    JumpOp.JSGE: Cond.GE,
    JumpOp.JSLT: Cond.L,
    JumpOp.JSLE: Cond.LE,
}
"""The condition under which each jump is taken, after ``cmp`` (JSET: after ``test``)."""


def lower_jump(insn: Jump, pc: int) -> Lowered:
    """Compare, then jump on the condition."""
    return (Emit(_compare(insn)), Branch(pc + 1 + insn.off, CONDITIONS[insn.op]))


def _compare(insn: Jump) -> bytes:
    dst, wide, tests = X86[insn.dst], insn.bits == 64, insn.op is JumpOp.JSET
    match insn.src:
        case Reg(n) if tests:
            return x86.test(dst, X86[n], wide=wide)
        case Reg(n):
            return x86.op(Group.CMP, dst, X86[n], wide=wide)
        case Imm(value) if tests:
            return x86.test_imm(dst, value, wide=wide)
        case Imm(0):
            return x86.test(dst, dst, wide=wide)
        case Imm(value):
            return x86.op_imm(Group.CMP, dst, value, wide=wide, short=False)


def lower_goto(insn: Goto, pc: int) -> Lowered:
    """One jump, or nothing where it leads to the next instruction."""
    return (Branch(pc + 1 + insn.off),) if insn.off else ()


def lower_call(insn: Call, pc: int) -> Lowered:
    """A call; the arguments are in C's registers already."""
    match insn.kind:
        case CallKind.LOCAL:
            return (CallLocal(pc + 1 + insn.imm),)
        case CallKind.HELPER:
            return (CallOut(f"bpf_{HelperId(insn.imm).name.lower()}"),)
        case CallKind.KFUNC:
            return (CallOut(f"kfunc {insn.imm}"),)


def lower_exit(_insn: Exit, _pc: int) -> Lowered:
    """Back to the caller."""
    return (Return(),)
