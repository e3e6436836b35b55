"""Which stack slots may still be read behind each instruction, learned along the walk as Linux 6.18 does.

Every function called along one chain of call sites has an ``Instance``: per frame and instruction, slots that
may be read, slots always written, and from both the slots live before it. Reads and writes are noted while
walking; when a path ends, the fixed point is brought up to date and handed on to the caller's instance.
"""

from vm.verifier.bits import slots_text
from vm.verifier.flow import calls_callback
from vm.verifier.liveness import PRUNE, Analysis
from vm.verifier.log import Log
from vm.verifier.state import State
from vm.word import MASK64

Chain = tuple[int, ...]


class Masks:
    """One frame's slots at one instruction, as bits."""

    __slots__ = ("live", "must", "read", "written")

    def __init__(self) -> None:
        self.read = self.must = self.live = self.written = 0


class Instance:
    """``chain`` is the call sites, outermost first, ending in the function's first slot."""

    __slots__ = ("chain", "dropped", "frames", "seen", "silent", "start", "subprog", "updated")

    def __init__(self, chain: Chain, subprog: int, start: int) -> None:
        self.chain = chain
        self.subprog = subprog
        self.start = start
        self.frames: list[dict[int, Masks] | None] = [None] * len(chain)
        self.seen: set[int] = set()
        self.silent: set[int] = set()
        """Slots seen that do not always write any stack: whatever they do, that remains so."""
        self.updated = False
        self.dropped = False


class StackLiveness:
    """Instances by their chain of call sites.

    Where there is no ``current`` one, an instruction begins with ``enter``. It ends with ``commit``, which
    may be left out for slots that are ``idle`` if nothing was ``written``.
    """

    __slots__ = ("_analysis", "_insns", "_instances", "_log", "current", "idle", "written")

    def __init__(self, analysis: Analysis, insns: tuple[object, ...], log: Log) -> None:
        self._analysis = analysis
        self._insns = insns
        self._log = log
        self._instances: dict[Chain, Instance] = {}
        self.current: Instance | None = None
        self.written: dict[int, int] = {}
        """Slots the instruction has written so far, by frame."""
        self.idle: set[int] = set()

    def _instance(self, state: State, frame: int) -> Instance:
        subprog = state.frames[frame].subprog
        start = self._analysis.starts[subprog]
        chain = (*(f.callsite for f in state.frames[1 : frame + 1]), start)
        found = self._instances.get(chain)
        if found is None:
            found = self._instances[chain] = Instance(chain, subprog, start)
        return found

    def enter(self, state: State) -> Instance:
        """The instance of the running frame."""
        if self.current is None:
            self.current = self._instance(state, len(state.frames) - 1)
            self.idle = self.current.silent
        return self.current

    def leave(self) -> None:
        """The running frame changes."""
        self.current = None
        self.idle = set()

    def read(self, state: State, frame: int, pc: int, slots: int) -> None:
        """The instruction may read these slots of that frame."""
        self._note_read(self.enter(state), frame, pc, slots)

    def write(self, frame: int, slots: int) -> None:
        """The instruction writes all of these slots of that frame."""
        self.written[frame] = self.written.get(frame, 0) | slots

    def commit(self, pc: int) -> None:
        """Behind the instruction at ``pc``: what it wrote this time, every time."""
        if self.current is not None:
            self._commit(self.current, pc)
        if self.written:
            self.written = {}

    @staticmethod
    def _masks(instance: Instance, frame: int, pc: int) -> Masks:
        table = instance.frames[frame]
        if table is None:
            table = instance.frames[frame] = {}
        found = table.get(pc)
        if found is None:
            found = table[pc] = Masks()
        return found

    def _note_read(self, instance: Instance, frame: int, pc: int, slots: int) -> None:
        masks = self._masks(instance, frame, pc)
        new = masks.read | slots
        if new != masks.read and new | masks.live != masks.live:
            instance.updated = True
        masks.read = new

    def _commit(self, instance: Instance, pc: int) -> None:
        seen, silent = pc in instance.seen, True
        for frame, table in enumerate(instance.frames):
            mask = self.written.get(frame, 0)
            masks = table.get(pc) if table is not None else None
            if masks is None:
                if not mask:
                    continue
                masks = self._masks(instance, frame, pc)
            old = masks.must
            if seen:
                mask &= old
            if old != mask:
                masks.must = mask
                instance.updated = True
            if old & ~mask:
                instance.dropped = True
            silent = silent and not mask
        instance.seen.add(pc)
        if silent:
            instance.silent.add(pc)

    def update(self, state: State) -> None:
        """Brings the instances of a path up to date (bpf_update_live_stack)."""
        self.leave()
        for frame in range(len(state.frames) - 1, -1, -1):
            instance = self._instance(state, frame)
            if instance.updated:
                self._fix(instance)
                instance.updated = instance.dropped = False

    def _fix(self, instance: Instance) -> None:
        if instance.dropped:
            for table in instance.frames:
                for masks in (table or {}).values():
                    masks.written = 0
        order = self._analysis.postorder[instance.subprog]
        rounds, changed = 0, True
        while changed:
            rounds += 1
            changed = False
            for frame, table in enumerate(instance.frames):
                if table is not None:
                    changed |= self._round(instance, frame, table, order)
        if self._log.all:
            self._log.write(f"{_chain_text(instance.chain)} live stack update done in {rounds} iterations\n")
        if len(instance.chain) > 1:
            self._hand_on(instance)

    def _round(self, instance: Instance, frame: int, table: dict[int, Masks], order: list[int]) -> bool:
        """Brings every instruction in line with those behind it once; answers whether any changed."""
        changed, ways, told = False, self._analysis.targets, self._log.all
        for pc in order:
            targets = ways[pc]
            if not targets:
                continue
            after, written = 0, MASK64
            for target in targets:
                masks = table.get(target)
                if masks is None:
                    written = 0
                else:
                    after |= masks.live
                    written &= masks.written
            here = table.get(pc)
            if here is None:
                if not after and not written:
                    continue
                here = table[pc] = Masks()
            written |= here.must
            before = after & ~here.must | here.read
            if before != here.live or written != here.written:
                changed = True
                if told:
                    self._tell(instance, frame, pc, here, before, written)
                here.live, here.written = before, written
        return changed

    def _tell(self, instance: Instance, frame: int, pc: int, here: Masks, live: int, written: int) -> None:
        if here.read or here.must or pc == instance.start or self._analysis.marks[pc] & PRUNE:
            self._changed(instance, "live", frame, pc, here.live, live)
            self._changed(instance, "written", frame, pc, here.written, written)

    def _changed(self, instance: Instance, what: str, frame: int, pc: int, old: int, new: int) -> None:
        if old == new:
            return
        out = [f"{_chain_text(instance.chain)} frame {frame} insn {pc} "]
        if ones := new & ~old:
            out.append(f"+{what} {slots_text(ones)} ")
        if zeros := old & ~new:
            out.append(f"-{what} {slots_text(zeros)}")
        out.append("\n")
        self._log.write("".join(out))

    def _hand_on(self, instance: Instance) -> None:
        callsite = instance.chain[-2]
        starts = self._analysis.starts
        outer_start = max(start for start in starts if start <= callsite)
        chain = (*instance.chain[:-2], outer_start)
        outer = self._instances.get(chain)
        if outer is None:
            outer = self._instances[chain] = Instance(chain, starts.index(outer_start), outer_start)
        self.written = {}
        for frame in range(len(chain)):
            table = instance.frames[frame]
            if table is None:
                continue
            masks = table.get(instance.start) or Masks()
            self.write(frame, masks.written)
            self._note_read(outer, frame, callsite, masks.live)
        self._commit(outer, callsite)

    def alive(self, state: State, frame: int) -> int:
        """The slots of that frame that may still be read from where ``state`` is."""
        last = len(state.frames) - 1
        live = self._live_at(self._instance(state, last), frame, state.pc)
        for i in range(frame, last):
            callsite = state.frames[i + 1].callsite
            back = calls_callback(self._insns[callsite])  # type: ignore[arg-type]
            live |= self._live_at(self._instance(state, i), frame, callsite if back else callsite + 1)
        return live

    @staticmethod
    def _live_at(instance: Instance, frame: int, pc: int) -> int:
        table = instance.frames[frame]
        masks = table.get(pc) if table is not None else None
        return masks.live if masks is not None else 0


def _chain_text(chain: Chain) -> str:
    return f"({','.join(map(str, chain))})"
