"""What is known of registers whatever path led there: the frame, the context, a map, a value of a map.

A small analysis of the compiler's own, apart from the verifier's: it holds for every program, also one that
Linux would refuse. Whatever it cannot follow is unknown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Invalid,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
    width,
)
from vm.isa import FP, REGISTERS, AluOp, CallKind, ImmKind, JumpOp
from vm.jit.guarded.operands import registers_exist, writes_frame_pointer
from vm.uapi.helper_ids import HelperId


class Known(IntEnum):
    """What a register holds."""

    CONTEXT = 1
    """What r1 held at the start, which is the context's address if there is one."""
    FRAME = 2
    """The frame pointer, and so many bytes."""
    MAP = 3
    """The object of the map at that address."""
    VALUE = 4
    """The start of a value of the map whose object is at that address."""
    VALUE_OR_NULL = 5


Fact = tuple[Known, int] | None
Facts = tuple[Fact, ...]
_NOTHING: Final[Facts] = (None,) * REGISTERS
_ENTERED: Final[Facts] = (*_NOTHING[:FP], (Known.FRAME, 0))
_STARTED: Final[Facts] = (None, (Known.CONTEXT, 0), *_ENTERED[2:])


def facts(
    insns: Sequence[Instruction | None], maps: Mapping[int, int], answered: frozenset[int]
) -> Sequence[Facts]:
    """What is known before each slot.

    ``maps`` are the addresses of map objects by the slot of the ld_imm64; ``answered`` the helpers that leave
    r1 to r5 alone and call nothing back.
    """
    if any(isinstance(insn, CallX) or _calls_back(insn) for insn in insns):
        # Where a callback begins is a number that a program can make up: it may be anywhere.
        return unknown(len(insns), frame_kept=not any(map(writes_frame_pointer, insns)))
    return [found or _NOTHING for found in _Analysis(insns, maps, answered).run()]


def unknown(slots: int, *, frame_kept: bool) -> Sequence[Facts]:
    """What is known without an analysis: the frame pointer where no instruction changes it."""
    return [_ENTERED if frame_kept else _NOTHING] * slots


_CALLING_BACK: Final = frozenset(
    {
        HelperId.FOR_EACH_MAP_ELEM,
        HelperId.LOOP,
        HelperId.TIMER_SET_CALLBACK,
        HelperId.FIND_VMA,
        HelperId.USER_RINGBUF_DRAIN,
    }
)


def _calls_back(insn: Instruction | None) -> bool:
    return isinstance(insn, Call) and insn.kind is CallKind.HELPER and insn.imm in _CALLING_BACK


class _Analysis:
    def __init__(
        self, insns: Sequence[Instruction | None], maps: Mapping[int, int], answered: frozenset[int]
    ) -> None:
        self._insns = insns
        self._maps = maps
        self._answered = answered
        self._found: list[Facts | None] = [None] * len(insns)
        self._again = False

    def run(self) -> list[Facts | None]:
        self._meet(0, _STARTED, -1)
        for pc in _entered(self._insns):
            self._meet(pc, _ENTERED, -1)
        self._again = True
        while self._again:
            self._again = False
            for pc, insn in enumerate(self._insns):
                before = self._found[pc]
                if before is not None and insn is not None:
                    self._flow(pc, insn, before)
        return self._found

    def _meet(self, pc: int, now: Facts, here: int) -> None:
        """Joins what is known on one more way to ``pc``; a way back may need another round."""
        if not 0 <= pc < len(self._found):
            return
        before = self._found[pc]
        if before is now:
            return
        met = now if before is None else tuple(map(_both, before, now))
        if met != before:
            self._found[pc] = met
            self._again |= pc <= here

    def _flow(self, pc: int, insn: Instruction, before: Facts) -> None:
        if not registers_exist(insn):
            return
        after = before
        match insn:
            case Jump(off=off):
                taken, after = _tested(insn, before)
                self._meet(pc + 1 + off, taken, pc)
            case Goto(off=off):
                self._meet(pc + 1 + off, before, pc)
                return
            case MayGoto(off=off):
                self._meet(pc + 1 + off, before, pc)
            case Exit() | Invalid():
                return
            case LoadImm64(dst=dst):
                fact = (Known.MAP, self._maps[pc]) if pc in self._maps else None
                after = _with(before, dst, fact)
            case Call():
                after = self._called(insn, before)
            case _:
                after = _EFFECTS[type(insn)](insn, before)
        self._meet(pc + width(insn), after, pc)

    def _called(self, insn: Call, before: Facts) -> Facts:
        if insn.kind is not CallKind.HELPER or insn.imm not in self._answered:
            return _forget(insn, before)
        table, fact = before[1], None
        if insn.imm == HelperId.MAP_LOOKUP_ELEM and table is not None and table[0] is Known.MAP:
            fact = (Known.VALUE_OR_NULL, table[1])
        return (fact, *before[1:])


def _entered(insns: Sequence[Instruction | None]) -> Iterator[int]:
    for pc, insn in enumerate(insns):
        match insn:
            case Call(CallKind.LOCAL, imm) | LoadImm64(kind=ImmKind.FUNC, imm=imm):
                yield pc + 1 + imm
            case _:
                pass


def _both(one: Fact, other: Fact) -> Fact:
    if one == other:
        return one
    values = (Known.VALUE, Known.VALUE_OR_NULL)
    if one and other and one[0] in values and other[0] in values and one[1] == other[1]:
        return Known.VALUE_OR_NULL, one[1]
    return None


def _with(before: Facts, dst: int, fact: Fact) -> Facts:
    if before[dst] == fact:
        return before
    return (*before[:dst], fact, *before[dst + 1 :])


def _tested(insn: Jump, before: Facts) -> tuple[Facts, Facts]:
    """What is known where the jump is taken and where it is not: comparing with 0 tells a value from null."""
    fact = before[insn.dst]
    if fact is None or fact[0] is not Known.VALUE_OR_NULL or insn.src != Imm(0) or insn.bits != 64:
        return before, before
    null, there = _with(before, insn.dst, None), _with(before, insn.dst, (Known.VALUE, fact[1]))
    match insn.op:
        case JumpOp.JEQ:
            return null, there
        case JumpOp.JNE:
            return there, null
        case _:
            return before, before


def _alu(insn: Alu, before: Facts) -> Facts:
    match insn:
        case Alu(AluOp.MOV, 64, dst, Reg(src)):
            return _with(before, dst, before[src])
        case Alu(AluOp.ADD | AluOp.SUB, 64, dst, Imm(value)):
            fact = before[dst]
            if fact is not None and fact[0] is Known.FRAME:
                return _with(before, dst, (fact[0], fact[1] + (value if insn.op is AluOp.ADD else -value)))
        case _:
            pass
    return _with(before, insn.dst, None)


def _overwrites(insn: AddrSpaceCast | Neg | Endian | Load | LoadAcquire, before: Facts) -> Facts:
    return _with(before, insn.dst, None)


def _atomic(insn: Atomic, before: Facts) -> Facts:
    if not insn.fetch:
        return before
    return _with(_with(before, insn.src, None), 0, None)


def _changes_nothing(_insn: Instruction, before: Facts) -> Facts:
    return before


def _forget(_insn: Instruction, before: Facts) -> Facts:
    """A call may have happened, which restores r6 to r9 and sets r10."""
    frame = before[FP] if before[FP] == (Known.FRAME, 0) else None
    return (*_NOTHING[:6], *before[6:FP], frame)


_EFFECTS: Mapping[type, Callable[[Any, Facts], Facts]] = {
    Alu: _alu,
    AddrSpaceCast: _overwrites,
    Neg: _overwrites,
    Endian: _overwrites,
    Load: _overwrites,
    LoadAcquire: _overwrites,
    Atomic: _atomic,
    Store: _changes_nothing,
    StoreRelease: _changes_nothing,
    CallX: _forget,
    LoadPacket: _forget,
}
