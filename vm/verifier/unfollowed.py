"""Where what the verifier knew does not cover every run, because it did not matter to safety.

A path is cut where a kept state covers it as far as safety asks: registers that are never read again, and
numbers that no check depends on, may differ. From there on a run of the cut path may hold other values in
them than the walk ever saw. ``unfollowed`` says which registers those are at each slot: a value outside of
the proved range is to be expected there, and nowhere else.
"""

from collections.abc import Mapping
from typing import Final

from vm.instruction import Alu, Call, Exit, Imm, Instruction, Load, LoadImm64, Reg, Store
from vm.isa import CallKind
from vm.program import Program
from vm.verifier.exploration import Exploration, FrameSeen, Step
from vm.verifier.known import holds
from vm.verifier.liveness import calls_callback, successors, use_def
from vm.verifier.state import Slot

REGISTERS: Final = 0x7FF
_STACK: Final = 11
"""The bit of stack slot 0; slot i has bit 11 + i."""
_ANYWHERE: Final = 1 << (_STACK + 64)
"""Stored through a pointer of which the slot is not looked at."""
_ALL: Final = (1 << (_STACK + 65)) - 1


def unfollowed(program: Program, exploration: Exploration) -> Mapping[int, int]:
    """Slot → bit mask of the registers whose values the walk did not follow there; none: left out."""
    steps = {step.index: step for step in exploration.steps}
    seeds: dict[int, int] = {}
    for path in exploration.paths:
        if path.by is None:
            continue
        old, new = steps.get(path.by), steps.get(path.last)
        if old is None or new is None:
            return dict.fromkeys(range(len(program.insns)), REGISTERS)  # not kept: nothing can be said
        different = _different(old, new)
        if different:
            seeds[old.pc] = seeds.get(old.pc, 0) | different
    if seeds and _calls(program):
        return dict.fromkeys(range(len(program.insns)), REGISTERS)
    return {pc: mask & REGISTERS for pc, mask in _flow(program, seeds).items() if mask & REGISTERS}


def _calls(program: Program) -> bool:
    """Whether there is more than one function: values also flow through calls, which is not looked at."""
    return any(
        calls_callback(insn) or (isinstance(insn, Call) and insn.kind is CallKind.LOCAL)
        for insn in program.insns
    )


def _different(old: Step, new: Step) -> int:
    """What of the cut state is not covered by the kept one."""
    if len(old.frames) != len(new.frames):
        return _ALL
    if any(_frame_differs(a, b) for a, b in zip(old.frames[:-1], new.frames[:-1], strict=True)):
        return _ALL
    return _frame_differs(old.frame, new.frame)


def _frame_differs(old: FrameSeen, new: FrameSeen) -> int:
    found = 0
    for number, (a, b) in enumerate(zip(old.regs, new.regs, strict=True)):
        found |= (not holds(a, b)) << number
    for index in range(max(len(old.stack), len(new.stack))):
        before = old.stack[index] if index < len(old.stack) else None
        after = new.stack[index] if index < len(new.stack) else None
        found |= (not _slot_holds(before, after)) << (_STACK + index)
    return found


def _slot_holds(old: Slot | None, new: Slot | None) -> bool:
    if old == new:
        return True
    return old is not None and new is not None and old.types == new.types and holds(old.spilled, new.spilled)


def _flow(program: Program, seeds: Mapping[int, int]) -> dict[int, int]:
    """Where the values get to: forwards, until nothing new is found."""
    found = dict(seeds)
    todo = list(seeds)
    while todo:
        pc = todo.pop()
        insn = program.insns[pc]
        after = _after(insn, found[pc])
        for following in successors(insn, pc):
            if following < len(program.insns) and after & ~found.get(following, 0):
                found[following] = found.get(following, 0) | after
                todo.append(following)
    return found


def _after(insn: Instruction | None, before: int) -> int:
    match insn:
        case Exit():
            return 0
        case Alu(dst=dst, src=Imm()) if use_def(insn)[0] == 0:
            return before & ~(1 << dst)
        case LoadImm64(dst=dst):
            return before & ~(1 << dst)
        case Load(size=size, dst=dst, src=10, off=off):
            stored = before & (_ANYWHERE | _slots(off, size))
            return before & ~(1 << dst) | bool(stored) << dst
        case Load(dst=dst, src=src):
            stored = before & (1 << src | _ALL & ~REGISTERS)
            return before & ~(1 << dst) | bool(stored) << dst
        case Store(size=size, dst=dst, off=off, src=Reg(n=n)) if before >> n & 1:
            return before | (_slots(off, size) if dst == 10 else _ANYWHERE)
        case Store():
            return before
        case Call(kind=CallKind.HELPER):
            return before & ~0x3F
        case _:
            used, defined = use_def(insn)
            rest = before & ~(defined & REGISTERS)
            return rest | (defined & REGISTERS if before & used else 0)


def _slots(off: int, size: int) -> int:
    """The stack slots that ``size`` bytes at fp+off touch; of an offset that is not on the stack, all."""
    if not -512 <= off <= -size:
        return _ANYWHERE
    first, last = (-off - size) // 8, (-off - 1) // 8
    return sum(1 << (_STACK + index) for index in range(first, last + 1))
