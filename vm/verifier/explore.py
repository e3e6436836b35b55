"""The walk over all paths: depth first, with saved branches, kept states, pruning, loops and limits.

Counts and order are Linux 6.18's (do_check, is_state_visited, push_stack, update_branch_counts, and
the visits of loops as strongly connected components).
"""

from typing import TYPE_CHECKING, Final

from vm.cfg.structure import Kind as Fault
from vm.cfg.structure import check_instruction
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Goto,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Store,
    StoreRelease,
    width,
)
from vm.isa import (
    ALU,
    END_CODE,
    MAX_INSNS,
    NEG_CODE,
    REGISTERS,
    AluOp,
    CallKind,
    InsnClass,
    Source,
)
from vm.uapi.helper_ids import HelperId
from vm.verifier import calls, calls_helper, precision, transfer, transfer_alu
from vm.verifier.branches import jump
from vm.verifier.checks import resources, returns
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.equal import Level, states_equal
from vm.verifier.liveness import calls_callback
from vm.verifier.log import Log
from vm.verifier.register import ADD_CONST, NOT_INIT, Kind, Register
from vm.verifier.rejection import Rejected, Rule, unsupported
from vm.verifier.state import EMPTY, SPILL, Slot, State
from vm.verifier.walk import MAX_PENDING, Pending, Walk

if TYPE_CHECKING:
    from vm.cfg.structure import Rejection

MAX_HISTORY: Final = 40
MAX_BACKEDGE_ROUNDS: Final = 64
Chain = tuple[int, ...]


class Kept:
    """A state kept for pruning, and how often it helped."""

    __slots__ = ("hits", "index", "misses", "removed", "state")

    def __init__(self, state: State, index: int) -> None:
        self.state = state
        self.index = index
        """The number of the instruction, as processed, at which it was kept."""
        self.hits = self.misses = 0
        self.removed = False


class Visit:
    """One visit of a loop: the state it was entered with, and the states that came around."""

    __slots__ = ("backedges", "entry")

    def __init__(self) -> None:
        self.entry: State | None = None
        self.backedges: list[State] = []


class Explorer:
    """The walk's kept states and counts."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        walk.explorer = self
        self.kept: dict[int, list[Kept]] = {}
        self.of_state: dict[int, Kept] = {}
        self.visits: dict[Chain, Visit] = {}
        self.kept_count = self.free_count = self.backedge_count = 0
        self.total_states = self.peak_states = self.max_states_per_insn = 0
        self.jumps_before = self.processed_before = 0
        self.print_whole = False
        self.checked: set[int] = set()
        """The slots any path came to."""

    # -- the loop ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walks every path; raises Rejected."""
        walk = self.walk
        pc, previous = 0, -1
        walk.scratch_all()
        while True:
            walk.step = None
            walk.pc, walk.previous = pc, previous
            state = walk.state
            walk.processed += 1
            if walk.processed > walk.options.limit:
                self._too_large()
            state.last, state.pc = previous, pc
            if walk.observer is not None:
                walk.observer.insn(walk.processed, pc, previous, state)
            ended = False
            if pc in walk.analysis.prune and self._visited(pc):
                self._print_safe(pc, previous)
                ended = True
            else:
                if pc in walk.analysis.jump:
                    walk.remember(state)
                self._print_insn(pc, previous)
                previous = pc
                walk.stack_live.begin(state, pc)
                following = self._execute(pc)
                walk.stack_live.commit()
                if following is None:
                    ended = True
                    if walk.observer is not None:
                        walk.observer.exited(walk.processed, pc)
                else:
                    pc = following
            if ended:
                walk.scratch_all()
                self._count_branch(walk.state)
                walk.stack_live.update(walk.state)
                if not walk.pending:
                    return
                branch = walk.pending.pop()
                if not walk.log.all:
                    walk.log.take_back(branch.log_size)
                walk.use(branch.state)
                pc, previous = branch.pc, branch.previous
                if walk.observer is not None:
                    walk.observer.resume(walk.processed + 1, pc, previous, walk.state)
                self.print_whole = True

    def _too_large(self) -> None:
        walk = self.walk
        raise Rejected(CORE_RULES["too-large"], walk.pc, count=walk.processed, limit=walk.options.limit)

    def _print_safe(self, pc: int, previous: int) -> None:
        log = self.walk.log
        if log.enabled:
            if self.print_whole:
                log.write(f"\nfrom {previous} to {pc}: safe\n")
            else:
                log.write(f"{pc}: safe\n")

    def _print_insn(self, pc: int, previous: int) -> None:
        walk, log = self.walk, self.walk.log
        if not log.enabled:
            return
        if log.all and self.print_whole:
            log.write(f"\nfrom {previous} to {pc}:")
            log.state(walk.state, walk.frame)
            self.print_whole = False
        if walk.scratched or walk.scratched_slots:
            walk.print_state(walk.state)
        log.insn(pc)

    def _execute(self, pc: int) -> int | None:
        """Performs one instruction; answers the next slot, None at the end of a path."""
        walk = self.walk
        insn = walk.insns[pc]
        if pc not in self.checked:
            fault = check_instruction(walk.program.slots[pc], walk.program.prog_type, pc)
            if fault is not None:
                self.ill_formed(fault)
            self.checked.add(pc)
        match insn:
            case Alu():
                transfer_alu.alu(walk, insn)
            case Load() | LoadAcquire():
                transfer.load(walk, insn)
            case Store() | StoreRelease():
                transfer.store(walk, insn)
            case Jump():
                walk.jumps += 1
                return jump(walk, insn)
            case Goto(off=off):
                walk.jumps += 1
                return pc + 1 + off
            case Exit():
                walk.jumps += 1
                return self._exit()
            case Call():
                walk.jumps += 1
                return self._call(insn)
            case LoadImm64():
                transfer.load_imm64(walk, insn)
            case Neg() | Endian():
                transfer_alu.unary(walk, insn)
            case Atomic():
                transfer.atomic(walk, insn)
            case LoadPacket():
                transfer.load_packet(walk, insn)
            case MayGoto(off=off):
                walk.jumps += 1
                return self._may_goto(pc + 1 + off)
            case _:
                raise unsupported(pc, "this instruction")
        return pc + width(insn)

    def ill_formed(self, fault: "Rejection") -> None:
        """Rules about the encoding are met in the middle of the walk."""
        walk = self.walk
        for regno in _read_before(walk, fault):
            transfer_alu.readable(walk, regno)
        rule = fault.rule
        row = Rule(
            fault.message.replace("{", "{{").replace("}", "}}"),
            fault.errno,
            str(fault.category),
            rule.what,
            rule.hint,
        )
        raise Rejected(row, walk.pc, **dict(fault.details))

    def _exit(self) -> int | None:
        walk = self.walk
        resources.check_leaks(walk, "BPF_EXIT instruction in main prog")
        if len(walk.state.frames) > 1:
            self.print_whole = True
            return calls.leave(walk)
        returns.check_exit(walk)
        return None

    def _call(self, insn: Call) -> int:
        walk = self.walk
        if (
            walk.state.locks
            and insn.kind is CallKind.HELPER
            and insn.imm
            not in (
                HelperId.SPIN_UNLOCK,
                HelperId.KPTR_XCHG,
            )
        ):
            raise Rejected(CORE_RULES["lock-call"], walk.pc)
        if insn.kind is CallKind.LOCAL:
            following = calls.call_local(walk, insn)
            walk.scratched |= 1
            return following
        if insn.kind is CallKind.KFUNC:
            raise unsupported(walk.pc, "calls of kernel functions")
        calls_helper.call_helper(walk, insn)
        walk.scratched |= 1
        return walk.pc + 1

    def _may_goto(self, target: int) -> int:
        walk = self.walk
        parent = walk.state.parent
        earlier = previous_entry(walk, parent, walk.pc) if parent is not None else None
        other = push(walk, walk.pc + 1, walk.pc)
        other.may_goto += 1
        if earlier is not None:
            calls.widen(walk, earlier, other)
        return target

    # -- kept states ---------------------------------------------------------------------------------------

    def bucket(self, pc: int, state: State) -> list[Kept]:
        """The states that may be compared with; functions share buckets as in the kernel's hash table."""
        key = (pc ^ (state.frames[-1].callsite & 0xFFFFFFFF)) % len(self.walk.insns)
        found = self.kept.get(key)
        if found is None:
            found = self.kept[key] = []
        return found

    def _visited(self, pc: int) -> bool:
        walk, state = self.walk, self.walk.state
        forced = pc in walk.analysis.forced
        must_keep = walk.test_state_freq or forced or len(state.history) > MAX_HISTORY
        jumps = walk.jumps - self.jumps_before
        processed = walk.processed - self.processed_before
        keep = must_keep or (jumps >= 2 and processed >= 8)
        bucket = self.bucket(pc, state)
        self._clean(bucket, pc, state)
        count = 0
        for kept in list(bucket):
            count += 1
            old = kept.state
            if old.pc != pc:
                continue
            loop = False
            if old.branches:
                hit, skip = self._around(pc, old, state)
                if hit:
                    loop = True
                else:
                    if not skip:
                        self._check_loop(pc, old, state)
                    if not must_keep and jumps < 20 and processed < 100:
                        keep = False
            else:
                loop = self._incomplete(old)
                hit = states_equal(walk, old, state, Level.RANGE_WITHIN if loop else Level.NOT_EXACT)
            if hit:
                kept.hits += 1
                if pc in walk.analysis.jump:
                    walk.remember(state)
                precision.propagate(walk, old, state)
                if loop:
                    self._add_backedge(old, state)
                if walk.observer is not None:
                    walk.observer.pruned(walk.processed, pc, kept.index)
                return True
            if keep:
                kept.misses += 1
            tries = 64 if forced and old.branches else 3
            if kept.misses > kept.hits * tries + tries:
                bucket.remove(kept)
                kept.removed = True
                self.kept_count -= 1
                self.free_count += 1
                self._release(kept)
        self.max_states_per_insn = max(self.max_states_per_insn, count)
        if keep:
            self._keep(pc, bucket, state)
        return False

    def _around(self, pc: int, old: State, state: State) -> tuple[bool, bool]:
        """Whether an unfinished state covers this one, and whether the loop check is left out."""
        walk = self.walk
        insn = walk.insns[pc]
        if isinstance(insn, MayGoto):
            hit = old.may_goto != state.may_goto and states_equal(walk, old, state, Level.RANGE_WITHIN)
            return hit, False
        if calls_callback(insn):
            return states_equal(walk, old, state, Level.RANGE_WITHIN), True
        return False, False

    def _check_loop(self, pc: int, old: State, state: State) -> None:
        walk = self.walk
        if (
            old.may_goto == state.may_goto
            and old.callback_unroll == state.callback_unroll
            and len(old.frames) == len(state.frames)
            and _maybe_looping(old, state)
            and states_equal(walk, old, state, Level.EXACT)
        ):
            raise _InfiniteLoop(walk, pc, old, state)

    def _keep(self, pc: int, bucket: list[Kept], state: State) -> None:
        walk = self.walk
        self.total_states += 1
        self.kept_count += 1
        self._peak()
        self.jumps_before, self.processed_before = walk.jumps, walk.processed
        forget_precision(state)
        new = state.copy()
        new.pc = pc
        kept = Kept(new, walk.processed)
        self.of_state[id(new)] = kept
        self._enter_loop(new)
        state.parent = new
        state.first = pc
        state.depth = new.depth + 1
        state.history = []
        # the copy is the one that stays as it is: the running state's lists go on being written
        bucket.insert(0, kept)

    def _peak(self) -> None:
        self.peak_states = max(self.peak_states, self.kept_count + self.free_count + self.backedge_count)

    def _release(self, kept: Kept) -> None:
        if kept.removed and not kept.state.branches:
            self.free_count -= 1
            del self.of_state[id(kept.state)]
            kept.removed = False

    def _count_branch(self, state: State | None) -> None:
        while state is not None:
            state.branches -= 1
            if state.branches:
                return
            self._exit_loop(state)
            parent = state.parent
            kept = self.of_state.get(id(state))
            if kept is not None:
                self._release(kept)
            state = parent

    # -- loops ---------------------------------------------------------------------------------------------

    def _chain(self, state: State) -> Chain | None:
        scc = self.walk.analysis.scc
        sites: list[int] = []
        last = len(state.frames) - 1
        for i in range(last + 1):
            pc = state.pc if i == last else state.frames[i + 1].callsite
            if scc[pc]:
                return (*sites, scc[pc])
            sites.append(pc)
        return None

    def _enter_loop(self, state: State) -> None:
        chain = self._chain(state)
        if chain is None:
            return
        visit = self.visits.setdefault(chain, Visit())
        if visit.entry is None:
            visit.entry = state
            if self.walk.log.all:
                self.walk.log.write(f"SCC enter {_chain_text(chain)}\n")

    def _exit_loop(self, state: State) -> None:
        chain = self._chain(state)
        visit = self.visits.get(chain) if chain is not None else None
        if chain is None or visit is None or visit.entry is not state:
            return
        if self.walk.log.all:
            self.walk.log.write(f"SCC exit {_chain_text(chain)}\n")
        visit.entry = None
        self.backedge_count -= len(visit.backedges)
        self._propagate(visit)

    def _propagate(self, visit: Visit) -> None:
        rounds, changed = 0, bool(visit.backedges)
        while changed:
            rounds += 1
            if rounds > MAX_BACKEDGE_ROUNDS:
                for edge in visit.backedges:
                    precision._all_precise(self.walk, edge)
                break
            changed = False
            for edge in visit.backedges:
                if edge.equal is not None:
                    changed |= precision.propagate(self.walk, edge.equal, edge)
        visit.backedges = []

    def _incomplete(self, state: State) -> bool:
        chain = self._chain(state)
        visit = self.visits.get(chain) if chain is not None else None
        return visit is not None and bool(visit.backedges)

    def _add_backedge(self, old: State, state: State) -> None:
        edge = state.copy()
        edge.equal = old
        chain = self._chain(old)
        visit = self.visits.get(chain) if chain is not None else None
        if chain is None or visit is None:
            raise unsupported(self.walk.pc, "a loop that is none")
        if self.walk.log.all:
            self.walk.log.write(f"SCC backedge {_chain_text(chain)}\n")
        visit.backedges.insert(0, edge)
        self.backedge_count += 1
        self._peak()

    def _clean(self, bucket: list[Kept], pc: int, state: State) -> None:
        """Finished states forget what nothing reads any more (clean_live_states)."""
        for kept in bucket:
            old = kept.state
            if old.branches or old.cleaned or old.pc != pc or not same_callsites(old, state):
                continue
            if self._incomplete(old):
                continue
            old.cleaned = True
            last = len(old.frames) - 1
            for number, frame in enumerate(old.frames):
                at = pc if number == last else old.frames[number + 1].callsite
                live = self.walk.analysis.live[at]
                for n in range(10):
                    if not live >> n & 1:
                        frame.regs[n] = NOT_INIT
                if frame.stack:
                    alive = self.walk.stack_live.alive(old, number)
                    for index in range(len(frame.stack)):
                        if not alive >> index & 1:
                            frame.stack[index] = EMPTY


class _InfiniteLoop(Rejected):
    """Also prints both states."""

    def __init__(self, walk: Walk, pc: int, old: State, new: State) -> None:
        super().__init__(CORE_RULES["infinite-loop"], pc)
        self.old, self.new = old, new

    def explain(self, log: Log) -> None:
        """Both states."""
        log.write("cur state:")
        log.state(self.new, self.new.frames[-1])
        log.write("old state:")
        log.state(self.old, self.old.frames[-1])


def _maybe_looping(old: State, new: State) -> bool:
    for a, b in zip(old.frames[-1].regs, new.frames[-1].regs, strict=True):
        if a is not b and a._replace(precise=False, frame=0) != b._replace(precise=False, frame=0):
            return False
    return True


def same_callsites(a: State, b: State) -> bool:
    """Whether both came through the same calls."""
    return len(a.frames) == len(b.frames) and all(
        x.callsite == y.callsite for x, y in zip(a.frames, b.frames, strict=True)
    )


def previous_entry(walk: Walk, state: State, pc: int) -> State | None:
    """The unfinished state at ``pc`` that this path came through (find_prev_entry)."""
    for kept in walk.explorer.bucket(pc, state):
        old = kept.state
        if old.pc == pc and old.branches and same_callsites(old, state) and old.depth < state.depth:
            return old
    return None


def push(walk: Walk, pc: int, previous: int) -> State:
    """Saves a branch to be walked later, as it is now (push_stack)."""
    state = walk.state.copy()
    walk.pending.append(Pending(state, pc, previous, walk.log.size))
    if len(walk.pending) > MAX_PENDING:
        raise Rejected(CORE_RULES["too-many-branches"], walk.pc, count=len(walk.pending))
    if state.parent is not None:
        state.parent.branches += 1
    if walk.observer is not None:
        walk.observer.fork(walk.processed, walk.pc, pc, state)
    return state


def fork_here(walk: Walk, regno: int, reg: Register) -> None:
    """Saves a branch that does this instruction again with ``reg``."""
    other = push(walk, walk.pc, walk.pc)
    other.frame.regs[regno] = reg


def forget_precision(state: State) -> None:
    """A kept state starts out with nothing precise (mark_all_scalars_imprecise)."""
    for frame in state.frames:
        for n in range(10):
            if frame.regs[n].precise:
                frame.regs[n] = frame.regs[n]._replace(precise=False)
        for index, slot in enumerate(frame.stack):
            if slot.types[7] == SPILL and slot.spilled.precise:
                frame.stack[index] = Slot(slot.types, slot.spilled._replace(precise=False))


def _chain_text(chain: Chain) -> str:
    return f"({','.join(map(str, chain))})"


_AFTER_OPERANDS: Final = frozenset(
    {Fault.DIVISION_BY_ZERO, Fault.SHIFT_TOO_FAR, Fault.FRAME_POINTER, Fault.NO_SUCH_REGISTER}
)


def _read_before(walk: Walk, fault: "Rejection") -> list[int]:
    """The registers the kernel reads before it comes to the rule that is broken."""
    if fault.kind not in (
        Fault.DIVISION_BY_ZERO,
        Fault.SHIFT_TOO_FAR,
        Fault.FRAME_POINTER,
        Fault.NO_SUCH_REGISTER,
    ):
        return []
    slot = walk.program.slots[walk.pc]
    match InsnClass(slot.opcode & 7):
        case InsnClass.ALU | InsnClass.ALU64:
            read = (
                [slot.src] if slot.opcode & Source.X and slot.opcode >> 4 not in (END_CODE, NEG_CODE) else []
            )
            if slot.opcode >> 4 != ALU[AluOp.MOV].code:
                read.append(slot.dst)
        case InsnClass.LDX:
            read = [slot.src]
        case InsnClass.STX:
            read = [slot.src, slot.dst]
        case InsnClass.ST:
            read = [slot.dst]
        case InsnClass.JMP | InsnClass.JMP32:
            read = [slot.dst, slot.src] if slot.opcode & Source.X else [slot.dst]
        case _:
            read = []
    valid = []
    for regno in read:
        if regno >= REGISTERS:
            break
        valid.append(regno)
    return valid


__all__ = ["ADD_CONST", "MAX_INSNS", "Explorer", "Kind", "fork_here", "push"]
