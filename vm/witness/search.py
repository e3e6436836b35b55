"""The search for a witness: runs beside their shadows, each turned at one comparison into the next.

A run that does not come to the rejected instruction is turned where it left the path that failed, or where
a turn brings it nearer; one that comes there without going wrong, by what would make its access go wrong.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final

from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.machine.trace import Budget as RunBudget
from vm.program import Program
from vm.source import HookscopeError
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.witness.answer import Budget, Contents, Nothing, Witness
from vm.witness.condition import Condition
from vm.witness.expression import Env
from vm.witness.guide import LEAST, MOST, distances, left_at, once, starts
from vm.witness.shadow import Shadow
from vm.witness.solve import Solver
from vm.witness.told import Branch, Told

RUNNABLE: Final = frozenset({
    ProgType.XDP, ProgType.SCHED_CLS, ProgType.SCHED_ACT, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB,
})  # fmt: skip
"""Types of programs that run on a packet here."""
STEPS: Final = 20_000
_FAR: Final = 1 << 20
_REPEATS: Final = (2, 3)
_MANY: Final = 10
_RING_FILLS: Final = 300
_ENTRIES: Final = 16
_MORE: Final = 30
"""Runs to look for a fault where something went wrong without one."""


class Search:
    """One search; ``path`` are the slots of the path that failed, ``reg`` the register the rule is about."""

    def __init__(
        self,
        program: Program,
        pc: int,
        *,
        reg: int = -1,
        path: Sequence[int] = (),
        budget: Budget,
        wants_unset: bool = False,
        about_null: bool = False,
    ) -> None:
        self.given = self.program = program
        self.pc, self.reg = pc, reg
        self.path = once(path)
        self.budget, self.wants_unset, self.about_null = budget, wants_unset, about_null
        self.random = Random(1)  # noqa: S311 - the same search every time
        self.solver = Solver(LEAST, MOST, self.random)
        self.distance = distances(program, pc)
        self.started = self.deadline = time.monotonic()
        self.most_runs = 0
        self.missed: set[tuple[int, bytes]] = set()
        self.runs = 0
        self.reached = False
        self.spare: Witness | None = None
        """What goes wrong without a fault; one that faults is better."""
        self.turned: set[tuple[int, ...]] = set()
        self.seen: set[bytes] = set()
        self.waiting: list[tuple[int, int, list[Condition], Env]] = []
        self._order = count()
        self.near: list[tuple[int, bytes]] = []

    def run(self) -> Witness | Nothing:
        """The search, to its end or its budget's: with the maps as given, with what was missed, and empty."""
        if self.given.prog_type not in RUNNABLE:
            return Nothing(0, False, False)
        exhausted = True
        for share, contents in ((0.5, self._as_given), (0.8, self._with_missed), (1.0, self._emptied)):
            program = contents()
            if program is None:
                continue
            self._begin(program, share)
            found = self._explore() or (self._again() if self.spare is None else None)
            if found is not None:
                return found
            if self.spare is not None:
                return self.spare
            exhausted = exhausted and not self._over()
        return Nothing(self.runs, self.reached, exhausted)

    def _begin(self, program: Program, share: float) -> None:
        """Starts again with other contents of the maps, and with a share of the budget."""
        self.program = program
        self.deadline = self.started + self.budget.seconds * share
        self.most_runs = int(self.budget.runs * share)
        self.turned.clear()
        self.seen.clear()
        self.waiting.clear()
        self.near.clear()

    def _as_given(self) -> Program | None:
        return self.given

    def _with_missed(self) -> Program | None:
        """The program with entries for the keys that were looked up in vain; None if there were none."""
        if not self.missed:
            return None
        maps = list(self.given.maps)
        for index, key in sorted(self.missed)[:_ENTRIES]:
            spec = maps[index]
            if len(spec.init) < spec.max_entries:
                maps[index] = replace(spec, init=(*spec.init, (key, bytes(spec.value_size))))
        return replace(self.given, maps=tuple(maps))

    def _emptied(self) -> Program | None:
        """The program with maps that begin empty; None if they do so anyway."""
        if not any(spec.init for spec in self.given.maps):
            return None
        maps = (spec if spec.frozen else replace(spec, init=()) for spec in self.given.maps)
        return replace(self.given, maps=tuple(maps))

    def _explore(self) -> Witness | None:
        first = deque(starts(self.random))
        while not self._over():
            packet = first.popleft() if first else self._next()
            if packet is None:
                return None
            found = self._try(packet)
            if found is not None:
                return found
        return None

    def _over(self) -> bool:
        return self.runs >= self.most_runs or time.monotonic() > self.deadline

    def _next(self) -> bytes | None:
        """A packet that meets the conditions most worth trying."""
        while self.waiting and not self._over():
            _, _, conditions, env = heappop(self.waiting)
            found = self.solver.solve(conditions, env)
            if found is not None and (packet := found.packet()) not in self.seen:
                return packet
        return None

    def _try(self, packet: bytes) -> Witness | None:
        if packet in self.seen:
            return None
        self.seen.add(packet)
        self.runs += 1
        try:
            machine = _machine(self.program, (packet,))
        except HookscopeError:
            return None
        shadow = Shadow(machine, packet, self.pc, self.reg, STEPS)
        told = shadow.run()
        self.missed.update(told.missed)
        if told.faulted is not None:
            return self._witness((packet,), told.faulted, "fault", told.message)
        if self.wants_unset and told.unset is not None:
            message = f"r{self.reg} is read, and nothing has written to it on this run"
            return self._witness((packet,), told.unset, "unset", message)
        if told.outside is not None and self.spare is None:
            self.spare = self._witness((packet,), told.outside[0], "outside", told.outside[1])
            self.most_runs = min(self.most_runs, self.runs + _MORE)
        self._turn(told, shadow.env)
        return None

    def _witness(self, packets: tuple[bytes, ...], step: int, how: str, message: str) -> Witness:
        contents = tuple(
            Contents(new.name, new.init)
            for old, new in zip(self.given.maps, self.program.maps, strict=True)
            if old.init != new.init
        )
        return Witness(packets, self.pc, step, how, message, self.runs, contents)

    def _turn(self, told: Told, env: Env) -> None:
        """Queues what may lead nearer: goals at the instruction, then turns at comparisons."""
        for before, goals in told.goals:
            for goal in goals:
                self._queue(0, [*told.conditions[:before], goal], env)
        self.reached = self.reached or self.pc in told.path
        left = left_at(told.path, self.path)
        nearest = min((self.distance.get(pc, _FAR) for pc in told.path), default=_FAR)
        self.near.append((nearest, env.packet()))
        decisions: list[int] = []
        for branch in told.branches:
            key = (*decisions[-24:], branch.pc, branch.other, branch.step)
            decisions.append(branch.pc << 1 | (branch.other == branch.pc + 1))
            if key in self.turned:
                continue
            rank = self._rank(branch, left)
            if rank is None:
                continue
            self.turned.add(key)
            earlier = told.conditions[: branch.before]
            self._queue(rank, [*earlier, branch.condition.opposite()], env)

    def _rank(self, branch: Branch, left: int) -> int | None:
        """How little a turn promises; None where the instruction cannot be come to that way."""
        if branch.step == left:
            return 1
        far = self.distance.get(branch.other)
        return None if far is None else 2 + far + (4 if branch.step < left else 0)

    def _queue(self, rank: int, conditions: list[Condition], env: Env) -> None:
        if len(self.waiting) < 2_000:
            heappush(self.waiting, (rank, next(self._order), conditions, env))

    def _again(self) -> Witness | None:
        """The same packet several times: the first fill the maps for the last."""
        if not self.program.maps:
            return None
        tried = sorted(self.near, key=lambda one: one[0])[:4]
        rings = self.about_null and any(spec.type is MapType.RINGBUF for spec in self.program.maps)
        fills = _RING_FILLS if rings else 0
        for times in (*_REPEATS, fills):
            for _, packet in tried[: 1 if times > _MANY else 4] if times else ():
                found = self._repeated(packet, times, self.deadline + self.budget.seconds * (1 + rings))
                if found is not None:
                    return found
        return None

    def _repeated(self, packet: bytes, times: int, deadline: float) -> Witness | None:
        scenario = Scenario(
            Setup((self.program,), self.program.prog_type, (packet,) * times, budget=RunBudget(steps=STEPS))
        )
        for index in range(times):
            self.runs += 1
            try:
                machine = scenario.finished(index)
            except HookscopeError:
                return None
            if machine.fault is not None:
                if machine.state.pc != self.pc or machine.state.program:
                    return None
                packets = (packet,) * (index + 1)
                step = machine.number - 1
                return self._witness(packets, step, "fault", machine.fault.message)
            if time.monotonic() > deadline:
                return None
        return None


def _machine(program: Program, packets: tuple[bytes, ...]) -> Machine:
    scenario = Scenario(Setup((program,), program.prog_type, packets, budget=RunBudget(steps=STEPS)))
    return Machine(scenario.world(len(packets) - 1), STEPS)
