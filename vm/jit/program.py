"""A program as the compiler gets it: rewritten instructions, each with the learner's it stands for."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from vm.instruction import Call, Instruction, Load, LoadImm64, Slot
from vm.isa import CallKind, ImmKind


@dataclass(frozen=True, slots=True)
class KernelCall:
    """A call of a kernel function that only the kernel itself puts in; arguments as for a helper."""

    name: str


@dataclass(frozen=True, slots=True)
class PerCpuAddress:
    """``dst`` becomes where the per-CPU variable at ``src`` is for the running CPU."""

    dst: int
    src: int


@dataclass(frozen=True, slots=True)
class KernelAddress:
    """``dst`` becomes the address of a kernel variable, which fits in 32 sign-extended bits."""

    dst: int
    name: str


@dataclass(frozen=True, slots=True)
class TailCall:
    """Goes on in the program at index r3 of the map in r2; ``direct`` where both are known beforehand."""

    direct: bool


@dataclass(frozen=True, slots=True)
class ProbedLoad:
    """A load through a pointer that may point anywhere: where it cannot be read, ``dst`` becomes 0."""

    load: Load


Insn = Instruction | KernelCall | KernelAddress | PerCpuAddress | TailCall | ProbedLoad
"""What the compiler gets: a learner's instruction, or one of the kernel's own."""
OWN = frozenset({KernelCall, KernelAddress, PerCpuAddress, TailCall, ProbedLoad})
"""The kernel's own, which no slot spells."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What the verifier makes of an accepted program before the compiler sees it.

    ``slots`` and ``insns`` as in ``Program``; ``origins`` gives for each slot the one of the program it was
    made of; ``depths`` the stack bytes of each function by its first slot; ``counting`` has the first slots
    of those that count tail calls.
    """

    slots: tuple[Slot, ...]
    insns: tuple[Insn | None, ...]
    origins: tuple[int, ...]
    depths: dict[int, int] = field(default_factory=dict)
    counting: frozenset[int] = frozenset()

    def functions(self) -> Iterator[range]:
        """The slots of each function, the main one first."""
        starts = sorted({0, *self._entered()})
        for start, end in zip(starts, [*starts[1:], len(self.slots)], strict=True):
            yield range(start, end)

    def _entered(self) -> Iterator[int]:
        for pc, insn in enumerate(self.insns):
            kind = type(insn)
            if kind is not Call and kind is not LoadImm64:
                continue
            match insn:
                case Call(CallKind.LOCAL, imm) | LoadImm64(kind=ImmKind.FUNC, imm=imm):
                    yield pc + 1 + imm
                case _:
                    pass
