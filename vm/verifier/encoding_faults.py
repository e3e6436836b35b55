"""Rules about one instruction's encoding, which the kernel meets in the middle of the walk."""

from typing import TYPE_CHECKING, Final

from vm.cfg.structure import Kind as Fault
from vm.isa import ALU, END_CODE, NEG_CODE, REGISTERS, AluOp, InsnClass, Source
from vm.verifier.rejection import Rejected, Rule
from vm.verifier.transfer_alu import readable

if TYPE_CHECKING:
    from vm.cfg.structure import Rejection
    from vm.instruction import Slot
    from vm.verifier.walk import Walk

_AFTER_OPERANDS: Final = frozenset(
    {Fault.DIVISION_BY_ZERO, Fault.SHIFT_TOO_FAR, Fault.FRAME_POINTER, Fault.NO_SUCH_REGISTER}
)
"""What is found only when the operands have been read."""
_AFTER_DST: Final = Fault.JMP_RESERVED
"""What is found when the left operand has been read."""


def ill_formed(walk: "Walk", fault: "Rejection") -> None:
    """Ends the walk with ``fault``, unless a register read before that holds nothing."""
    if fault.kind in _AFTER_OPERANDS:
        for regno in _read_before(walk.program.slots[walk.pc]):
            if regno >= REGISTERS:
                break
            readable(walk, regno)
    elif fault.kind == _AFTER_DST and (dst := walk.program.slots[walk.pc].dst) < REGISTERS:
        readable(walk, dst)
    rule = fault.rule
    row = Rule(
        fault.message.replace("{", "{{").replace("}", "}}"),
        fault.errno,
        str(fault.category),
        rule.what,
        rule.hint,
    )
    raise Rejected(row, walk.pc, **dict(fault.details))


def _read_before(slot: "Slot") -> list[int]:
    """The registers the kernel reads before it comes to the rule that is broken, in its order."""
    from_register = slot.opcode & Source.X
    match InsnClass(slot.opcode & 7):
        case InsnClass.ALU | InsnClass.ALU64:
            unary = slot.opcode >> 4 in (END_CODE, NEG_CODE)
            read = [slot.src] if from_register and not unary else []
            return read if slot.opcode >> 4 == ALU[AluOp.MOV].code else [*read, slot.dst]
        case InsnClass.LDX:
            return [slot.src]
        case InsnClass.STX:
            return [slot.src, slot.dst]
        case InsnClass.ST:
            return [slot.dst]
        case InsnClass.JMP | InsnClass.JMP32:
            return [slot.dst, slot.src] if from_register else [slot.dst]
        case _:
            return []
