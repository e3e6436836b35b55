"""The verifier's state at one point of one path: frames, references, locks. Cheap to copy.

Registers and stack slots are immutable and shared; a Frame is two short lists of references to them.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from vm.verifier.register import FRAME_POINTER, NOT_INIT, Register
from vm.verifier.scalar import ZERO

if TYPE_CHECKING:
    from vm.verifier.history import Step

INVALID, SPILL, MISC, ZEROED, DYNPTR, ITER, IRQ_FLAG = range(7)
"""What one byte of stack holds (enum bpf_stack_slot_type)."""
ACTIVE, DRAINED = 1, 2
"""States of an iterator (``size`` of its slots)."""
SLOT_TEXT: Final = "?rm0dif"


class Slot(NamedTuple):
    """Eight bytes of stack: slot i covers fp-8(i+1) to fp-8i-1; ``types[0]`` is the highest byte.

    ``spilled`` is meaningful where types[7] is SPILL (the highest address): spills start at any width but are
    kept as the register they came from; types[7] is the byte at fp-8(i+1), as in the kernel slot_type[7].
    """

    types: bytes
    spilled: Register


EMPTY: Final = Slot(bytes(8), NOT_INIT)


class Ref(NamedTuple):
    """An acquired resource (struct bpf_reference_state): ``kind`` is ``ptr``, or ``lock`` for spin locks."""

    id: int
    pc: int
    kind: str = "ptr"
    lock: tuple[int, int] = (0, 0)


class Callback(NamedTuple):
    """Why a frame is a callback's: the helper, and the range r0 must lie in at its exit."""

    helper: int
    low: int
    high: int


class Frame:
    """One function's registers r0-r10 and stack; slots beyond ``len(stack)`` were never touched."""

    __slots__ = (
        "callback",
        "callback_depth",
        "callsite",
        "depths",
        "frameno",
        "regs",
        "stack",
        "subprog",
    )

    def __init__(
        self,
        regs: list[Register],
        stack: list[Slot],
        callsite: int,
        frameno: int,
        subprog: int,
        callback: Callback | None = None,
        callback_depth: int = 0,
    ) -> None:
        self.regs = regs
        self.stack = stack
        self.callsite = callsite
        """The slot of the call instruction, -1 for the main program."""
        self.frameno = frameno
        self.subprog = subprog
        self.callback = callback
        self.callback_depth = callback_depth
        self.depths: list[int] | None = None
        """Where the deepest use of each function's stack is kept, in bytes."""

    @classmethod
    def enter(cls, callsite: int, frameno: int, subprog: int) -> "Frame":
        """A frame just entered: nothing but the frame pointer is known."""
        regs = [NOT_INIT] * 10
        regs.append(FRAME_POINTER if not frameno else FRAME_POINTER._replace(frame=frameno))
        return cls(regs, [], callsite, frameno, subprog)

    def copy(self) -> "Frame":
        new = Frame(
            self.regs[:],
            self.stack[:],
            self.callsite,
            self.frameno,
            self.subprog,
            self.callback,
            self.callback_depth,
        )
        new.depths = self.depths
        return new

    def grow(self, slots: int) -> None:
        """Makes the stack at least that many slots deep."""
        missing = slots - len(self.stack)
        if missing > 0:
            self.stack.extend([EMPTY] * missing)
            if self.depths is not None and self.depths[self.subprog] < 8 * slots:
                self.depths[self.subprog] = 8 * slots

    def slot(self, index: int) -> Slot:
        return self.stack[index] if index < len(self.stack) else EMPTY


class State:
    """All frames of a path and what it holds; the last frame runs.

    ``branches``, ``parent``, ``first``, ``last``, ``history`` are exploration's own (vm.verifier.explore).
    """

    __slots__ = (
        "branches",
        "callback_unroll",
        "cleaned",
        "depth",
        "equal",
        "first",
        "frames",
        "history",
        "last",
        "lock_depth",
        "locks",
        "may_goto",
        "parent",
        "pc",
        "preempt_locks",
        "rcu",
        "refs",
        "speculative",
    )

    def __init__(self, frames: list[Frame]) -> None:
        self.frames = frames
        self.pc = 0
        self.refs: tuple[Ref, ...] = ()
        """Acquired references and locks, in order."""
        self.locks = 0
        """How many spin locks are held (active_locks)."""
        self.preempt_locks = 0
        self.rcu = 0
        self.speculative = False
        self.may_goto = 0
        self.callback_unroll = 0
        self.lock_depth = 0
        self.parent: State | None = None
        self.branches = 1
        self.first = 0
        self.last = 0
        self.history: Step | None = None
        self.cleaned = False
        self.equal: State | None = None
        self.depth = 0
        """How many kept states lie before this one on its path."""

    @property
    def frame(self) -> Frame:
        """The frame that runs."""
        return self.frames[-1]

    def copy(self) -> "State":
        """The same facts, to be changed apart; exploration's own fields included."""
        new = State([frame.copy() for frame in self.frames])
        new.pc = self.pc
        new.refs = self.refs
        new.locks = self.locks
        new.preempt_locks = self.preempt_locks
        new.rcu = self.rcu
        new.speculative = self.speculative
        new.may_goto = self.may_goto
        new.callback_unroll = self.callback_unroll
        new.parent = self.parent
        new.depth = self.depth
        new.branches = self.branches
        new.first = self.first
        new.last = self.last
        new.history = self.history
        return new


__all__ = ["EMPTY", "ZERO", "Callback", "Frame", "Ref", "Slot", "State"]
