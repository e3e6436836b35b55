"""Labels to offsets, once every label of a program is known."""

from bisect import bisect_left
from collections.abc import Callable

from vm.asm.operands import checked_distance
from vm.asm.unit import Fixup, Mistake, Unit, Use
from vm.encoding import encode
from vm.instruction import Exit, Instruction
from vm.uapi.helper_ids import HELPER_NAMES, helper_id, helper_name

Report = Callable[[Mistake, int, int], None]
"""Reports a mistake in the statement at (line, column)."""


def resolve(unit: Unit, report: Report) -> None:
    """Completes every instruction that waits for a label; reports labels that are nowhere, or too far."""
    for fixup in unit.fixups:
        target = unit.labels.get(fixup.label)
        if target is None:
            target = _implicit(fixup, unit)
        try:
            if target is None:
                raise _unknown(fixup, unit)
            distance = checked_distance(target - fixup.pc - 1, fixup.at, fixup.bits)
        except Mistake as mistake:
            report(mistake, fixup.line, fixup.column)
            continue
        _fill(unit, fixup.pc, fixup.make(distance))
        if fixup.use is not Use.JUMP:
            unit.called.add(target)


def _fill(unit: Unit, pc: int, insn: Instruction) -> None:
    slots = encode(insn)
    unit.insns[pc] = insn
    unit.slots[pc] = slots[0]
    if len(slots) == 2:
        unit.insns[pc + 1] = None
        unit.slots[pc + 1] = slots[1]


def _implicit(fixup: Fixup, unit: Unit) -> int | None:
    """The slot of a label that nobody wrote: a local one (``1f``, ``1b``), or bpf_conformance's ``exit``."""
    if fixup.label == "exit":
        return max((pc for pc, insn in enumerate(unit.insns) if isinstance(insn, Exit)), default=None)
    places = unit.numbered.get(fixup.label[:-1], [])
    after = bisect_left(places, fixup.pc + 1)
    if fixup.label.endswith("f"):
        return places[after] if after < len(places) else None
    return places[after - 1] if after else None


def _unknown(fixup: Fixup, unit: Unit) -> Mistake:
    name, symbols = fixup.label, unit.symbols
    match fixup.use:
        case Use.CALL:
            return _unknown_function(name, fixup.at, unit)
        case Use.ADDRESS:
            near = symbols.near(name, [*symbols.map_index, *symbols.data, *unit.labels])
            hint = (
                f"did you mean `{near}`?"
                if near
                else f"declare it: .map {name} hash key=u32 value=u64 entries=16"
            )
            return Mistake(
                "unknown-symbol", f"there is no map, data or function `{name}`", fixup.at, hint, near
            )
        case Use.JUMP:
            near = symbols.near(name, unit.labels)
            hint = f"did you mean `{near}`?" if near else f"write `{name}:` in front of the line to jump to"
            return Mistake("unknown-label", f"there is no label `{name}`", fixup.at, hint, near)


def _unknown_function(name: str, at: int, unit: Unit) -> Mistake:
    helper = helper_id(name)
    near = helper_name(helper) if helper else unit.symbols.near(name, [*HELPER_NAMES, *unit.labels])
    hint = f"did you mean `{near}`?" if near else "helpers start with bpf_, a function is a label"
    return Mistake("unknown-function", f"there is no helper or function `{name}`", at, hint, near)
