"""A machine's run carried on by native code wherever that is possible, and by the machine wherever it is not.

Native code stops before every instruction it has no code for or whose access it does not allow; the machine
takes that one step, faults included, and native code goes on behind it. So what comes out is what the
machine alone would have come to, step for step.
"""

from vm.change import Change, MemoryChanged, PcChanged, RegisterChanged
from vm.jit.guarded.arena import CLOCK, CTX_BASE, CTX_ROOM, CTX_WORDS, RANDOM
from vm.jit.guarded.batch import Word
from vm.jit.guarded.blocks import LONGEST
from vm.jit.guarded.compile import GuardedCode
from vm.jit.guarded.helpers import GOLDEN, READING_NS
from vm.jit.runner.runner import Runner
from vm.kernel.native_code import Codes
from vm.kernel.native_frames import NativeFrames
from vm.kernel.native_maps import NativeMaps
from vm.kernel.native_memory import NativeMemory
from vm.machine.machine import Machine
from vm.memory.fault import MachineFault
from vm.word import MASK64

FEW = 16
"""Steps that are not worth a journey to the runner."""
WORTH = 100
"""Steps that the machine takes in the time of a journey."""
LONGEST_WAIT = 1023
_PLAIN = (RegisterChanged, PcChanged, MemoryChanged)
_UNGOLDEN = pow(GOLDEN, -1, 1 << 64)


class NativeRun:
    """Native code for a machine's programs; its memory, maps and frames as the runner sees them.

    Fewer than ``few`` steps are left to the machine. ``proved`` are slots of the first program whose accesses
    the verifier allowed: they go unchecked.
    """

    def __init__(
        self, machine: Machine, runner: Runner, few: int = FEW, proved: frozenset[int] = frozenset()
    ) -> None:
        self.machine = machine
        self._runner = runner
        self._few = few
        runner.close_all()
        world = machine.world
        self.memory = NativeMemory(world.memory, runner)
        self.maps = NativeMaps(world.maps, world.event.cpu, runner, self.memory)
        self.codes = Codes(world, self.maps.plans, runner, proved)
        self._frames = NativeFrames(machine.state, runner)
        self._moved = True
        """Whether the machine may have changed more than registers and bytes."""
        self._patience = 0

    def run(self, until: int) -> None:
        """Takes the machine to step ``until``, or to its end."""
        machine = self.machine
        while machine.ended is None and machine.number < until:
            came = self._natively(min(until, machine.limit))
            if came and until - machine.number < LONGEST:
                self._steps(until - machine.number)
            elif machine.number < until:
                self._one_step()
                if came is not None:
                    self._wait(came, until)

    def renew(self) -> None:
        """The machine went to another state of the run: what was changed since has to be shown anew."""
        self.memory.renew()
        self.maps.renew()
        self._frames.forget()
        self._moved = True

    def _wait(self, came: int, until: int) -> None:
        """Lets the machine go on for a while, longer each time, as long as journeys do not come far."""
        if self._few < FEW or came >= WORTH:
            self._patience = 0
            return
        self._patience = min(2 * self._patience + 1, LONGEST_WAIT)
        self._steps(min(self._patience, until - self.machine.number))

    def _steps(self, count: int) -> None:
        """The last few: native code would hand them back one by one for want of fuel."""
        for changes in self.machine.run(count):
            self.follow(changes)

    def _one_step(self) -> None:
        step = self.machine.advance()
        if step is not None:
            self.follow(step.changes)

    def follow(self, changes: tuple[Change, ...]) -> None:
        """Does to the runner's side what a step of the machine did."""
        self.memory.follow(changes)
        if not all(isinstance(change, _PLAIN) for change in changes):
            self.maps.follow(changes)
            self._moved = True

    def _natively(self, until: int) -> int | None:
        """Runs as far as native code goes and returns how many steps that was; None where it did not try."""
        machine, state = self.machine, self.machine.state
        fuel = until - machine.number
        code, place = self.codes.of(state.program)
        entry = code.entries.get(state.pc)
        if entry is None or fuel < self._few:
            return None
        self.show(code)
        self._runner.set_word(Word.COUNT.off, 0)
        registers, left, pc = self._runner.run(place, entry, state.registers, fuel)
        self.take(registers, pc)
        machine.number += fuel - left
        return fuel - left

    def moved(self) -> None:
        """The machine was changed from outside in more than bytes."""
        self._moved = True

    def show(self, code: GuardedCode, *, everything: bool = False) -> None:
        """Brings the runner's side up to date."""
        world, runner = self.machine.world, self._runner
        if self._moved or everything:
            self.memory.show()
            self.maps.show()
            self._frames.show()
            runner.set_word(CTX_BASE, world.ctx.region.base if world.ctx is not None else 0)
            self._moved = False
        self._show_context(code)
        fields, event = self.machine.state.fields, world.event
        runner.set_word(CLOCK, event.time_ns + READING_NS * fields.get("clock.readings", 0))
        runner.set_word(RANDOM, event.seed + GOLDEN * fields.get("random.drawn", 0))

    def _show_context(self, code: GuardedCode) -> None:
        ctx = self.machine.world.ctx
        if ctx is None or ctx.region.view is None:
            return
        try:
            for n, (off, size) in enumerate(code.context[:CTX_ROOM]):
                self._runner.set_word(CTX_WORDS + 8 * n, ctx.region.view.load(off, size))
        except MachineFault:
            self._runner.set_word(CTX_BASE, 0)

    def take(self, registers: list[int], pc: int) -> None:
        """Brings the machine to where native code stopped."""
        state, event = self.machine.state, self.machine.world.event
        self.memory.take(state.stacks[: self._frames.deepest() + 1])
        self.maps.take()
        self._frames.take()
        state.registers[:] = registers
        state.pc = pc
        readings = (self._runner.word(CLOCK) - event.time_ns & MASK64) // READING_NS
        drawn = (self._runner.word(RANDOM) - event.seed) * _UNGOLDEN & MASK64
        for name, value in (("clock.readings", readings), ("random.drawn", drawn)):
            if value != state.fields.get(name, 0):
                state.fields[name] = value
