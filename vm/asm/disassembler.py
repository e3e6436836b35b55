"""From instructions back to text, in the styles learners meet elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vm.asm import text_kernel, text_llvm, text_mnemonic
from vm.encoding import decode
from vm.instruction import Instruction, LoadImm64, Slot
from vm.isa import ImmKind
from vm.program import Program


class Style(StrEnum):
    """Whose text: llvm-objdump's, the verifier log's, uBPF's; SOURCE is ours and says everything."""

    LLVM = "llvm"
    KERNEL = "kernel"
    MNEMONIC = "mnemonic"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a listing: the slot (``pc``), its 1 or 2 ``slots``, and the text."""

    pc: int
    slots: tuple[Slot, ...]
    text: str


def source(insn: Instruction) -> str:
    """The instruction as pseudo-C that assembles to it by itself."""
    if isinstance(insn, LoadImm64) and insn.kind is ImmKind.VALUE:
        return f"{text_kernel.body(insn)} ll"
    return text_kernel.body(insn)


_WRITERS: Mapping[Style, Callable[[Instruction], str]] = {
    Style.LLVM: text_llvm.text,
    Style.KERNEL: text_kernel.text,
    Style.MNEMONIC: text_mnemonic.text,
    Style.SOURCE: source,
}


def text_of(insn: Instruction, style: Style = Style.LLVM) -> str:
    """The text of one instruction."""
    return _WRITERS[style](insn)


def disassemble(program: Program | Sequence[Slot], style: Style = Style.LLVM) -> tuple[Line, ...]:
    """One line per instruction of a program or of bare slots."""
    slots = program.slots if isinstance(program, Program) else tuple(program)
    insns = program.insns if isinstance(program, Program) else decode(slots)
    write = _WRITERS[style]
    return tuple(
        Line(pc, slots[pc : pc + (2 if isinstance(insn, LoadImm64) else 1)], write(insn))
        for pc, insn in enumerate(insns)
        if insn is not None
    )
