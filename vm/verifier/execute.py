"""Which function performs which instruction, looked up once for every slot that is come to."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from vm.cfg.structure import check_instruction
from vm.instruction import (
    Alu,
    Atomic,
    Call,
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
    Slot,
    Store,
    StoreRelease,
    width,
)
from vm.isa import CallKind
from vm.uapi.helper_ids import HelperId
from vm.verifier import calls, calls_helper, calls_kfunc, transfer, transfer_alu
from vm.verifier.branches import jump
from vm.verifier.checks import resources, returns
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.encoding_faults import ill_formed
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.saved import push
from vm.verifier.walk import Walk

MAX_EFFECTS: Final = 1 << 12
_ALU_EFFECTS: Final[dict[tuple[int, ...], "Effect"]] = {}
Effect = Callable[[Walk, Any], object]
"""Performs an instruction; where ``Decoded.following`` is 0 it answers the next slot, None at the end."""


class Decoded(NamedTuple):
    """A slot made ready: what performs it, and the slot behind it (0 where the effect knows)."""

    effect: Effect
    insn: Instruction
    following: int


def decode(walk: Walk, pc: int) -> Decoded:
    """The instruction at ``pc``, whose encoding must be well formed."""
    fault = check_instruction(walk.program.slots[pc], walk.program.prog_type, pc)
    if fault is not None:
        ill_formed(walk, fault)
    insn = walk.insns[pc]
    control = _CONTROL.get(type(insn))
    if insn is not None and control is not None:
        return Decoded(control, insn, 0)
    effect = _alu_effect(insn, walk.program.slots[pc]) if isinstance(insn, Alu) else _EFFECTS.get(type(insn))
    if insn is None or effect is None:
        raise unsupported(pc, "this instruction")
    return Decoded(effect, insn, pc + width(insn))


def _alu_effect(insn: Alu, slot: Slot) -> Effect:
    """The same for all equal instructions, for as many as are kept."""
    key = (slot.opcode, slot.dst, slot.src, slot.off, slot.imm)
    found = _ALU_EFFECTS.get(key)
    if found is None:
        if len(_ALU_EFFECTS) >= MAX_EFFECTS:
            _ALU_EFFECTS.clear()
        found = _ALU_EFFECTS[key] = transfer_alu.alu_effect(insn)
    return found


def _jump(walk: Walk, insn: Jump) -> int:
    walk.jumps += 1
    return jump(walk, insn)


def _goto(walk: Walk, insn: Goto) -> int:
    walk.jumps += 1
    return walk.pc + 1 + insn.off


def _exit(walk: Walk, _insn: Exit) -> int | None:
    walk.jumps += 1
    resources.check_leaks(walk, resources.EXIT, locks=len(walk.state.frames) == 1)
    if len(walk.state.frames) > 1:
        walk.print_whole = True
        return calls.leave(walk)
    returns.check_exit(walk)
    return None


def _call(walk: Walk, insn: Call) -> int | None:
    walk.jumps += 1
    if (
        walk.state.locks
        and insn.kind is CallKind.HELPER
        and insn.imm not in (HelperId.SPIN_UNLOCK, HelperId.KPTR_XCHG)
    ):
        raise Rejected(CORE_RULES["lock-call"], walk.pc)
    if insn.kind is CallKind.LOCAL:
        following = calls.call_local(walk, insn)
        walk.scratched |= 1
        return following
    if insn.kind is CallKind.KFUNC:
        goes_on = calls_kfunc.call_kernel(walk, insn)
        walk.scratched |= 1
        return walk.pc + 1 if goes_on else None
    calls_helper.call_helper(walk, insn)
    walk.scratched |= 1
    return walk.pc + 1


def _may_goto(walk: Walk, insn: MayGoto) -> int:
    walk.jumps += 1
    parent = walk.state.parent
    earlier = walk.kept.previous_entry(parent, walk.pc) if parent is not None else None
    other = push(walk, walk.pc + 1, walk.pc)
    other.may_goto += 1
    if earlier is not None:
        calls.widen(walk, earlier, other)
    return walk.pc + 1 + insn.off


_CONTROL: Final[Mapping[type, Effect]] = {
    Jump: _jump,
    Goto: _goto,
    Exit: _exit,
    Call: _call,
    MayGoto: _may_goto,
}
_EFFECTS: Final[Mapping[type, Effect]] = {
    Neg: transfer_alu.unary,
    Endian: transfer_alu.unary,
    Load: transfer.load,
    LoadAcquire: transfer.load,
    Store: transfer.store,
    StoreRelease: transfer.store,
    Atomic: transfer.atomic,
    LoadImm64: transfer.load_imm64,
    LoadPacket: transfer.load_packet,
}
