"""What the verifier knew where a program was compiled: what each register held, and why accesses are safe."""

from collections.abc import Mapping
from dataclasses import dataclass

from vm.instruction import Atomic, Load, LoadAcquire, Store, StoreRelease
from vm.program import Program
from vm.verifier import Observer, Options, verify
from vm.verifier.register import Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.state import State

_LETTER: Mapping[Kind, str] = {
    Kind.SCALAR: "n",
    Kind.CTX: "c",
    Kind.PACKET: "p",
    Kind.PACKET_META: "p",
    Kind.PACKET_END: "e",
    Kind.STACK: "s",
    Kind.MAP_PTR: "m",
    Kind.MAP_VALUE: "m",
    Kind.MAP_KEY: "m",
    Kind.MEM: "m",
}
_UNKNOWN = "u"


@dataclass(frozen=True, slots=True)
class Reach:
    """What an access reaches on every path that comes to it.

    ``low`` to ``high`` are the offsets it may begin at; ``room`` how many bytes are there, counted alike.
    Into a packet both are told without the part of the offset that ``varies``.
    """

    kind: Kind
    base: int
    size: int
    low: int
    high: int
    room: int
    map: int = -1
    varies: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """``letters`` of r0 to r10 and the ``reach`` of each access, by slot."""

    letters: Mapping[int, str]
    reach: Mapping[int, Reach | None]


def known(program: Program) -> Known:
    """Walks an accepted program once more, and looks on."""
    watcher = _Watcher(program)
    verify(program, Options(), watcher)
    return Known(watcher.letters, watcher.reach)


def proof_in_words(reach: Reach, program: Program) -> str:
    """What the verifier proved of an access, for a learner; empty where there is nothing to be said."""
    at = _bytes(reach)
    match reach.kind:
        case Kind.PACKET | Kind.PACKET_META:
            there = "behind the part that varies" if reach.varies else "of the packet"
            return f"a comparison with data_end left {_count(reach.room)} {there}; this touches {at}"
        case Kind.STACK:
            return f"{_frame(reach)} lies within the 512 bytes of the frame"
        case Kind.MAP_VALUE if 0 <= reach.map < len(program.maps):
            spec = program.maps[reach.map]
            value = f"r{reach.base} is a value of {spec.name}, {_count(spec.value_size)}, and not null"
            return f"{value}; this touches {at}"
        case Kind.MEM:
            return f"r{reach.base} points at {_count(reach.room)} of memory; this touches {at}"
        case Kind.CTX:
            return f"{at} of the context: a field that such a program may use"
        case _:
            return ""


def _count(number: int) -> str:
    return "1 byte" if number == 1 else f"{number:,} bytes"


def _bytes(reach: Reach) -> str:
    """The bytes touched; where the offset varies, those that can be."""
    last = reach.low + reach.size - 1
    if reach.low == reach.high:
        return f"byte {reach.low}" if reach.size == 1 else f"bytes {reach.low} to {last}"
    return f"{_count(reach.size)} somewhere in {reach.low} to {reach.high + reach.size - 1}"


def _frame(reach: Reach) -> str:
    if reach.low == reach.high:
        return f"fp{reach.low} to fp{reach.low + reach.size - 1}" if reach.size > 1 else f"fp{reach.low}"
    return f"{_count(reach.size)} somewhere in fp{reach.low} to fp{reach.high + reach.size - 1}"


class _Watcher(Observer):
    """Joins over all paths what is known at each slot."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.letters: dict[int, str] = {}
        self.reach: dict[int, Reach | None] = {}

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """Notes the registers, and what an access reaches."""
        del index, previous
        regs = state.frames[-1].regs
        now = "".join(_LETTER.get(reg.kind, _UNKNOWN) for reg in regs)
        before = self.letters.get(pc)
        if before is None:
            self.letters[pc] = now
        elif before != now:
            self.letters[pc] = "".join(a if a == b else _UNKNOWN for a, b in zip(before, now, strict=True))
        self._access(pc, regs)

    def _access(self, pc: int, regs: list[Register]) -> None:
        match self._program.insns[pc]:
            case Load(size=size, src=base, off=off) | LoadAcquire(size=size, src=base, off=off):
                pass
            case Store(size=size, dst=base, off=off) | StoreRelease(size=size, dst=base, off=off):
                pass
            case Atomic(size=size, dst=base, off=off):
                pass
            case _:
                return
        found = self._reach(regs[base], base, off, size.bytes)
        self.reach[pc] = _joined(self.reach[pc], found) if pc in self.reach else found

    def _reach(self, reg: Register, base: int, off: int, size: int) -> Reach | None:
        value = reg.value
        low, high = reg.off + off + value.smin, reg.off + off + value.smax
        match reg.kind:
            case Kind.PACKET | Kind.PACKET_META:
                # The range is counted without the varying part, and so is what is told of it.
                at = reg.off + off
                return Reach(reg.kind, base, size, at, at, reg.range, varies=not value.is_const)
            case Kind.STACK | Kind.CTX | Kind.MEM | Kind.MAP_VALUE:
                return Reach(reg.kind, base, size, low, high, reg.size, reg.map)
            case _:
                return None

    def fork(self, index: int, pc: int, other_pc: int, state: State) -> None:
        """Not needed."""

    def resume(self, index: int, pc: int, previous: int, state: State) -> None:
        """Not needed."""

    def pruned(self, index: int, pc: int, by: int) -> None:
        """Not needed."""

    def exited(self, index: int, pc: int) -> None:
        """Not needed."""

    def barred(self, index: int, pc: int) -> None:
        """Not needed."""

    def rejected(self, index: int, pc: int, rejected: Rejected) -> None:
        """Not needed."""


def _joined(one: Reach | None, other: Reach | None) -> Reach | None:
    """What is true of both; None where they are of different kinds."""
    if one is None or other is None or (one.kind, one.map) != (other.kind, other.map):
        return None
    return Reach(
        one.kind,
        one.base,
        one.size,
        min(one.low, other.low),
        max(one.high, other.high),
        min(one.room, other.room),
        one.map,
        one.varies or other.varies,
    )
