"""Which functions keep count of tail calls: those from which one can be reached, dead code included."""

from bisect import bisect_right
from collections.abc import Sequence

from vm.instruction import Call
from vm.isa import CallKind
from vm.program import Program
from vm.uapi.helper_ids import HelperId


def counting_functions(program: Program) -> frozenset[int]:
    """Their first slots. Linux looks for tail calls before it takes code out that no path reaches."""
    made = [(pc, insn) for pc, insn in enumerate(program.insns) if isinstance(insn, Call)]
    tail = [pc for pc, insn in made if insn.kind is CallKind.HELPER and insn.imm == HelperId.TAIL_CALL]
    if not tail:
        return frozenset()
    local = [(pc, pc + 1 + insn.imm) for pc, insn in made if insn.kind is CallKind.LOCAL]
    starts = sorted({0, *(to for _, to in local)})
    callers: dict[int, set[int]] = {}
    for pc, to in local:
        callers.setdefault(to, set()).add(_around(pc, starts))
    found: set[int] = set()
    waiting = {_around(pc, starts) for pc in tail}
    while waiting:
        found |= waiting
        waiting = {caller for function in waiting for caller in callers.get(function, ())} - found
    return frozenset(found)


def _around(pc: int, starts: Sequence[int]) -> int:
    """The first slot of the function that slot ``pc`` is in."""
    return starts[bisect_right(starts, pc) - 1]
