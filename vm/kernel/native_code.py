"""The native code of a run's programs, and what it was told of their surroundings."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from vm.instruction import Instruction, Load, LoadImm64
from vm.isa import ImmKind
from vm.jit.guarded.arena import CTX_ROOM
from vm.jit.guarded.compile import GuardedCode, compile_in
from vm.jit.guarded.helpers import NATIVE_HELPERS
from vm.jit.guarded.surroundings import MapPlan, Surroundings
from vm.jit.runner.runner import Runner
from vm.machine.state import World
from vm.maps.array import ArrayMap
from vm.memory.fault import MachineFault
from vm.program import Program
from vm.uapi.prog_types import ProgType
from vm.word import MASK32, MASK64

_MAPS: Final = (ImmKind.MAP_FD, ImmKind.MAP_IDX)
_VALUES: Final = (ImmKind.MAP_VALUE, ImmKind.MAP_IDX_VALUE)
_KEPT: Final = 64
_Insns = Sequence[Instruction | None]
_compiled: OrderedDict[tuple[int, Surroundings, bool], tuple[_Insns, GuardedCode]] = OrderedDict()
"""By the identity of the instructions, which are kept so that it stays theirs."""


class Codes:
    """Compiles each program when it is first needed. ``proved`` is of the first one."""

    def __init__(
        self, world: World, plans: Mapping[int, MapPlan], runner: Runner, proved: frozenset[int] = frozenset()
    ) -> None:
        self._world = world
        self._plans = plans
        self._runner = runner
        self._proved = proved
        self._found: dict[tuple[int, bool], tuple[GuardedCode, int]] = {}

    def of(self, program: int, *, batch: bool = False) -> tuple[GuardedCode, int]:
        """The code of a program, and where the runner has it."""
        key = program, batch
        if key not in self._found:
            around = self._around(program)
            made = _compile(self._world.programs[program].insns, around, batch)
            if self._runner.make_room(len(made.code)):
                self._found.clear()
            self._found[key] = made, self._runner.load(made.code)
        return self._found[key]

    def _around(self, program: int) -> Surroundings:
        world = self._world
        indices = world.map_indices[program] if program < len(world.map_indices) else ()
        plans = {index: self._plans[index] for index in indices if index in self._plans}
        return Surroundings(
            tuple(self._constants(world.programs[program].insns, indices)),
            tuple(_loads(world, world.programs[program].insns)),
            tuple(plans.values()),
            frozenset(_allowed(world, world.programs[program])),
            world.event.cpu,
            self._proved if program == 0 else frozenset(),
        )

    def _constants(self, insns: _Insns, indices: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The addresses of maps, and of values of maps that have them at fixed places, by slot."""
        maps, cpu = self._world.maps, self._world.event.cpu
        for pc, insn in enumerate(insns):
            if not isinstance(insn, LoadImm64) or not 0 <= insn.imm < len(indices):
                continue
            found = maps[indices[insn.imm]]
            if insn.kind in _MAPS:
                yield pc, found.address
            elif (
                insn.kind in _VALUES
                and isinstance(found, ArrayMap)
                and (value := found.lookup(bytes(found.spec.key_size), cpu))
            ):
                yield pc, value + (insn.next_imm & MASK32) & MASK64


def _loads(world: World, insns: _Insns) -> Iterator[tuple[int, int]]:
    """The loads (offset, size) of the program that its context allows, each once."""
    if world.ctx is None or world.ctx.region.view is None:
        return
    wanted = dict.fromkeys(
        (insn.off, insn.size.bytes) for insn in insns if isinstance(insn, Load) and not insn.signed
    )
    count = 0
    for off, size in wanted:
        try:
            world.ctx.region.view.load(off, size)
        except MachineFault:
            continue
        count += 1
        if count <= CTX_ROOM:
            yield off, size


def _allowed(world: World, program: Program) -> Iterator[int]:
    """The helpers that native code may answer: as many of its own as the program's type may call."""
    for number in NATIVE_HELPERS:
        helper = world.helpers.get(number)
        if helper is None:
            continue
        kinds = helper.prog_types
        if kinds is None or program.prog_type in kinds or program.prog_type is ProgType.UNSPEC:
            yield number


def _compile(insns: _Insns, around: Surroundings, batch: bool) -> GuardedCode:
    """One packet after the other runs the same program over the same maps."""
    key = id(insns), around, batch
    if key in _compiled:
        _compiled.move_to_end(key)
    else:
        _compiled[key] = insns, compile_in(insns, around, batch=batch)
        if len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return _compiled[key][1]
