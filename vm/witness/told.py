"""What a run beside its shadow tells: its path, its conditions, and what happened at the slot watched."""

from dataclasses import dataclass, field

from vm.instruction import Atomic, Call, Instruction, Load, LoadAcquire, Store, StoreRelease
from vm.isa import CallKind
from vm.witness.condition import Condition


@dataclass(frozen=True, slots=True)
class Branch:
    """A comparison that depended on the packet: what made it come out so, before which other conditions."""

    step: int
    pc: int
    other: int
    """Where the other way leads."""
    condition: Condition
    before: int
    """How many conditions of the run come before it."""


@dataclass(slots=True)
class Told:
    """What a run was like: its path of slots, its conditions in order, what happened at the slot watched."""

    path: list[int] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    goals: list[tuple[int, tuple[Condition, ...]]] = field(default_factory=list)
    """At each time the watched slot was come to: how many conditions before, and what would make it fault."""
    unset: int | None = None
    """The step at which the watched slot read a register that nothing had written."""
    missed: list[tuple[int, bytes]] = field(default_factory=list)
    """Maps, by index, and the keys that were looked up and not there."""
    outside: tuple[int, str] | None = None
    """The step at which the watched slot left the map value its pointer was made for, and how."""
    faulted: int | None = None
    """The step of the fault, if it was at the watched slot."""
    message: str = ""


def access_of(insn: Instruction, reg: int) -> tuple[int, int, int] | None:
    """The register, offset and size of the memory access; of a call, of the argument in question."""
    match insn:
        case Load(size, _, src, off) | LoadAcquire(size, _, src, off):
            return src, off, size.bytes
        case Store(size, dst, off) | StoreRelease(size, dst, off) | Atomic(_, size, dst, off):
            return dst, off, size.bytes
        case Call(CallKind.HELPER):
            return (reg, 0, 1) if 1 <= reg <= 5 else None
        case _:
            return None
