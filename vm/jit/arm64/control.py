"""Jumps, calls, tail calls and the exit."""

from collections.abc import Mapping

from vm.instruction import Call, Exit, Goto, Imm, Jump, Reg
from vm.isa import MAX_TAIL_CALLS, CallKind, JumpOp
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.constants import load_constant
from vm.jit.arm64.encode import ZR, Cond, Op
from vm.jit.arm64.encode import Reg as Machine
from vm.jit.arm64.frame import BEHIND_PROLOGUE, Frame
from vm.jit.arm64.immediates import bitmask, fits_arithmetic
from vm.jit.arm64.registers import A64, COUNT, FIRST, RESULT, SECOND, THIRD
from vm.jit.kernel_structs import ARRAY_VALUES, MAP_MAX_ENTRIES, PROG_FUNCTION
from vm.jit.piece import Branch, CallLocal, CallOut, Emit, Lowered, Return
from vm.jit.program import KernelCall, PerCpuAddress, TailCall
from vm.jit.rewrite.budget import CLOCK
from vm.uapi.helper_ids import HelperId

CONDITIONS: Mapping[JumpOp, Cond] = {
    JumpOp.JEQ: Cond.EQ,
    JumpOp.JNE: Cond.NE,
    JumpOp.JSET: Cond.NE,
    JumpOp.JGT: Cond.HI,
    JumpOp.JGE: Cond.CS,
    JumpOp.JLT: Cond.CC,
    JumpOp.JLE: Cond.LS,
    JumpOp.JSGT: Cond.GT,
    JumpOp.JSGE: Cond.GE,
    JumpOp.JSLT: Cond.LT,
    JumpOp.JSLE: Cond.LE,
}
"""The condition under which each jump is taken, after ``cmp`` (JSET: after ``tst``)."""
_THREAD_CPU = 16
"""struct thread_info: cpu, in a kernel without PAN emulation and shadow call stack."""
_TAKE_RESULT = a64.mov(A64[0], RESULT, wide=True)
_IN_PLACE: Mapping[int, bytes] = {
    HelperId.GET_SMP_PROCESSOR_ID: a64.read_system(Op.MRS_SP_EL0, FIRST)
    + a64.memory(Op.LOAD, A64[0], FIRST, _THREAD_CPU, 4),
    HelperId.GET_CURRENT_TASK: a64.read_system(Op.MRS_SP_EL0, A64[0]),
    HelperId.GET_CURRENT_TASK_BTF: a64.read_system(Op.MRS_SP_EL0, A64[0]),
}
"""Helpers that are no call: sp_el0 holds the running task, which begins with its thread_info."""


def lower_jump(insn: Jump, pc: int, _frame: object) -> Lowered:
    """Compare, then branch on the condition."""
    return Emit(_compare(insn)), Branch(pc + 1 + insn.off, CONDITIONS[insn.op])


def _compare(insn: Jump) -> bytes:
    dst, wide, tests = A64[insn.dst], insn.bits == 64, insn.op is JumpOp.JSET
    op = Op.ANDS if tests else Op.SUBS
    match insn.src:
        case Reg(n):
            return a64.three(op, ZR, dst, A64[n], wide=wide)
        case Imm(value):
            spelled = load_constant(FIRST, value, wide=wide) + a64.three(op, ZR, dst, FIRST, wide=wide)
            held = (
                _test_constant(dst, value, wide=wide) if tests else _compare_constant(dst, value, wide=wide)
            )
            return held or spelled


def _test_constant(dst: Machine, value: int, *, wide: bool) -> bytes:
    """Nothing where the instruction cannot hold the constant."""
    mask = bitmask(value, 64 if wide else 32)
    return b"" if mask is None else a64.logical_imm(Op.ANDS_IMM, ZR, dst, mask, wide=wide)


def _compare_constant(dst: Machine, value: int, *, wide: bool) -> bytes:
    """The same for a comparison; a negative constant is added."""
    if fits_arithmetic(value):
        return a64.arithmetic_imm(Op.SUBS_IMM, ZR, dst, value & 0xFFFFFFFF, wide=wide)
    if fits_arithmetic(-value):
        return a64.arithmetic_imm(Op.ADDS_IMM, ZR, dst, -value, wide=wide)
    return b""


def lower_goto(insn: Goto, pc: int, _frame: object) -> Lowered:
    """One branch, wherever it leads."""
    return (Branch(pc + 1 + insn.off),)


def lower_call(insn: Call, pc: int, _frame: object) -> Lowered:
    """A call, and its result from C's register to r0's; two facts about the running task need none."""
    match insn.kind:
        case CallKind.LOCAL:
            return CallLocal(pc + 1 + insn.imm), Emit(_TAKE_RESULT)
        case CallKind.HELPER if insn.imm in _IN_PLACE:
            return (Emit(_IN_PLACE[insn.imm]),)
        case CallKind.HELPER:
            return CallOut(f"bpf_{HelperId(insn.imm).name.lower()}"), Emit(_TAKE_RESULT)
        case CallKind.KFUNC:
            return CallOut(f"kfunc {insn.imm}"), Emit(_TAKE_RESULT)


def lower_kernel_call(insn: KernelCall, _pc: int, _frame: object) -> Lowered:
    """A call; the clock of ``may_goto`` answers in the register it is asked in."""
    call = CallOut(insn.name)
    return (call,) if insn.name == CLOCK else (call, Emit(_TAKE_RESULT))


def lower_per_cpu(insn: PerCpuAddress, _pc: int, _frame: object) -> Lowered:
    """The running CPU's offset, which tpidr_el1 holds, is added."""
    dst, src = A64[insn.dst], A64[insn.src]
    code = a64.mov(dst, src, wide=True) if dst is not src else b""
    code += a64.read_system(Op.MRS_TPIDR_EL1, FIRST)
    return (Emit(code + a64.three(Op.ADD, dst, dst, FIRST, wide=True)),)


def lower_exit(_insn: Exit, _pc: int, _frame: object) -> Lowered:
    """To the epilogue, which stands at the end."""
    return (Return(),)


def lower_tail_call(_insn: TailCall, _pc: int, frame: Frame) -> Lowered:
    """Bound, count and program are looked at; then the frame goes, and the other program goes on behind its
    prologue. It falls through where there is nothing to go to, or too many came before."""
    array, index = A64[2], A64[3]
    end = a64.memory(Op.STORE, THIRD, COUNT, 0, 8) + frame.take_down()
    end += _constant(PROG_FUNCTION) + a64.memory_at(Op.LOAD_AT, FIRST, SECOND, FIRST, 8)
    end += a64.arithmetic_imm(Op.ADD_IMM, FIRST, FIRST, BEHIND_PROLOGUE, wide=True)
    end += a64.branch_register(Op.BR, FIRST)
    end = a64.branch_if_zero(SECOND, len(end) + a64.WORD) + end
    program = a64.arithmetic_imm(Op.ADD_IMM, THIRD, THIRD, 1, wide=True)
    program += _constant(ARRAY_VALUES) + a64.three(Op.ADD, FIRST, array, FIRST, wide=True)
    program += a64.shift_left_imm(SECOND, index, 3, wide=True)
    program += a64.memory_at(Op.LOAD_AT, SECOND, FIRST, SECOND, 8)
    end = program + end
    count = _constant(MAX_TAIL_CALLS) + a64.memory(Op.LOAD, THIRD, COUNT, 0, 8)
    count += a64.three(Op.SUBS, ZR, THIRD, FIRST, wide=True)
    end = count + a64.branch_if(Cond.CS, len(end) + a64.WORD) + end
    bound = _constant(MAP_MAX_ENTRIES) + a64.memory_at(Op.LOAD_AT, FIRST, array, FIRST, 4)
    bound += a64.mov(index, index, wide=False) + a64.three(Op.SUBS, ZR, index, FIRST, wide=False)
    return (Emit(bound + a64.branch_if(Cond.CS, len(end) + a64.WORD) + end),)


def _constant(value: int) -> bytes:
    return load_constant(FIRST, value, wide=False)
