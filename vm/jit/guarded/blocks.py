"""Where blocks begin: what is paid for at once."""

from collections.abc import Sequence
from typing import Final

from vm.instruction import Call, Exit, Goto, Instruction, Jump, width
from vm.isa import CallKind

LONGEST: Final = 64
"""Instructions paid for at once: as many the machine may have to step where the fuel ends among them."""


def loop_heads(insns: Sequence[Instruction | None]) -> frozenset[int]:
    """The slots that jumps backwards lead to."""
    return frozenset(
        pc + 1 + insn.off for pc, insn in enumerate(insns) if isinstance(insn, Jump | Goto) and insn.off < 0
    )


def block_starts(
    insns: Sequence[Instruction | None], native: Sequence[bool]
) -> tuple[list[int], frozenset[int]]:
    """The slots blocks begin at, in order, and those within a block that come behind a jump forwards.

    A block goes on behind a jump forwards, which mostly is not taken; it ends where anything else goes
    elsewhere, where something else leads to, and where there is no native code.
    """
    starts, falls = {0}, set[int]()
    for pc, insn in enumerate(insns):
        match insn:
            case None:
                continue
            case Jump(off=off):
                starts.add(pc + 1 + off)
                (falls if off >= 0 and native[pc] else starts).add(pc + 1)
            case Goto(off=off):
                starts |= {pc + 1 + off, pc + 1}
            case Exit():
                starts.add(pc + 1)
            case Call(CallKind.LOCAL, imm):
                starts |= {pc + 1 + imm, pc + 1}
            case _:
                if not native[pc]:
                    starts.add(pc + width(insn))
    first = 0
    for pc in sorted(starts | falls):
        if pc in starts or pc - first > LONGEST:
            starts.add(pc)
            first = pc
    real = {pc for pc in starts | falls if 0 <= pc < len(insns) and insns[pc] is not None}
    return sorted(starts & real), frozenset((falls - starts) & real)
