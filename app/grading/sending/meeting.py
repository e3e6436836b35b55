"""Programs on several CPUs at once: every order of their steps that another could tell apart, or some.

CPUs share only maps. So a step matters to another CPU where it reads or writes a map's value, is atomic, or
calls a helper; between two such steps a CPU goes on undisturbed. All orders of those are walked through depth
first, each state once: two orders that lead to one state have one future. Steps are taken back by their own
changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.grading.budget import RUN_STEPS, SpentError
from app.grading.observed import Observed, Ran
from app.grading.sending.lane import Lane
from app.grading.sending.stimulus import Stimulus
from app.grading.sending.straight import Bench, phases
from vm.change import Change
from vm.kernel.scenarios.draw import Draw
from vm.machine.apply import undo
from vm.source import HookscopeError

MOST_TURNS: Final = 20_000
"""Turns of all orders of a check together; beyond, the orders that are left are not tried."""
LONGEST: Final = 500
"""Turns of one order; each is a frame of Python's stack."""
SAMPLED: Final = 64
"""Orders that are tried at random."""


@dataclass(eq=False)
class Meeting:
    """All stimuli of a check, some of which meet. ``walk`` gives every way in which it may end."""

    bench: Bench
    stimuli: Sequence[Stimulus]
    turns: int = 0
    _seen: set[object] = field(default_factory=set)
    _ended: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._phases = [self._lanes(phase) for phase in phases(self.stimuli)]
        self._order: list[tuple[int, int | None]] = []
        self._shared = [region for region in self.bench.maps.memory.regions if region.data]
        self._first = [bytes(region.data) for region in self._shared]

    def _lanes(self, phase: Sequence[Stimulus]) -> list[Lane]:
        meets = phase[0].meeting is not None
        cpus = sorted({one.cpu for one in phase}) if meets else [phase[0].cpu]
        lanes = []
        for cpu in cpus:
            chosen = [one for one in phase if one.cpu == cpu or not meets]
            lanes.append(Lane(cpu, [(one, self.bench.machine(one)) for one in chosen]))
        return lanes

    def walk(self) -> Iterator[Observed]:
        """Every ending, once; the maps are as they are then until the next is asked for."""
        if any(not one.all_orders for one in self.stimuli if one.meeting is not None):
            for number in range(SAMPLED):
                yield from self._sample(Draw(self.bench.seed, f"order {number}"))
            return
        yield from self._phase(0, None)

    def _phase(self, number: int, draw: Draw | None) -> Iterator[Observed]:
        """Phase ``number`` and those behind it, from the state as it is."""
        if number == len(self._phases):
            yield from self._ending()
            return
        lanes = self._phases[number]
        done = self._prepared(lanes)
        yield from self._turns(number, lanes, draw)
        self._take_back(lanes[0], done)

    def _prepared(self, lanes: list[Lane]) -> tuple[Change, ...]:
        """User space reads, and sets variables, before a phase; what that changed."""
        self.bench.read()
        journal = self.bench.maps.memory.journal
        journal.clear()
        changes: list[Change] = []
        for lane in lanes:
            for stimulus, _ in lane.runs:
                changes += self.bench.set(stimulus.values)
        return tuple(changes)

    def _take_back(self, lane: Lane, changes: tuple[Change, ...]) -> None:
        undo(lane.runs[0][1].state, changes)

    def _turns(self, number: int, lanes: list[Lane], draw: Draw | None) -> Iterator[Observed]:
        """Every order from here, or (with ``draw``) one."""
        able = [lane for lane in lanes if lane.able()]
        if not able:
            if any(not lane.over for lane in lanes):
                yield from self._ending("every CPU waits for a lock that another one has")
            else:
                yield from self._phase(number + 1, draw)
            return
        if draw is not None:
            able = [draw.pick(able)]
        for lane in able:
            if self.turns >= MOST_TURNS:
                self.bench.budget.cut_short = f"only the orders within {MOST_TURNS:,} turns were tried"
                return
            self.turns += 1
            steps = lane.turn(RUN_STEPS)
            self.bench.budget.tick(steps)
            self._order.append((lane.cpu, lane.line))
            if len(self._order) > LONGEST:
                raise SpentError(f"the programs on several CPUs took more than {LONGEST} turns")
            key = None if draw is not None else self._key(number)
            if key is None or key not in self._seen:
                if key is not None:
                    self._seen.add(key)
                yield from self._turns(number, lanes, draw)
            self._order.pop()
            lane.back()

    def _sample(self, draw: Draw) -> Iterator[Observed]:
        yield from self._phase(0, draw)

    def _key(self, number: int) -> int:
        """The state as it is now: of all CPUs, and of what they share."""
        lanes = tuple(lane.key() for phase in self._phases for lane in phase)
        return hash((number, lanes, self._contents()))

    def _contents(self) -> tuple[object, ...]:
        memory = tuple(
            (at, hash(bytes(region.data)))
            for at, (region, first) in enumerate(zip(self._shared, self._first, strict=True))
            if region.data != first
        )
        books = tuple(
            (frozenset(made.book.entries.items()), frozenset(made.book.all_items().items()))
            for made in self.bench.maps.maps
        )
        return memory, books

    def _ending(self, trouble: str = "") -> Iterator[Observed]:
        ran = [
            self._ran(lane, at, trouble) for lanes in self._phases for lane in lanes for at in lane.places()
        ]
        key = hash((self._contents(), tuple((one.returned, one.outputs, one.trouble) for one in ran)))
        if key in self._ended:
            return
        self._ended.add(key)
        yield self.bench.observed(ran, self._told())

    def _ran(self, lane: Lane, at: int, trouble: str) -> Ran:
        stimulus, machine = lane.runs[at]
        if machine.ended is None:
            return self.bench.not_seen(stimulus, HookscopeError.of("deadlock", trouble or "it never ran"))
        return self.bench.ran(stimulus, machine, lane.outputs(at))

    def _told(self) -> str:
        """The order in words: how far each CPU goes before another one's turn."""
        turns: list[tuple[int, int | None]] = []
        for cpu, line in self._order:
            if turns and turns[-1][0] == cpu:
                turns.pop()
            turns.append((cpu, line))
        if len({cpu for cpu, _ in turns}) < 2:
            return ""
        words = [f"CPU {cpu} {f'up to line {line}' if line else 'to its end'}" for cpu, line in turns[:12]]
        return "in this order: " + ", ".join(words) + (" …" if len(turns) > len(words) else "")
