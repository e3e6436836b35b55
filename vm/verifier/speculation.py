"""Paths the processor might take by mistake, walked too where the loader lacks CAP_PERFMON (Spectre v1, v4).

Where a jump is decided, the way not taken is walked as *speculative*, with the compared registers unknown;
so is arithmetic on pointers with a number that a mask would make zero. What is wrong on such a path does not
refuse the program: Linux puts a barrier (nospec) before the instruction, and the path ends. A path that goes
the way of the program must still be right, and is never pruned by a speculative one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from vm.instruction import Alu, Imm
from vm.isa import AluOp
from vm.uapi.errno import Errno
from vm.verifier.register import Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.scalar import unbounded, violation
from vm.verifier.scalar_text import format_violation
from vm.verifier.state import MISC, ZEROED, Slot

if TYPE_CHECKING:
    from vm.verifier.state import State
    from vm.verifier.walk import Walk

RECOVERABLE: Final = frozenset({Errno.EPERM, Errno.EACCES, Errno.EINVAL})
"""Errors a barrier can keep a speculative path from (error_recoverable_with_nospec)."""
MASKED_OPS: Final = frozenset({AluOp.ADD, AluOp.SUB})


class Mask(NamedTuple):
    """How the arithmetic of one instruction is masked; ``kind`` are its operands' traits."""

    kind: tuple[bool, ...]
    limit: int


NO_POINTER: Final = Mask((), 0)
"""The instruction adds numbers, so there is nothing to mask."""


class Move(NamedTuple):
    """A pointer about to be moved: the operator, to which side, and how the mask is made."""

    op: str
    to_left: bool
    kind: tuple[bool, bool, bool]
    limit: int


class Guards:
    """What has been decided against speculation, by instruction; belongs to one walk."""

    __slots__ = ("barriers", "barriers_behind", "masks", "move", "same_numbers", "seen", "tail_calls")

    def __init__(self) -> None:
        self.barriers: set[int] = set()
        """Slots with a barrier before them (nospec): no speculative path goes on there."""
        self.barriers_behind: set[int] = set()
        """Stores with a barrier behind them (nospec_result), lest a load runs ahead of them: Spectre v4."""
        self.masks: dict[int, Mask] = {}
        self.move: Move | None = None
        """The arithmetic being done, where it is masked."""
        self.same_numbers = False
        """Numbers must be the same for a state to cover another (explore_alu_limits)."""
        self.seen: set[int] = set()
        """Slots that a path came to which is not speculative; Linux removes the others."""

        self.tail_calls: dict[int, set[tuple[int | None, int]]] = {}
        """The maps each tail call is come to with: index, and whether it is one within that."""

    def perform(self, walk: "Walk", pc: int, effect: Callable[[int], int | None]) -> int | None:
        """Performs the instruction; answers the next slot, None at the end of the path."""
        speculative = walk.state.speculative
        if not speculative:
            self.seen.add(pc)
        elif pc in self.barriers:
            return None
        following: int | None = None
        try:
            following = effect(pc)
        except Rejected as found:
            if not speculative or found.rule.errno not in RECOVERABLE:
                raise
            if found.message:
                walk.log.write(found.message + "\n")
            found.explain(walk.log)
            self.barriers.add(pc)
            self.masks.pop(pc, None)
        else:
            insn = walk.insns[pc]
            if speculative and isinstance(insn, Alu):
                _check_sane(walk, insn.dst)
        live = walk.stack_live
        if live.written or pc not in live.idle:
            live.commit(pc)
        return None if speculative and pc in self.barriers_behind else following

    def stops(self, pc: int, state: "State") -> bool:
        """A path with that state ends at a barrier at ``pc``."""
        return state.speculative and (pc in self.barriers or pc in self.barriers_behind)

    def demand(self, pc: int, mask: Mask) -> bool:
        """Keeps how the instruction is to be masked; False where another path needed another mask."""
        if self.masks.get(pc, mask) != mask:
            return False
        self.masks[pc] = mask
        return True

    def stored(self, pc: int, slot: Slot, size: int, value: Register | None) -> None:
        """A store to that stack slot, of a register or (None) other bytes; a load might run ahead of it."""
        pointer = value is not None and value.kind is not Kind.SCALAR
        if pointer or any(kind not in (MISC, ZEROED) for kind in slot.types[:size]):
            self.barriers_behind.add(pc)


def _check_sane(walk: "Walk", regno: int) -> None:
    """A pointer whose skipped move left its bounds apart loses them, loudly (reg_bounds_sanity_check)."""
    reg = walk.regs[regno]
    if reg.kind is Kind.SCALAR or reg.value.exact:
        return
    if what := violation(reg.value):
        walk.log.write(format_violation("alu", reg.value, what) + "\n")
        walk.regs[regno] = reg._replace(value=unbounded(reg.value))


def is_masked(guards: Guards, pc: int, insn: Alu) -> bool:
    """Whether the instruction's operands would need a mask, were one of them a pointer."""
    return insn.op in MASKED_OPS and not isinstance(insn.src, Imm) and pc not in guards.barriers
