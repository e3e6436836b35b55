"""Which functions keep count of tail calls: those from which one can be reached, dead code included."""

from vm.instruction import Call, Instruction
from vm.isa import CallKind
from vm.program import Program
from vm.uapi.helper_ids import HelperId


def counting_functions(program: Program) -> frozenset[int]:
    """Their first slots. Linux looks for tail calls before it takes code out that no path reaches."""
    calls: dict[int, set[int]] = {0: set()}
    for pc, insn in enumerate(program.insns):
        if isinstance(insn, Call) and insn.kind is CallKind.LOCAL:
            calls.setdefault(pc + 1 + insn.imm, set())
    starts = sorted(calls)
    found: set[int] = set()
    for pc, insn in enumerate(program.insns):
        function = max(start for start in starts if start <= pc)
        if _is_tail_call(insn):
            found.add(function)
        elif isinstance(insn, Call) and insn.kind is CallKind.LOCAL:
            calls[function].add(pc + 1 + insn.imm)
    while more := {start for start, called in calls.items() if called & found} - found:
        found |= more
    return frozenset(found)


def _is_tail_call(insn: Instruction | None) -> bool:
    return isinstance(insn, Call) and insn.kind is CallKind.HELPER and insn.imm == HelperId.TAIL_CALL
