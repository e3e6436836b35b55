"""The machine: executes one instruction at a time and can take each one back."""

from collections.abc import Callable, Iterator

from vm.change import Change, Ended
from vm.helpers.api import MAX_PROGRAMS
from vm.machine.apply import undo
from vm.machine.execute import bind_program
from vm.machine.snapshot import Snapshot, restore, take
from vm.machine.state import State, World
from vm.machine.step import Step
from vm.memory.fault import Fault, MachineFault
from vm.source import HookscopeError

STEP_LIMIT = 1_000_000
"""Steps a run may take unless told otherwise."""
_AT_ONCE = 1024


class Machine:
    """A run under way. ``number`` counts the steps taken; ``limit`` is how many there may be.

    A machine stepped by hand remembers its steps, for ``back``. Long runs belong in a ``Trace``.
    """

    def __init__(self, world: World, limit: int = STEP_LIMIT) -> None:
        if not world.programs:
            raise HookscopeError.of("no-program", "there is no program to run", "assemble one first")
        if len(world.programs) > MAX_PROGRAMS:
            message = f"one run may hold {MAX_PROGRAMS} programs; this has {len(world.programs)}"
            raise HookscopeError.of("too-many-programs", message)
        self.world = world
        self.number = 0
        self.fault: Fault | None = None
        self.limit = limit
        self.limit_reason = f"stopped after {limit:,} steps"
        self.state = State(world)
        world.memory.journal.clear()
        self.state.codes = [bind_program(self.state, index) for index in range(len(world.programs))]
        self.state.enter_program(0)
        self._history: list[Step] = []

    def restart(self, world: World) -> None:
        """Begins anew with the programs, memory and maps it has; ``world`` brings context and event.

        ``world.fields`` must be the dictionary the machine began with. What the last run left in memory but
        its own stack stays.
        """
        self.world = world
        self.number, self.fault = 0, None
        self._history.clear()
        world.memory.journal.clear()
        self.state.restart(world)

    @property
    def ended(self) -> Ended | None:
        """How the run ended, once it has."""
        return self.state.ended

    def step(self) -> Step | None:
        """Takes one step and remembers it; None when the run has ended."""
        step = self._advance()
        if step is not None:
            self._history.append(step)
        return step

    def back(self) -> Step | None:
        """Takes the last remembered step back and returns it; None when there is none."""
        if not self._history:
            return None
        step = self._history.pop()
        undo(self.state, step.changes)
        self.number = step.number
        self.fault = None
        return step

    def advance(self) -> Step | None:
        """Takes one step without remembering it, or those before it; None when the run has ended."""
        self._history.clear()
        return self._advance()

    def _advance(self) -> Step | None:
        state, number = self.state, self.number
        if state.ended is not None:
            return None
        pc, program, depth = state.pc, state.program, len(state.frames)
        try:
            changes = state.code[pc]() if number < self.limit else self._stop()
        except MachineFault as caught:
            changes = self._fail(caught.fault)
        self.number = number + 1
        return Step(number, pc, program, depth, changes, self.fault)

    def steps(self, count: int) -> Iterator[Step]:
        """Takes up to ``count`` steps without remembering them."""
        for _ in range(count):
            step = self.advance()
            if step is None:
                return
            yield step

    def run(self, count: int, seen: Callable[[int], None] | None = None) -> list[tuple[Change, ...]]:
        """Takes up to ``count`` steps and returns the changes of each; fewer when the run ends.

        ``seen`` is told the point (see ``vm.machine.point``) of each step before it is taken. The steps are
        not remembered for ``back``, nor are those before them.
        """
        self._history.clear()
        seen = seen or _nobody
        done: list[tuple[Change, ...]] = []
        try:
            self._execute(min(count, self.limit - self.number), done.append, seen)
        except MachineFault as caught:
            done.append(self._fail(caught.fault))
        if len(done) < count and self.state.ended is None:
            seen(self.state.bank | self.state.pc)
            done.append(self._stop())
        self.number += len(done)
        return done

    def _execute(
        self, count: int, add: Callable[[tuple[Change, ...]], None], seen: Callable[[int], None]
    ) -> None:
        state = self.state
        if seen is _nobody:
            for _ in range(count):
                if state.ended is not None:
                    return
                add(state.code[state.pc]())
            return
        for _ in range(count):
            if state.ended is not None:
                return
            pc = state.pc
            seen(state.bank | pc)
            add(state.code[pc]())

    def _stop(self) -> tuple[Change, ...]:
        """Ends the run for want of budget."""
        return self._end(Ended("budget", self.state.registers[0], self.limit_reason))

    def _fail(self, fault: Fault) -> tuple[Change, ...]:
        """Ends the run by a fault; what the failing instruction had done before stays done."""
        self.fault = fault
        return self._end(Ended("fault", self.state.registers[0], fault.message))

    def _end(self, ended: Ended) -> tuple[Change, ...]:
        journal = self.world.memory.journal
        changes = (*journal, ended)
        journal.clear()
        self.state.ended = ended
        return changes

    def outcome(self) -> Ended:
        """How the run ended; runs it to its end first."""
        while (ended := self.ended) is None:
            self.run(_AT_ONCE)
        return ended

    def stop_at(self, limit: int, reason: str) -> None:
        """Lets the run end at step ``limit``, saying ``reason``."""
        self.limit, self.limit_reason = limit, reason

    def snapshot(self) -> Snapshot:
        """The state as it is now."""
        return take(self.state, self.number, self.fault)

    def restore(self, snapshot: Snapshot) -> None:
        """Goes to the state of a snapshot of this run; the steps remembered are forgotten."""
        self._history.clear()
        restore(self.state, snapshot)
        self.number, self.fault = snapshot.number, snapshot.fault


def _nobody(_: int) -> None:
    """Nobody wants to know."""
