"""A machine's run carried on by native code wherever that is possible, and by the machine wherever it is not.

Native code stops before every instruction it has no code for or whose access it does not allow; the machine
takes that one step, faults included, and native code goes on behind it. So what comes out is what the
machine alone would have come to, step for step.
"""

from collections.abc import Mapping
from functools import lru_cache

from vm.change import MemoryChanged
from vm.instruction import Instruction, LoadImm64
from vm.isa import ImmKind
from vm.jit.guarded.arena import WINDOW_BASE, WINDOWS
from vm.jit.guarded.compile import GuardedCode, compile_guarded
from vm.jit.runner.runner import Runner, Window
from vm.machine.machine import Machine
from vm.machine.step import Step
from vm.memory.memory import Memory
from vm.memory.pages import PAGE_BITS
from vm.memory.region import ARENA, WINDOW_BITS, Region

FEW = 16
"""Steps that are not worth a journey to the runner."""
_MAPS = (ImmKind.MAP_FD, ImmKind.MAP_IDX)


class NativeRun:
    """Native code for a machine's programs, and the machine's memory as the runner sees it.

    Fewer than ``few`` steps are left to the machine.
    """

    def __init__(self, machine: Machine, runner: Runner, few: int = FEW) -> None:
        self.machine = machine
        self._runner = runner
        self._few = few
        self._code: dict[int, tuple[GuardedCode, int]] = {}
        """By program: its code, and where the runner has it."""
        self._stale: set[int] = set()
        """Regions whose bytes the runner has not seen as they are."""
        self._known: dict[int, Region] = {}
        runner.forget_code()
        runner.close_all()

    def run(self, until: int) -> None:
        """Takes the machine to step ``until``, or to its end."""
        machine = self.machine
        while machine.ended is None and machine.number < until:
            if not self._natively(min(until, machine.limit)):
                self._one_step()

    def _one_step(self) -> None:
        step: Step | None = self.machine.advance()
        if step is None:
            return
        by_window = self._known
        for change in step.changes:
            if isinstance(change, MemoryChanged):
                region = by_window.get(change.address >> WINDOW_BITS)
                if region is not None:
                    self._stale.add(region.id)

    def _natively(self, until: int) -> bool:
        """Runs as far as native code goes; False where it did not come one step further."""
        machine, state = self.machine, self.machine.state
        fuel = until - machine.number
        code, place = self._code_of(state.program)
        entry = code.entries.get(state.pc)
        if entry is None or fuel < self._few:
            return False
        self._show_memory()
        registers, left, pc = self._runner.run(place + entry, state.registers, fuel)
        self._take_memory()
        state.registers[:] = registers
        state.pc = pc
        machine.number += fuel - left
        return left < fuel

    def _code_of(self, program: int) -> tuple[GuardedCode, int]:
        if program not in self._code:
            insns = self.machine.world.programs[program].insns
            made = _compiled(insns, tuple(self._constants(program).items()))
            self._code[program] = made, self._runner.load(made.code)
        return self._code[program]

    def _constants(self, program: int) -> Mapping[int, int]:
        """The addresses of the program's maps by the slot that loads them."""
        world = self.machine.world
        indices = world.map_indices[program] if program < len(world.map_indices) else ()
        found: dict[int, int] = {}
        for pc, insn in enumerate(world.programs[program].insns):
            if isinstance(insn, LoadImm64) and insn.kind in _MAPS and 0 <= insn.imm < len(indices):
                found[pc] = world.maps[indices[insn.imm]].address
        return found

    def _show_memory(self) -> None:
        """Opens the windows of plain regions and brings the runner's copy of their bytes up to date."""
        memory: Memory = self.machine.world.memory
        windows: dict[int, Window] = {}
        objects: list[tuple[int, int]] = []
        for region in memory.regions:
            if not _is_plain(region):
                continue
            off = region.base - ARENA
            for window in range((region.base >> WINDOW_BITS) - WINDOW_BASE, _last_window(region) + 1):
                windows[window] = region.base + region.lo, region.hi - region.lo, region.writable
            objects.append((off, len(region.data)))
            if self._known.get(region.base >> WINDOW_BITS) is not region:
                for window in range(region.base >> WINDOW_BITS, _last_window(region) + WINDOW_BASE + 1):
                    self._known[window] = region
                self._stale.add(region.id)
        self._runner.open(windows, objects)
        for number in self._stale:
            region = memory.regions[number]
            if _is_plain(region):
                self._runner.put(region.base - ARENA, region.data)
        self._stale.clear()

    def _take_memory(self) -> None:
        """Brings what native code stored back; stacks always, for their stores leave no mark."""
        memory: Memory = self.machine.world.memory
        written = {WINDOW_BASE + window for window in self._runner.written()}
        regions = {self._known[window].id for window in written if window in self._known}
        regions.update(stack.id for stack in self.machine.state.stacks if stack.alive)
        for number in regions:
            region = memory.regions[number]
            region.data[:] = self._runner.get(region.base - ARENA, len(region.data))
            region.dirty.update(range((len(region.data) >> PAGE_BITS) + 1))


def _last_window(region: Region) -> int:
    return ((region.base + len(region.data)) >> WINDOW_BITS) - WINDOW_BASE


def _is_plain(region: Region) -> bool:
    """Whether all bytes from ``lo`` to ``hi`` may be accessed just so, and the arena reaches them."""
    simple = region.view is None and region.parts is None and not region.stride
    return simple and region.alive and bool(region.data) and _last_window(region) < WINDOWS


@lru_cache(maxsize=64)
def _compiled(insns: tuple[Instruction | None, ...], constants: tuple[tuple[int, int], ...]) -> GuardedCode:
    """One packet after the other runs the same program over the same maps."""
    return compile_guarded(insns, dict(constants))
