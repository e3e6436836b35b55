"""Labels to offsets, once every label is known."""

from collections.abc import Callable, Sequence

from vm.asm.operands import checked_target
from vm.asm.unit import Fixup, Mistake, Place, Unit
from vm.encoding import encode
from vm.instruction import Goto, Instruction
from vm.source import did_you_mean
from vm.uapi.helper_ids import HELPER_NAMES


def resolve(unit: Unit, lines: Sequence[str], report: Callable[[Mistake, Place], None]) -> None:
    """Completes every instruction that waits for a label; reports those whose label is nowhere."""
    last_exit = None
    for fixup in unit.fixups:
        target = unit.labels.get(fixup.label)
        if target is None and fixup.label == "exit":
            # bpf_conformance jumps to the last `exit` by that name, without a label.
            last_exit = _last_exit(unit) if last_exit is None else last_exit
            target = last_exit
        if target is None:
            report(_unknown(fixup, unit), fixup.place)
            continue
        try:
            insn = fixup.make(target - fixup.pc - 1)
            if not fixup.calls and not (isinstance(insn, Goto) and insn.wide):
                checked_target(target - fixup.pc - 1, fixup.at, 16)
        except Mistake as mistake:
            report(mistake, fixup.place)
            continue
        _fill(unit, fixup.pc, insn)
        if fixup.calls:
            unit.called.add(target)


def _fill(unit: Unit, pc: int, insn: Instruction) -> None:
    unit.insns[pc] = insn
    for at, slot in enumerate(encode(insn), pc):
        unit.slots[at] = slot


def _last_exit(unit: Unit) -> int | None:
    from vm.instruction import Exit

    return max((pc for pc, insn in enumerate(unit.insns) if isinstance(insn, Exit)), default=None)


def _unknown(fixup: Fixup, unit: Unit) -> Mistake:
    name = fixup.label
    if fixup.calls:
        hint = did_you_mean(name, [*HELPER_NAMES, *unit.labels])
        return Mistake("unknown-function", f"there is no helper or function `{name}`", fixup.at, hint)
    return Mistake("unknown-label", f"there is no label `{name}`", fixup.at, did_you_mean(name, unit.labels) or f"write `{name}:` on the line to jump to")
