"""Which accesses the guarded form checks, and which of the checks a proof makes needless."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.workbench.native import NativeLine, guarded_listing
from vm.instruction import Atomic, Load, LoadAcquire, Store, StoreRelease
from vm.jit.proof import Proof
from vm.program import Program

Check = Literal["", "made", "needless", "dropped", "frame"]
_ACCESS = (Load, LoadAcquire, Store, StoreRelease, Atomic)


@dataclass(frozen=True, slots=True)
class Checks:
    """The slots of accesses: ``checked`` where nothing is proved, of those the ``dropped``, and the others.

    ``saved`` bytes are what the dropped ones took.
    """

    checked: frozenset[int]
    dropped: frozenset[int]
    unchecked: frozenset[int]
    saved: int

    def of(self, form: str) -> dict[int, Check]:
        """By slot, what is to be said in that form; in the kernel form there is no check at all."""
        if form == "kernel":
            return {}
        gone: Check = "dropped" if form == "proved" else "needless"
        found: dict[int, Check] = {pc: gone if pc in self.dropped else "made" for pc in self.checked}
        return found | dict.fromkeys(self.unchecked, "frame")


def checks_of(program: Program, proof: Proof | None) -> Checks:
    """Found by comparing the guarded form without, with, and with a proof of everything."""
    every = frozenset(pc for pc, insn in enumerate(program.insns) if isinstance(insn, _ACCESS))
    bare = guarded_listing(program, None)
    checked = _shorter(every, bare, guarded_listing(program, Proof(every, frozenset())))
    proved: Sequence[NativeLine] = guarded_listing(program, proof) if proof is not None else bare
    return Checks(checked, _shorter(every, bare, proved), every - checked, _bytes(bare) - _bytes(proved))


def _bytes(lines: Iterable[NativeLine]) -> int:
    return sum(len(line.code) for line in lines)


def _shorter(
    slots: frozenset[int], before: Iterable[NativeLine], after: Iterable[NativeLine]
) -> frozenset[int]:
    """The slots at which fewer machine instructions stand."""
    first, second = (Counter(line.origin for line in lines) for lines in (before, after))
    return frozenset(pc for pc in slots if first[pc] > second[pc])
