"""The search for a witness: runs beside their shadows, each turned at one comparison into the next.

A run that does not come to the rejected instruction is turned where it left the path that failed, or where
a turn brings it nearer; one that comes there without going wrong, by what would make its access go wrong.
"""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final

from vm.instruction import Call, Instruction
from vm.isa import CallKind
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.machine.trace import Budget as RunBudget
from vm.program import Program
from vm.source import HookscopeError
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.verifier.liveness import successors
from vm.witness.condition import Condition
from vm.witness.expression import Env
from vm.witness.shadow import Branch, Shadow, Told
from vm.witness.solve import Solver

RUNNABLE: Final = frozenset({
    ProgType.XDP, ProgType.SCHED_CLS, ProgType.SCHED_ACT, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB,
})  # fmt: skip
"""Types of programs that run on a packet here."""
LEAST: Final = 14
MOST: Final = 1514
STEPS: Final = 20_000
_FAR: Final = 1 << 20
_REPEATS: Final = (2, 3)
_MANY: Final = 10
_RING_FILLS: Final = 300
_ENTRIES: Final = 16
_MORE: Final = 30
"""Runs to look for a fault where something went wrong without one."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may cost: runs of the machine, and seconds of wall clock."""

    runs: int = 200
    seconds: float = 0.3


@dataclass(frozen=True, slots=True)
class Contents:
    """What a map must hold before the first packet, where the program says otherwise: keys and values."""

    map: str
    entries: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """``packets`` on fresh maps, of which the last makes the machine go wrong at slot ``pc``, step ``step``.

    ``how`` is ``fault``; ``unset`` where a register is read that nothing has written; ``outside`` where the
    access leaves the map value its pointer was made for without a fault. ``runs``: tried.
    ``contents`` are those maps whose contents must differ from what the program says.
    """

    packets: tuple[bytes, ...]
    pc: int
    step: int
    how: str
    message: str
    runs: int
    contents: tuple[Contents, ...] = ()

    def of(self, program: Program) -> Program:
        """``program`` with maps that begin with the contents of the witness."""
        given = {one.map: one.entries for one in self.contents}
        maps = (replace(spec, init=given[spec.name]) if spec.name in given else spec for spec in program.maps)
        return replace(program, maps=tuple(maps))


@dataclass(frozen=True, slots=True)
class Nothing:
    """No witness. ``reached``: some run came to the instruction. ``exhaustive``: no turn was left to try."""

    runs: int
    reached: bool
    exhaustive: bool


class Search:
    """One search; ``path`` are the slots of the path that failed, ``reg`` the register the rule is about."""

    def __init__(
        self,
        program: Program,
        pc: int,
        *,
        reg: int = -1,
        path: Sequence[int] = (),
        budget: Budget = Budget(),
        wants_unset: bool = False,
        about_null: bool = False,
    ) -> None:
        self.given = self.program = program
        self.pc, self.reg = pc, reg
        self.path = _once(path)
        self.budget, self.wants_unset, self.about_null = budget, wants_unset, about_null
        self.random = Random(1)  # noqa: S311 - the same search every time
        self.solver = Solver(LEAST, MOST, self.random)
        self.distance = _distances(program, pc)
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
        starts = deque(_starts(self.random))
        while not self._over():
            packet = starts.popleft() if starts else self._next()
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
        left = _left_at(told.path, self.path)
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


def _once(path: Sequence[int]) -> list[int]:
    """The path without slots checked twice in a row for two values of a register."""
    return [pc for at, pc in enumerate(path) if not at or path[at - 1] != pc]


def _left_at(path: Sequence[int], guide: Sequence[int]) -> int:
    """The step after which a run left the path that failed; -1 where it never did."""
    for at, (ours, theirs) in enumerate(zip(path, guide, strict=False)):
        if ours != theirs:
            return at - 1
    return -1


def _distances(program: Program, target: int) -> Mapping[int, int]:
    """How many instructions it is from each slot to ``target``, at least; calls count as one step."""
    comes_from: dict[int, list[int]] = {}
    for pc, insn in enumerate(program.insns):
        if insn is not None:
            for to in (*successors(insn, pc), *_callee(insn, pc)):
                comes_from.setdefault(to, []).append(pc)
    found = {target: 0}
    waiting = deque([target])
    while waiting:
        pc = waiting.popleft()
        for before in comes_from.get(pc, ()):
            if before not in found:
                found[before] = found[pc] + 1
                waiting.append(before)
    return found


def _callee(insn: Instruction, pc: int) -> tuple[int, ...]:
    return (pc + 1 + insn.imm,) if isinstance(insn, Call) and insn.kind is CallKind.LOCAL else ()


def _starts(random: Random) -> list[bytes]:
    """Packets to begin with: an ordinary one, the shortest, nothing but zeros, noise."""
    ethernet = bytes.fromhex("0202020202020404040404040800")
    ip = bytes.fromhex("4500003200010000400600000a0000010a000002")
    tcp = bytes.fromhex("1f90005000000001000000005002200000000000")
    ordinary = (ethernet + ip + tcp).ljust(64, b"\0")
    return [ordinary, ordinary[:34], bytes(64), bytes(LEAST), ordinary[:14] + random.randbytes(100)]
