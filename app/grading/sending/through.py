"""A check's things sent along the modeled kernel, every program of the text attached at its ``.hook``."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.grading.budget import RUN_STEPS, Budget, SpentError
from app.grading.case import text_of
from app.grading.observed import Observed
from app.grading.sending.fuzz import fuzzed
from app.grading.sending.outcomes import ran_of, with_frames
from app.grading.sending.stimuli import capture, check_variations
from app.grading.sending.straight import fill
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.schema.checks import Check
from app.lessons.schema.send import FuzzSend, PacketSend, PcapSend, RunSend, ScenarioSend, Send, Sent
from app.scenarios.entries import Stream
from app.scenarios.read import read_or_raise
from app.scenarios.schema import Call, Function, Packet, Running, Sampled, Woken
from app.scenarios.vary import VaryError
from app.workbench.simulate_inputs import attached_at, check_target, named_apart
from vm.kernel.packet.pcap import read_capture
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import Made, make
from vm.kernel.scenarios.table import scenario_named
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.events import Event, PacketArrives
from vm.kernel.world.spec import DEFAULT_WORLD, WorldSpec
from vm.machine.trace import Budget as StepBudget
from vm.source import HookscopeError, did_you_mean

CALLS: Final = (Call, Function, Woken, Running, Sampled)
MOST_EVENTS: Final = 20_000
CHUNK, MANY = 64, 20_000
"""Events between two looks at the budget: at most; and steps after which there is one event only."""
_GAP: Final = 1_000_000


def goes_through(check: Check) -> bool:
    """Whether the modeled kernel takes part: it is asked for, or what is sent is none of packets and runs."""
    if check.through is not None:
        return check.through == "kernel"
    return any(isinstance(send, (*CALLS, ScenarioSend)) for send in check.send)


@dataclass(slots=True)
class Through:
    """A simulation made of what a check sends."""

    subject: Subject
    check: Check
    files: Files
    seed: int
    budget: Budget
    wanted: frozenset[str] = frozenset()
    _events: list[Event] = field(default_factory=list)
    _now: int = 0

    def observed(self) -> Observed:
        """What happened to each event; raises HookscopeError for what cannot be simulated."""
        simulation = self.simulation()
        chunk = 1
        while not simulation.finished:
            done = len(simulation.outcomes)
            simulation.advance(chunk)
            steps = [hop.steps for outcome in simulation.outcomes[done:] for hop in outcome.hops]
            self.budget.tick(sum(steps))
            if any(count >= RUN_STEPS for count in steps):
                raise SpentError(f"one run did not come to its end within {RUN_STEPS:,} steps")
            chunk = min(CHUNK, 2 * chunk) if sum(steps) < MANY else 1
        ran = tuple(ran_of(simulation, self._events))
        if self.check.expect.output is not None:
            ran = with_frames(ran, simulation)
        return Observed(
            ran,
            {made.spec.name: made for made in simulation.maps},
            simulation.spec.cpus,
            wanted=self.wanted,
        )

    def simulation(self) -> Simulation:
        """The world with the programs attached, nothing having happened."""
        world = self._world()
        attached = tuple(named_apart(attached_at(self.subject.placed, "", self.subject.answer.source)))
        for item in attached:
            check_target(item.attachment.place, world)
        for place, send in enumerate(self.check.send):
            self._take(send, place, world)
        self._events.sort(key=lambda event: event.time_ns)
        if len(self._events) > MOST_EVENTS:
            raise HookscopeError.of("too-much", f"a check has at most {MOST_EVENTS:,} events")
        made = simulate(
            world, self._events, [item.attachment for item in attached], budget=StepBudget(RUN_STEPS)
        )
        by_name = {found.spec.name: found for found in made.maps}
        for name, entries in self.check.maps.items():
            if name not in by_name:
                raise HookscopeError.of(
                    "no-map", f"the program has no map `{name}`", did_you_mean(name, by_name)
                )
            fill(by_name[name], entries)
        return made

    def _world(self) -> WorldSpec:
        """That of the scenario; the default one without any."""
        scenes = [send for send in self.check.send if isinstance(send, ScenarioSend)]
        if not scenes:
            return DEFAULT_WORLD
        if len(scenes) > 1:
            raise HookscopeError.of("too-much", "one scenario at a time can be sent", "make two checks of it")
        made = made_of(scenes[0], self.files, self.seed)
        self._events += list(made.events)
        self.wanted = made.wanted
        self._now = max((event.time_ns for event in self._events), default=-_GAP) + _GAP
        return made.world

    def _take(self, send: Send, place: int, world: WorldSpec) -> None:
        match send:
            case ScenarioSend():
                return
            case RunSend():
                raise HookscopeError.of("no-run", "`run` goes straight to a program, not through the kernel")
            case PcapSend() | FuzzSend():
                self._frames(list(self._data(send, place)))
            case _:
                self._entry(send, place, world)

    def _data(self, send: PcapSend | FuzzSend, place: int) -> Iterator[bytes]:
        if isinstance(send, PcapSend):
            found = read_capture(capture(self.files, send.pcap)).packets
            yield from [packet.data for packet in found] * send.repeat
            return
        check_variations(send.fuzz.vary)
        draw = Draw(self.seed, f"send {place}")
        yield from fuzzed(send.fuzz.base, send.fuzz.vary, send.fuzz.count, draw)

    def _frames(self, frames: list[bytes]) -> None:
        self._events += [
            PacketArrives(self._now + number * _GAP, "eth0", data) for number, data in enumerate(frames)
        ]
        self._now += len(frames) * _GAP

    def _entry(self, send: Send, place: int, world: WorldSpec) -> None:
        """A packet, a call, a switch: as a script of a scenario has it."""
        entry = as_entry(send)
        start = self._now if entry.at is None else entry.at
        stream = Stream(place, entry, start, _pid(entry, world), world.device("eth0"))
        try:
            events = list(stream.events(self.seed))
        except VaryError as error:
            raise HookscopeError.of("bad-value", str(error)) from None
        cpus = send.cpus if isinstance(send, Sent) else None
        if cpus:
            events = [replace(event, cpu=cpus[at % len(cpus)]) for at, event in enumerate(events)]
        self._events += events
        self._now = max(self._now, stream.end_ns + max(_GAP, entry.every))


def made_of(send: ScenarioSend, files: Files, seed: int) -> Made:
    """A scenario by name, or a script of the folder, with its events."""
    chosen = seed if send.seed == "learner" else send.seed
    if send.scenario.endswith(".yaml"):
        return read_or_raise(text_of(files, send.scenario)).make(chosen, send.events)
    given = {**send.set, **({"events": send.events} if send.events is not None else {})}
    return make(scenario_named(send.scenario), chosen, given)


def as_entry(send: Any) -> Any:
    """What is sent as an entry of a script."""
    if not isinstance(send, PacketSend):
        return send if isinstance(send, CALLS) else Packet(packet=str(send))
    return Packet.model_construct(
        packet=dict(send.form),
        at=send.at,
        repeat=send.repeat,
        every=send.every,
        vary=dict(send.vary),
    )


def _pid(entry: Any, world: WorldSpec) -> int:
    """Whose it is; raises HookscopeError for a process that there is not."""
    who = next((getattr(entry, key) for key in ("process", "wakes", "runs") if hasattr(entry, key)), None)
    if who is None or isinstance(who, int):
        return who or 0
    people = {process.comm: process.pid for process in reversed(world.processes)}
    if who not in people:
        hint = did_you_mean(who, people) or f"there are {', '.join(people)}"
        raise HookscopeError.of("no-process", f"there is no process named `{who}`", hint)
    return people[who]
