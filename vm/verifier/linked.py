"""Scalars that share an id: what a comparison teaches of one is told to the others."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Jump, Reg
from vm.isa import AluOp
from vm.verifier import scalar as scalars
from vm.verifier.arithmetic import TRANSFER
from vm.verifier.history import Linked
from vm.verifier.register import ADD_CONST, ADD_CONST32, Kind, Register
from vm.verifier.resize import zext_32_to_64
from vm.verifier.state import SPILL, Slot, State

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_LINKED: Final = 6


def linked_with(walk: "Walk", insn: Jump, dst: Register, src: Register) -> tuple[Linked, ...]:
    """The registers and spills that share an id with an operand (collect_linked_regs)."""
    found: list[Linked] = []
    state = walk.state
    if isinstance(insn.src, Reg) and src.kind is Kind.SCALAR and src.id:
        _collect(walk, src.id & ~ADD_CONST, found)
    if dst.kind is Kind.SCALAR and dst.id:
        _collect(walk, dst.id & ~ADD_CONST, found)
    linked = tuple(found)
    if len(linked) > 1:
        walk.remember(state, 0, linked)
    return linked


def _collect(walk: "Walk", number: int, found: list[Linked]) -> None:
    pc = walk.pc
    for frame in reversed(walk.state.frames):
        live = walk.analysis.live[pc]
        pc = frame.callsite
        for n in range(10):
            if not live >> n & 1:
                continue
            reg = frame.regs[n]
            if reg.id & ~ADD_CONST == number and reg.kind is Kind.SCALAR:
                if len(found) < MAX_LINKED:
                    found.append((frame.frameno, True, n))
                else:
                    frame.regs[n] = reg._replace(id=0)
        for index, slot in enumerate(frame.stack):
            reg = slot.spilled
            if slot.types[7] == SPILL and reg.id & ~ADD_CONST == number and reg.kind is Kind.SCALAR:
                if len(found) < MAX_LINKED:
                    found.append((frame.frameno, False, index))
                else:
                    frame.stack[index] = Slot(slot.types, reg._replace(id=0))


def sync(state: State, known: Register, linked: tuple[Linked, ...]) -> None:
    """What is known of one scalar now, told to its copies (sync_linked_regs)."""
    number = known.id & ~ADD_CONST
    for frameno, is_reg, at in linked:
        frame = state.frames[frameno]
        reg = frame.regs[at] if is_reg else frame.stack[at].spilled
        if reg is known or reg.kind is not Kind.SCALAR or reg.id & ~ADD_CONST != number:
            continue
        if (reg.id ^ known.id) & ADD_CONST == ADD_CONST:
            continue  # one distance was added in 32 bits and the other in 64: nothing follows
        if not (reg.id | known.id) & ADD_CONST or reg.off == known.off:
            new = known
        else:
            delta = scalars.const(reg.off - known.off)
            value = TRANSFER[AluOp.ADD](known.value, delta, 64)
            if (reg.id | known.id) & ADD_CONST32:
                value = zext_32_to_64(value)
            new = known._replace(value=value, id=reg.id, off=reg.off)
        if is_reg:
            frame.regs[at] = new
        else:
            frame.stack[at] = Slot(frame.stack[at].types, new)
