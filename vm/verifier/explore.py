"""The walk over all paths: depth first, branches saved for later, until nothing waits any more (do_check)."""

from vm.cfg.structure import Rejection
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.encoding_faults import ill_formed
from vm.verifier.execute import Decoded, decode
from vm.verifier.liveness import JUMP, PRUNE
from vm.verifier.pruning import KeptStates
from vm.verifier.rejection import Rejected
from vm.verifier.walk import Walk


class Explorer:
    """Walks every path of a program."""

    __slots__ = ("_walk", "decoded")

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        walk.kept = KeptStates(walk)
        self.decoded: list[Decoded | None] = [None] * len(walk.insns)
        """The slots any path came to, made ready."""

    @property
    def checked(self) -> set[int]:
        """The slots any path came to."""
        return {pc for pc, ready in enumerate(self.decoded) if ready is not None}

    def ill_formed(self, fault: Rejection) -> None:
        """Ends the walk with what is wrong with the program as a whole."""
        ill_formed(self._walk, fault)

    def run(self) -> None:
        """Walks until the last path has ended; raises Rejected."""
        walk = self._walk
        marks, live, observer, kept = walk.analysis.marks, walk.stack_live, walk.observer, walk.kept
        decoded, log_on, limit, guards = self.decoded, walk.log.enabled, walk.options.limit, walk.guards
        pc, previous = 0, -1
        walk.scratch_all()
        while True:
            state = walk.state
            walk.step = None
            walk.pc, walk.previous = pc, previous
            state.last, state.pc = previous, pc
            walk.processed += 1
            if walk.processed > limit:
                raise Rejected(CORE_RULES["too-large"], pc, count=walk.processed, limit=limit)
            if observer is not None:
                observer.insn(walk.processed, pc, previous, state)
            following: object = None
            mark = marks[pc]
            if mark & PRUNE and kept.covers(pc):
                self._print_safe(pc, previous)
            else:
                if mark & JUMP:
                    walk.remember(state)
                if log_on:
                    self._print_insn(pc, previous)
                previous = pc
                if live.current is None:
                    live.enter(state)
                if guards is not None:
                    following = guards.perform(walk, pc, self._perform)
                else:
                    ready = decoded[pc]
                    if ready is None:
                        ready = decoded[pc] = decode(walk, pc)
                    effect, insn, following = ready
                    if following:
                        effect(walk, insn)
                    else:
                        following = effect(walk, insn)
                    if live.written or pc not in live.idle:
                        live.commit(pc)
                if following is None and observer is not None:
                    barred = guards is not None and guards.stops(pc, state)
                    (observer.barred if barred else observer.exited)(walk.processed, pc)
            if following is not None:
                pc = following  # type: ignore[assignment]
                continue
            branch = self._next_branch()
            if branch is None:
                return
            pc, previous = branch

    def _perform(self, pc: int) -> int | None:
        """As ``run`` does it, where what comes of it is looked at."""
        ready = self.decoded[pc]
        if ready is None:
            ready = self.decoded[pc] = decode(self._walk, pc)
        effect, insn, following = ready
        if following:
            effect(self._walk, insn)
            return following
        found = effect(self._walk, insn)
        return found if isinstance(found, int) else None

    def _next_branch(self) -> tuple[int, int] | None:
        """Ends the path; takes up the branch saved last, answering where it goes on and comes from."""
        walk = self._walk
        walk.scratch_all()
        walk.kept.path_ended(walk.state)
        walk.stack_live.update(walk.state)
        if not walk.pending:
            return None
        branch = walk.pending.pop()
        if not walk.log.all:
            walk.log.take_back(branch.log_size)
        walk.use(branch.state)
        walk.print_whole = True
        if walk.observer is not None:
            walk.observer.resume(walk.processed + 1, branch.pc, branch.previous, walk.state)
        return branch.pc, branch.previous

    def _print_safe(self, pc: int, previous: int) -> None:
        log = self._walk.log
        if log.enabled:
            whole = f"\nfrom {previous} to {pc}{self._how()}: safe\n"
            log.write(whole if self._walk.print_whole else f"{pc}: safe\n")

    def _how(self) -> str:
        return " (speculative execution)" if self._walk.state.speculative else ""

    def _print_insn(self, pc: int, previous: int) -> None:
        walk, log = self._walk, self._walk.log
        if log.all and walk.print_whole:
            log.write(f"\nfrom {previous} to {pc}{self._how()}:")
            log.state(walk.state, walk.frame)
            walk.print_whole = False
        if walk.scratched or walk.scratched_slots:
            walk.print_state(walk.state)
        log.insn(pc)
