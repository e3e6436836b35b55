"""How the kernel prints slots whose fields make no instruction: its disassembler looks at fewer of them."""

from dataclasses import replace
from typing import Final

from vm.asm.text_kernel import body, slot_text
from vm.encoding import decode_one
from vm.instruction import Call, Instruction, Invalid, Slot
from vm.isa import END_CODE, CallKind, InsnClass, Mode, Size, Source
from vm.uapi.kfuncs import kfuncs
from vm.word import MASK32

_SIZES: Final = 0x18
"""The bits of an opcode that say how wide an access is."""
_CALL: Final = 0x85


def odd_text(insn: Instruction | None, slot: Slot) -> str | None:
    """The slot as the kernel prints it, where its fields matter; None for what prints as any instruction."""
    found = _odd_body(insn, slot)
    if found is None:
        return None
    return found if found.startswith((".slot", "BUG")) else f"({slot.opcode:02x}) {found}"


def _odd_body(insn: Instruction | None, slot: Slot) -> str | None:
    if isinstance(insn, Call) and insn.kind is CallKind.KFUNC:
        function = kfuncs().get(insn.imm)
        return f"call {function.name if function else ''}#{insn.imm}"
    match slot:
        case Slot(opcode=0xBF, off=-1):  # BPF_ADDR_PERCPU
            return f"r{slot.dst} = &(void __percpu *)(r{slot.src})"
        case Slot(opcode=0xBC, off=32):
            return f"w{slot.dst} = (s32)w{slot.src}"
        case Slot(opcode=0xE5, src=src) if src:  # no may_goto, and no condition has that number
            return f"if r{slot.dst} (null) {slot.imm & MASK32:#x} goto pc{slot.off:+d}"
    if insn is not None and not isinstance(insn, Invalid):
        return None
    if slot.opcode == _CALL:
        return f"call unknown#{slot.imm}"
    cls, code = slot.opcode & 7, slot.opcode >> 4
    if cls in (InsnClass.ALU, InsnClass.ALU64) and code == END_CODE:
        order = "be" if slot.opcode & Source.X else "le"
        return f"r{slot.dst} = {order if cls == InsnClass.ALU else 'bswap'}{slot.imm} r{slot.dst}"
    if cls == InsnClass.STX and slot.opcode & 0xE0 == Mode.ATOMIC:
        return _atomic(slot)
    return slot_text(slot)


def _atomic(slot: Slot) -> str:
    """An atomic operation of a size it does not come in is printed all the same."""
    insn = decode_one(replace(slot, opcode=slot.opcode & ~_SIZES | Size.W))
    if isinstance(insn, Invalid):
        return f"BUG_{slot.opcode:02x}"
    return body(insn).replace("(u32 *)", f"(u{Size(slot.opcode & _SIZES).bits} *)")
