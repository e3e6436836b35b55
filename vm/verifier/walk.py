"""What the parts of the verifier share while they walk one program: the state and everything around it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from vm.instruction import Instruction
from vm.program import Program
from vm.verifier.history import Histories, Linked, Step
from vm.verifier.liveness import Analysis
from vm.verifier.log import Log
from vm.verifier.options import ANY_ALIGNMENT, STRICT_ALIGNMENT, TEST_STATE_FREQ, Options
from vm.verifier.register import ADD_CONST, CONTEXT, NOT_INIT, Kind, Register
from vm.verifier.speculation import Guards
from vm.verifier.stack_liveness import StackLiveness
from vm.verifier.state import Frame, State

if TYPE_CHECKING:
    from vm.verifier.backtrack import Passage, Passed
    from vm.verifier.observer import Observer
    from vm.verifier.profile import Profile
    from vm.verifier.pruning import KeptStates
    from vm.verifier.search import Row

MAX_PENDING: Final = 8192
"""Branches that may wait to be walked (BPF_COMPLEXITY_LIMIT_JMP_SEQ)."""


@dataclass(slots=True)
class Pending:
    """A branch to be walked later."""

    state: State
    pc: int
    previous: int
    log_size: int


@dataclass(slots=True)
class Aux:
    """What one instruction must keep on all paths: the kind of pointer it goes through."""

    kind: Kind | None = None
    flags: int = 0
    facts: dict[str, object] = field(default_factory=dict)


class Walk:
    """The running state and its surroundings; the functions of the other modules act on it."""

    def __init__(
        self,
        program: Program,
        options: Options,
        profile: "Profile",
        starts: Sequence[int],
        observer: "Observer | None" = None,
    ) -> None:
        self.observer = observer
        self.program = program
        self.options = options
        self.profile = profile
        self.insns: tuple[Instruction | None, ...] = program.insns
        self.subprogs = tuple(starts)
        self.log = Log(program, options.log_level, profile.allow_ptr_leaks)
        self.analysis = Analysis(program, starts, profile, options.attach_type or 0)
        self.stack_live = StackLiveness(self.analysis, program.insns, self.log)
        self.stack_depths = [0] * len(self.subprogs)
        self.strict_alignment = bool(options.load_flags & STRICT_ALIGNMENT)
        self.any_alignment = bool(options.load_flags & ANY_ALIGNMENT)
        self.test_state_freq = bool(options.load_flags & TEST_STATE_FREQ)
        self.aux: dict[int, Aux] = {}
        self.ids = 0
        self.pc = 0
        self.previous = -1
        self.step: Step | None = None
        self.scratched = 0
        self.scratched_slots = 0
        self.pending: list[Pending] = []
        self.processed = 0
        self.jumps = 0
        self.print_whole = False
        self.histories = Histories()
        self.rows: list[Row | None] = [None] * len(self.insns)
        """How slots hand on a search for precision (vm.verifier.search)."""
        self.segments: dict[tuple[int, int, int, int, int], tuple[int, int] | None] = {}
        self.passages: dict[Passage, Passed | None] = {}
        """How straight pieces of code, and the histories of states, do (vm.verifier.backtrack)."""
        self.kept: KeptStates
        self.guards = None if profile.bypass_spec_v1 else Guards()
        """What is done against speculation; None where the loader is trusted with it."""
        main = Frame.enter(-1, 0, 0)
        main.depths = self.stack_depths
        main.regs[1] = CONTEXT
        self.state = State([main])
        self.frame = main
        self.regs = main.regs

    # -- state ---------------------------------------------------------------------------------------------

    def use(self, state: State) -> None:
        """Goes on with another state, or with another frame of the same."""
        self.state = state
        self.frame = state.frames[-1]
        self.regs = self.frame.regs

    def new_id(self) -> int:
        """A number no register, reference or lock has had."""
        self.ids += 1
        return self.ids

    def set(self, regno: int, reg: Register) -> None:
        """Writes a register of the running frame."""
        self.regs[regno] = reg
        self.scratched |= 1 << regno

    def facts(self, pc: int) -> Aux:
        found = self.aux.get(pc)
        if found is None:
            found = self.aux[pc] = Aux()
        return found

    def scratch_all(self) -> None:
        self.scratched = self.scratched_slots = -1

    def scratch_slot(self, index: int) -> None:
        self.scratched_slots |= 1 << index

    # -- history -------------------------------------------------------------------------------------------

    def remember(self, state: State, flags: int = 0, linked: tuple[Linked, ...] = ()) -> None:
        """Adds to the history of jumps, or to the entry this instruction already has (push_jmp_history)."""
        step = self.step
        if step is None:
            self.step = state.history = self.histories.step(
                state.history, self.pc, self.previous, flags, linked
            )
            return
        # entries are shared between the branches of a jump; what is learnt later belongs to this one
        fresh = self.histories.step(
            step.before, step.pc, step.previous, step.flags | flags, step.linked or linked
        )
        if state.history is step:
            state.history = fresh
        self.step = fresh

    def mark_precise(self, regno: int) -> None:
        """The scalar in ``regno`` matters: so does what it was computed from (mark_chain_precision)."""
        from vm.verifier.precision import mark_chain

        mark_chain(self, self.state, regno)

    def link(self, regno: int) -> Register:
        """The register, with an id to recognise its copies by (assign_scalar_id_before_mov)."""
        reg = self.regs[regno]
        if reg.value.is_const and not reg.id:
            return reg
        reg = self.regs[regno] = self.with_id(reg)
        return reg

    def with_id(self, reg: Register) -> Register:
        """``reg``, with an id if it is an unknown scalar that has none of its own."""
        if reg.kind is not Kind.SCALAR:
            return reg
        if reg.id & ADD_CONST:
            reg = reg.linked(0, 0)
        if not reg.id and not reg.value.is_const:
            reg = reg.linked(self.new_id(), reg.off)
        return reg

    def print_state(self, state: State) -> None:
        """The registers touched since the last time, where the log is on."""
        if self.log.enabled:
            self.log.insn_state(state, self.pc, self.scratched, self.scratched_slots)
            self.scratched = self.scratched_slots = 0

    def kill_caller_saved(self) -> None:
        self.regs[0:6] = [NOT_INIT] * 6
        self.scratched |= 0x3F
