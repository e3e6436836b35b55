"""The branches that mattered: where the path turned away from what would have been right."""

from collections.abc import Callable, Sequence
from typing import Final

from vm.instruction import Call, Jump, Reg, Store
from vm.program import Program
from vm.verifier.explain.explanation import Cause, CauseKind
from vm.verifier.explain.naming import Names
from vm.verifier.explain.steps import way_taken
from vm.verifier.explain.trail import Moment
from vm.verifier.liveness import successors, use_def
from vm.verifier.register import Kind

_LOOKED_AT: Final = 2_000
Wanted = Callable[[int], bool]


def skipped(names: Names, path: Sequence[Moment], wanted: Wanted, what: str) -> Cause | None:
    """The last comparison whose other way leads to a slot that is ``wanted`` and was passed by."""
    program = names.program
    if not any(wanted(pc) for pc, insn in enumerate(program.insns) if insn is not None):
        return None
    end = path[-1].pc
    recent = path[-_LOOKED_AT:]
    for at in range(len(recent) - 2, -1, -1):
        moment, following = recent[at], recent[at + 1]
        insn = program.insns[moment.pc]
        if wanted(moment.pc):
            return None
        if not isinstance(insn, Jump):
            continue
        taken = following.pc != moment.pc + 1
        other = moment.pc + 1 if taken else moment.pc + 1 + insn.off
        found = _leads_to(program, other, wanted, end)
        if found is not None:
            way = way_taken(names, moment.pc, insn, taken)
            text = f"{way}: so {names.at(found)}, which would set {what}, is passed by"
            return Cause(CauseKind.SKIPPED, moment.pc, text, moment.nth, names.line(moment.pc))
    return None


def _leads_to(program: Program, start: int, wanted: Wanted, end: int) -> int | None:
    """The first wanted slot that control can come to from ``start`` without coming to ``end``."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        pc = waiting.pop()
        if pc in seen or pc == end or not 0 <= pc < len(program.insns) or program.insns[pc] is None:
            continue
        if wanted(pc):
            return pc
        seen.add(pc)
        waiting.extend(reversed(successors(program.insns[pc], pc)))
    return None


def sets_register(program: Program, n: int) -> Wanted:
    """Whether the instruction at a slot leaves a value in r``n``."""

    def wanted(pc: int) -> bool:
        insn = program.insns[pc]
        if isinstance(insn, Call):
            return n == 0
        return bool(use_def(insn)[1] >> n & 1)

    return wanted


def stores_on_stack(program: Program, off: int) -> Wanted:
    """Whether the instruction at a slot writes the byte at r10 + ``off`` by a plain store."""

    def wanted(pc: int) -> bool:
        insn = program.insns[pc]
        return isinstance(insn, Store) and insn.dst == 10 and insn.off <= off < insn.off + insn.size.bytes

    return wanted


def last_branch(names: Names, path: Sequence[Moment], since: int) -> Cause | None:
    """The last comparison on the path after slot ``since`` was executed last."""
    for at in range(len(path) - 2, -1, -1):
        moment = path[at]
        if moment.pc == since:
            return None
        insn = names.program.insns[moment.pc]
        if isinstance(insn, Jump):
            taken = path[at + 1].pc != moment.pc + 1
            text = way_taken(names, moment.pc, insn, taken)
            return Cause(CauseKind.BRANCH, moment.pc, text, moment.nth, names.line(moment.pc))
    return None


def too_short(names: Names, path: Sequence[Moment]) -> Cause | None:
    """The last comparison with data_end on the path, if it found that there is no room."""
    for at in range(len(path) - 2, -1, -1):
        moment, state = path[at], path[at].state
        insn = names.program.insns[moment.pc]
        if state is None or not isinstance(insn, Jump) or not isinstance(insn.src, Reg):
            continue
        regs = state.frames[-1].regs
        if Kind.PACKET_END not in (regs[insn.dst].kind, regs[insn.src.n].kind):
            continue
        taken = path[at + 1].pc != moment.pc + 1
        text = way_taken(names, moment.pc, insn, taken)
        return Cause(CauseKind.BRANCH, moment.pc, text, moment.nth, names.line(moment.pc))
    return None
