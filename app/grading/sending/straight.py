"""Stimuli given straight to a program: one machine for each, all on the same maps."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Any

from app.grading.budget import RUN_STEPS, Budget, SpentError
from app.grading.observed import Observed, Ran
from app.grading.sending.contents import key_bytes, value_bytes
from app.grading.sending.stimulus import Stimulus
from app.grading.subject import Subject
from vm.change import Change, Emitted
from vm.helpers.event import Event
from vm.helpers.redirect import Redirect
from vm.helpers.table import HELPERS
from vm.instruction import Jump
from vm.kernel import context
from vm.kernel.context import PacketContext
from vm.kernel.hooks import Effect, HookPoint
from vm.kernel.simulation.maps import Maps
from vm.machine.machine import Machine
from vm.machine.point import pc_of, program_of
from vm.machine.state import World
from vm.maps import BpfMap
from vm.maps.ringbuf import RingBufMap
from vm.program import Program
from vm.source import HookscopeError, did_you_mean
from vm.uapi.map_types import MapType

_AT_ONCE = 512
Contents = Mapping[str, Mapping[str | int, Any]]


@dataclass(eq=False)
class Bench:
    """The programs of a subject on fresh maps, ready to be given stimuli.

    ``reads`` says whether user space reads what is sent to it, between one thing and the next.
    """

    subject: Subject
    point: HookPoint
    seed: int
    budget: Budget
    contents: Contents = field(default_factory=dict)
    reads: bool = True
    cover: bool = False
    cpus: int = 2

    def __post_init__(self) -> None:
        programs = self.subject.programs
        self.programs: tuple[Program, ...] = tuple(
            replace(program, prog_type=self.point.prog_type) if program is not programs[0] else program
            for program in programs
        )
        self.maps = Maps(self.programs, self.cpus)
        self.loaded = self.maps.loaded(self.programs)
        self.by_name = {made.spec.name: made for made in self.maps.maps}
        for name, entries in self.contents.items():
            fill(self._map(name), entries)
        self.taken: set[tuple[int, int, bool]] = set()

    def _map(self, name: str) -> BpfMap:
        if name not in self.by_name:
            hint = did_you_mean(name, self.by_name) or f"keep the line that declares `{name}`"
            raise HookscopeError.of("no-map", f"the program has no map `{name}`", hint)
        return self.by_name[name]

    def machine(self, stimulus: Stimulus) -> Machine:
        """A machine before its first step; raises HookscopeError for a packet that no program sees."""
        event = Event(
            time_ns=1_000_000_000 + stimulus.time_ns,
            cpu=stimulus.cpu,
            seed=self.seed * 1_000_003 + stimulus.number,
        )
        if stimulus.task is not None and stimulus.probe is not None:
            event = replace(event, task=stimulus.task, probe=stimulus.probe)
        memory = self.maps.memory.beside()
        fields: dict[str, int] = {}
        ctx = context.create(self.point.prog_type, stimulus.what, memory, event, fields=fields)
        world = World(
            self.programs, memory, self.maps.maps, self.loaded.indices, event, ctx, ctx.address, 0, fields,
            HELPERS, self.maps.at,
        )  # fmt: skip
        return Machine(world, RUN_STEPS)

    def set(self, values: Mapping[str, bytes]) -> tuple[Change, ...]:
        """Puts bytes into variables, as user space would; what that changed."""
        journal = self.maps.memory.journal
        journal.clear()
        for name, value in values.items():
            datum = self.subject.data[name]
            spec = self.subject.assembly.symbols.maps[datum.map_index]
            found = self._map(spec.name)
            whole = found.user_lookup(bytes(4))
            if not isinstance(whole, bytes):
                raise HookscopeError.of("no-variable", f"`{name}` cannot be set from outside")
            changed = whole[: datum.offset] + value + whole[datum.offset + datum.size :]
            found.user_update(bytes(4), changed)
        changes = tuple(journal)
        journal.clear()
        return changes

    def read(self) -> None:
        """User space reads what there is, if it reads at all."""
        if not self.reads:
            return
        for made in self.maps.maps:
            if isinstance(made, RingBufMap):
                made.consume()
        self.maps.memory.journal.clear()

    def finish(self, machine: Machine) -> list[Emitted]:
        """Runs a machine to its end; what it sent to user space."""
        outputs: list[Emitted] = []
        path: list[int] = []
        seen: Callable[[int], None] | None = path.append if self.cover else None
        while machine.ended is None:
            before = machine.number
            gather(machine.run(_AT_ONCE, seen), outputs)
            self.budget.tick(machine.number - before)
        if self.cover:
            self._cover(path)
        return outputs

    def _cover(self, path: Sequence[int]) -> None:
        for at, after in pairwise(path):
            program, pc = program_of(at), pc_of(at)
            insn = self.programs[program].insns[pc]
            if isinstance(insn, Jump):
                self.taken.add((program, pc, pc_of(after) != pc + 1))

    def ran(self, stimulus: Stimulus, machine: Machine, outputs: Sequence[Emitted]) -> Ran:
        """What became of a stimulus whose machine has ended."""
        ended, ctx = machine.outcome(), machine.world.ctx
        if ended.how == "budget":
            raise SpentError(f"one run did not come to its end within {RUN_STEPS:,} steps")
        base = Ran(
            stimulus.number,
            stimulus.words,
            None,
            "",
            stimulus.packet,
            cpu=stimulus.cpu,
            outputs=tuple(outputs),
        )
        if ended.how != "exit":
            return replace(base, verdict="FAULT", trouble=ended.message, fault=machine.fault)
        verdict = self.point.verdict(ended.value)
        left = ctx.leave().data if isinstance(ctx, PacketContext) else None
        stops = verdict.effect in (Effect.DROP, Effect.DENY, Effect.ABORTED)
        return replace(
            base,
            returned=ended.value,
            verdict=verdict.name,
            left=left,
            stopped=stops,
            mark=machine.world.fields.get("skb.mark", 0),
            redirected=redirected_to(machine.world) if verdict.effect is Effect.REDIRECT else None,
        )

    def not_seen(self, stimulus: Stimulus, error: HookscopeError) -> Ran:
        """What is said of a packet that no program can be given."""
        why = error.diagnostic.message
        return Ran(stimulus.number, stimulus.words, None, "NOT SEEN", stimulus.packet, trouble=why)

    def observed(self, ran: Sequence[Ran], order: str = "") -> Observed:
        """All that happened, the maps as they are now."""
        ordered = tuple(sorted(ran, key=lambda one: one.number))
        return Observed(ordered, self.by_name, self.cpus, order, frozenset(self.taken))


def redirected_to(world: World) -> int | None:
    """The number of the device (of a CPU map: the CPU) that a redirect leads to; None: nowhere."""
    fields = world.fields
    kind, target = Redirect(fields.get("redirect.kind", 0)), fields.get("redirect.target", 0)
    if kind is not Redirect.MAP:
        return None if kind is Redirect.NONE else target
    found = world.maps[fields["redirect.map"]]
    value = found.user_lookup(target.to_bytes(4, "little"))
    if not isinstance(value, bytes):
        return None
    return target if found.spec.type is MapType.CPUMAP else int.from_bytes(value[:4], "little")


def gather(done: Sequence[tuple[Change, ...]], outputs: list[Emitted]) -> None:
    """Adds what steps sent to user space."""
    for changes in done:
        if len(changes) > 2:
            outputs.extend(change for change in changes if isinstance(change, Emitted))


def fill(found: BpfMap, entries: Mapping[str | int, Any]) -> None:
    """Writes entries as user space would; raises HookscopeError where the map does not take one."""
    for key, value in entries.items():
        data = found.for_all_cpus(value_bytes(found.spec, value))
        if found.user_update(key_bytes(found.spec, key), data) < 0:
            raise HookscopeError.of(
                "map-refused", f"the map {found.spec.name} does not take the entry `{key}`", "is it full?"
            )
    found.memory.journal.clear()


def in_turn(bench: Bench, stimuli: Sequence[Stimulus]) -> Iterator[Ran]:
    """One after the other."""
    for stimulus in stimuli:
        bench.read()
        bench.set(stimulus.values)
        try:
            machine = bench.machine(stimulus)
        except HookscopeError as error:
            yield bench.not_seen(stimulus, error)
            continue
        outputs = bench.finish(machine)
        yield bench.ran(stimulus, machine, outputs)


def phases(stimuli: Sequence[Stimulus]) -> list[list[Stimulus]]:
    """Those that come alone, and those that meet, in order."""
    return [list(group) for _, group in groupby(stimuli, key=lambda one: one.meeting)]
