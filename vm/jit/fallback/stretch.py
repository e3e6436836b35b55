"""A stretch of instructions as one Python function.

It begins at any slot and goes on, past conditional jumps that are not taken, to the first instruction that is
not simple. Jumps back to its own start stay inside, as long as there is fuel for the whole of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

from vm.instruction import (
    Alu,
    Atomic,
    Endian,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Store,
    StoreRelease,
    width,
)
from vm.isa import REGISTERS, ImmKind, alu, atomic, endian
from vm.jit.fallback.text import ALU_OPS, ATOMICS, ENDIANS, Insns, registers_of, text_of
from vm.memory.fault import MachineFault
from vm.memory.memory import Memory
from vm.word import MASK32, MASK64, mask

LONGEST: Final = 512
"""Instructions of one stretch."""
Run = Callable[[list[int], int], tuple[int, int]]
"""Takes registers, which it changes, and fuel, enough for ``length``; where it stopped, and the fuel left."""


Constants = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The slots of a stretch, its text, and the text compiled."""

    pcs: tuple[int, ...]
    text: str
    code: CodeType


_MOST_KEPT: Final = 512
_kept: OrderedDict[tuple[int, Constants, int], tuple[Insns, _Compiled | None]] = OrderedDict()
"""By the identity of the instructions, which are kept so that it stays theirs."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What runs, for at least ``length`` of fuel, and the text it was made of."""

    run: Run
    length: int
    text: str


def made(insns: Insns, constants: Constants, start: int, names: Mapping[str, Any]) -> Stretch | None:
    """The stretch from ``start``; None where the first instruction is one to be handed back.

    ``constants`` gives the value of each ld_imm64 that is no number; ``names`` is ``surroundings`` of the
    memory.
    """
    found = _compiled(insns, constants, start)
    if found is None:
        return None
    scope: dict[str, Any] = {"__builtins__": {}, "PCS": found.pcs, **names}
    # Nothing a learner wrote is in the text: see vm.jit.fallback.code.
    exec(found.code, scope)  # noqa: S102
    return Stretch(scope["stretch"], len(found.pcs), found.text)


def _compiled(insns: Insns, constants: Constants, start: int) -> _Compiled | None:
    """The same for one packet after the other."""
    key = id(insns), constants, start
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key][1]
    pcs = tuple(_members(insns, dict(constants), start))
    found = None
    if pcs:
        text = text_of(insns, dict(constants), pcs)
        found = _Compiled(pcs, text, compile(text, "<stretch>", "exec"))
    _kept[key] = insns, found
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return found


def surroundings(memory: Memory) -> dict[str, Any]:
    """All the names that a stretch can reach besides its own."""
    load, write, forget = memory.load, memory.store, memory.journal.clear

    def store(address: int, size: int, value: int) -> None:
        write(address, size, value)
        forget()  # nobody is told of changes, as of those of native code

    def rmw(op: int, address: int, size: int, src: int, r0: int) -> int:
        memory.check(address, size, write=True)
        old = load(address, size)
        store(address, size, atomic(ATOMICS[op], old, src, r0 & mask(8 * size), 8 * size))
        return old

    return {
        "load": load,
        "store": store,
        "atomic": rmw,
        "alu": lambda op, dst, src, bits: alu(ALU_OPS[op], dst, src, bits),
        "endian": lambda op, value, bits: endian(ENDIANS[op], value, bits),
        "Fault": MachineFault,
        "M": MASK64,
        "W": MASK32,
        "S": 1 << 63,
        "T": 1 << 31,
    }


def _members(insns: Insns, constants: Mapping[int, int], start: int) -> Iterator[int]:
    """The slots of a stretch: up to a jump that is always taken, or what is not simple."""
    pc, count = start, 0
    while count < LONGEST and pc < len(insns):
        insn = insns[pc]
        if insn is None or not _is_simple(insn, pc, insns, constants):
            return
        yield pc
        if isinstance(insn, Goto):
            return
        pc, count = pc + width(insn), count + 1


def _is_simple(insn: Instruction, pc: int, insns: Insns, constants: Mapping[int, int]) -> bool:
    if any(n >= REGISTERS for n in registers_of(insn)):
        return False
    match insn:
        case LoadImm64(kind=ImmKind.VALUE):
            return True
        case LoadImm64():
            return pc in constants
        case Jump() | Goto():
            to = pc + 1 + insn.off
            return 0 <= to < len(insns) and insns[to] is not None
        case Alu() | Neg() | Endian() | Load() | LoadAcquire() | Store() | StoreRelease() | Atomic():
            return True
        case _:
            return False
