"""A machine's run carried on by generated Python wherever that is possible, and by the machine elsewhere.

The counterpart of ``native_run`` where native code cannot run: registers, memory and maps are the machine's
own, so nothing has to be shown or taken back. Changes are not told, as native code tells none.
"""

from collections.abc import Iterator
from typing import Final

from vm.change import Ended
from vm.instruction import LoadImm64
from vm.isa import ImmKind
from vm.jit.fallback.stretch import Constants, Stretch, made, surroundings
from vm.machine.machine import Machine

MOST_MADE: Final = 100_000
"""Instructions that are made into Python for one run; beyond them the machine steps."""
NEAR: Final = 64
"""Steps that the machine takes sooner itself."""
_MAPS: Final = (ImmKind.MAP_FD, ImmKind.MAP_IDX)
_NO_END: Final = 1 << 62


class PythonRun:
    """Generated Python for a machine's programs, made when a stretch first runs."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._made = 0
        self._stretches: dict[tuple[int, int], Stretch | None] = {}
        self._constants: dict[int, Constants] = {}
        self._names = surroundings(machine.world.memory)

    def run(self, until: int) -> None:
        """Takes the machine to step ``until``, or to its end."""
        machine, state = self.machine, self.machine.state
        stretches, registers = self._stretches, state.registers
        while machine.ended is None and machine.number < until:
            key = state.program, state.pc
            found = stretches[key] if key in stretches else self._make(key)
            fuel = min(until, machine.limit) - machine.number
            if found is None or fuel < found.length:
                machine.advance()
                continue
            state.pc, left = found.run(registers, fuel)
            machine.number += fuel - left
            if left == fuel:
                machine.advance()

    def _make(self, key: tuple[int, int]) -> Stretch | None:
        program, pc = key
        insns = self.machine.world.programs[program].insns
        found = None
        if self._made < MOST_MADE:
            found = made(insns, self._constants_of(program), pc, self._names)
            self._made += found.length if found is not None else 0
        self._stretches[key] = found
        return found

    def _constants_of(self, program: int) -> Constants:
        if program not in self._constants:
            self._constants[program] = tuple(self._addresses(program))
        return self._constants[program]

    def _addresses(self, program: int) -> Iterator[tuple[int, int]]:
        """The addresses of the program's maps by the slot that loads them."""
        world = self.machine.world
        indices = world.map_indices[program] if program < len(world.map_indices) else ()
        for pc, insn in enumerate(world.programs[program].insns):
            if isinstance(insn, LoadImm64) and insn.kind in _MAPS and 0 <= insn.imm < len(indices):
                yield pc, world.maps[indices[insn.imm]].address


def go_forward(machine: Machine, number: int) -> None:
    """Takes a trace's machine to the state before step ``number``; give it to ``Trace`` as ``forward``."""
    if number - machine.number > NEAR:
        PythonRun(machine).run(number)
    else:
        machine.run(number - machine.number)


class Generated:
    """The engine that runs generated Python."""

    def outcome(self, machine: Machine) -> Ended:
        """How the run ended."""
        PythonRun(machine).run(_NO_END)
        return machine.outcome()


GENERATED = Generated()
