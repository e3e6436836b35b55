"""One CPU of several: its runs in turn, each going on to the next step that others can tell."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.grading.sending.stimulus import Stimulus
from vm.change import Emitted
from vm.instruction import Atomic, Call, Load, LoadAcquire, Store, StoreRelease
from vm.isa import CallKind
from vm.machine.machine import Machine
from vm.memory.region import RegionKind
from vm.uapi.helper_ids import HelperId
from vm.word import MASK64

PRIVATE = frozenset(
    {
        HelperId.KTIME_GET_NS, HelperId.KTIME_GET_BOOT_NS, HelperId.GET_SMP_PROCESSOR_ID,
        HelperId.GET_PRANDOM_U32, HelperId.GET_CURRENT_PID_TGID, HelperId.GET_CURRENT_UID_GID,
        HelperId.GET_CURRENT_COMM, HelperId.CSUM_DIFF, HelperId.SKB_LOAD_BYTES, HelperId.XDP_ADJUST_HEAD,
        HelperId.PROBE_READ_KERNEL, HelperId.PROBE_READ_USER, HelperId.PROBE_READ_USER_STR,
    }
)  # fmt: skip
"""Helpers whose calls no other CPU can tell."""


@dataclass(eq=False)
class Lane:
    """``runs`` of one CPU, each with its machine, and how far it is."""

    cpu: int
    runs: list[tuple[Stimulus, Machine]]
    at: int = 0
    line: int | None = None
    """The line of its next step that others can tell; None: its last run is over."""
    _turns: list[tuple[int, list[int], int | None]] = field(default_factory=list)
    _outputs: list[list[Emitted]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._outputs = [[] for _ in self.runs]

    @property
    def over(self) -> bool:
        """Whether all its runs have ended."""
        return self.at == len(self.runs)

    def places(self) -> Iterator[int]:
        """The numbers of its runs."""
        yield from range(len(self.runs))

    def outputs(self, at: int) -> list[Emitted]:
        """What a run has sent to user space."""
        return self._outputs[at]

    def able(self) -> bool:
        """Whether it can go on: it has not ended, and waits for no lock."""
        return not self.over and not _waits(self.runs[self.at][1])

    def turn(self, limit: int) -> int:
        """Takes the next step, and those behind it that no other CPU can tell; how many."""
        begun = self.at
        taken = [0] * len(self.runs)
        first = True
        while not self.over:
            machine = self.runs[self.at][1]
            if machine.ended is not None:
                self.at += 1
                continue
            if not first and (visible(machine) or sum(taken) >= limit):
                break
            self._step(machine)
            taken[self.at] += 1
            first = False
        self._turns.append((begun, taken, self.line))
        self.line = None if self.over else _line(self.runs[self.at][1])
        return sum(taken)

    def _step(self, machine: Machine) -> None:
        step = machine.step()
        if step is not None and len(step.changes) > 2:
            sent = [change for change in step.changes if isinstance(change, Emitted)]
            self._outputs[self.at].extend(sent)

    def back(self) -> None:
        """Takes the last turn back."""
        begun, taken, line = self._turns.pop()
        for at in range(len(self.runs) - 1, -1, -1):
            for _ in range(taken[at]):
                step = self.runs[at][1].back()
                sent = sum(isinstance(change, Emitted) for change in step.changes) if step else 0
                if sent:
                    del self._outputs[at][-sent:]
        self.at, self.line = begun, line

    def key(self) -> tuple[object, ...]:
        """Where it is, and all that is its own."""
        ended = tuple(
            (machine.ended.how, machine.ended.value)
            for _, machine in self.runs[: self.at]
            if machine.ended is not None
        )
        sent = tuple(tuple(one.data for one in outputs) for outputs in self._outputs)
        return (self.at, ended, sent, None if self.over else _state(self.runs[self.at][1]))


def _state(machine: Machine) -> tuple[object, ...]:
    state = machine.state
    shared = len(machine.world.maps)
    own = tuple(
        hash(bytes(region.data))
        for region in machine.world.memory.regions
        if region.kind not in (RegionKind.MAP, RegionKind.MAP_VALUE) and region.alive
    )
    fields = frozenset(state.fields.items())
    return state.program, state.pc, tuple(state.registers), tuple(state.frames), fields, own, shared


def _line(machine: Machine) -> int | None:
    state = machine.state
    span = machine.world.programs[state.program].spans.get(state.pc)
    return span.line if span is not None else None


def visible(machine: Machine) -> bool:
    """Whether another CPU could tell when the next step comes."""
    state = machine.state
    insns = machine.world.programs[state.program].insns
    if not 0 <= state.pc < len(insns):
        return False
    match insns[state.pc]:
        case Load(src=base, off=off) | LoadAcquire(src=base, off=off):
            return _shared(machine, state.registers[base] + off)
        case Store(dst=base, off=off) | Atomic(dst=base, off=off) | StoreRelease(dst=base, off=off):
            return _shared(machine, state.registers[base] + off)
        case Call(CallKind.HELPER, imm=number):
            return number not in PRIVATE
        case _:
            return False


def _shared(machine: Machine, address: int) -> bool:
    place = machine.world.memory.locate(address & MASK64)
    if place is None or place.region.kind is not RegionKind.MAP_VALUE:
        return False
    owner = place.region.owner
    maps = machine.world.maps
    return not 0 <= owner < len(maps) or maps[owner].cpu_of(place.region) is None


def _waits(machine: Machine) -> bool:
    """Whether the next step takes a lock that is held."""
    state = machine.state
    insns = machine.world.programs[state.program].insns
    insn = insns[state.pc] if 0 <= state.pc < len(insns) else None
    if not (isinstance(insn, Call) and insn.kind is CallKind.HELPER and insn.imm == HelperId.SPIN_LOCK):
        return False
    place = machine.world.memory.locate(state.registers[1])
    if place is None:
        return False
    return any(place.region.data[place.off : place.off + 4])
