"""Jumps within a function: conditional, unconditional, and ``may_goto``."""

from vm.change import Change, FieldChanged, PcChanged
from vm.instruction import Goto, Jump, MayGoto, Reg
from vm.isa import JUMP
from vm.machine.fault import guarded
from vm.machine.state import Executor, Site
from vm.word import mask

MAY_GOTO_BUDGET = 8_388_608
"""Times the ``may_goto`` of one frame fall through before they jump (BPF_MAX_LOOPS)."""


def may_goto_field(depth: int) -> str:
    """The name of the number that counts what is left of a frame's budget."""
    return f"may_goto.{depth}"


def bind_jump(insn: Jump, at: Site) -> Executor:
    """``if dst op src goto off``."""
    match insn.src:
        case Reg(n):
            execute = _jump_register(insn, n, at)
        case constant:
            execute = _jump_constant(insn, constant.word, at)
    return guarded(execute, at, at.pc + 1 + insn.off)


def _jump_register(insn: Jump, src: int, at: Site) -> Executor:
    state, r, dst, word, flip = at.state, at.state.registers, insn.dst, mask(insn.bits), _flip(insn)
    test, fall, take = JUMP[insn.op].test, at.pc + 1, at.pc + 1 + insn.off
    fallen, taken = (PcChanged(at.pc, fall),), (PcChanged(at.pc, take),)

    def execute() -> tuple[Change, ...]:
        if test(r[dst] & word ^ flip, r[src] & word ^ flip):
            state.pc = take
            return taken
        state.pc = fall
        return fallen

    return execute


def _jump_constant(insn: Jump, value: int, at: Site) -> Executor:
    state, r, dst, word, flip = at.state, at.state.registers, insn.dst, mask(insn.bits), _flip(insn)
    test, fall, take = JUMP[insn.op].test, at.pc + 1, at.pc + 1 + insn.off
    fallen, taken = (PcChanged(at.pc, fall),), (PcChanged(at.pc, take),)
    value = value & word ^ flip

    def execute() -> tuple[Change, ...]:
        if test(r[dst] & word ^ flip, value):
            state.pc = take
            return taken
        state.pc = fall
        return fallen

    return execute


def _flip(insn: Jump) -> int:
    """The sign bit for a signed comparison, else 0: with it flipped on both sides, words order as signed."""
    return 1 << (insn.bits - 1) if JUMP[insn.op].is_signed else 0


def bind_goto(insn: Goto, at: Site) -> Executor:
    """``goto off`` and ``gotol off``."""
    state, target = at.state, at.pc + 1 + insn.off
    taken = (PcChanged(at.pc, target),)

    def execute() -> tuple[Change, ...]:
        state.pc = target
        return taken

    return guarded(execute, at, target)


def bind_may_goto(insn: MayGoto, at: Site) -> Executor:
    """``may_goto off``: counts the frame's budget down, and jumps once it is 0."""
    state, fall, target = at.state, at.pc + 1, at.pc + 1 + insn.off
    fallen, taken = PcChanged(at.pc, fall), (PcChanged(at.pc, target),)

    def execute() -> tuple[Change, ...]:
        name = may_goto_field(len(state.frames))
        before = state.fields.get(name)
        left = MAY_GOTO_BUDGET if before is None else before
        if left == 0:
            state.pc = target
            return taken
        state.fields[name] = left - 1
        state.pc = fall
        return FieldChanged(name, before, left - 1), fallen

    return guarded(execute, at, target)
