"""Packets through a program, keeping only the answers: what BPF_PROG_TEST_RUN and the map dumps would say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from vm.change import Ended
from vm.kernel.context import PacketContext
from vm.kernel.engine import STEPPING, Engine
from vm.kernel.engine_native import Native
from vm.kernel.native_batch import BatchResult
from vm.kernel.scenario import Scenario, Setup
from vm.maps import BpfMap
from vm.memory.fault import Fault
from vm.source import HookscopeError
from vm.uapi.map_types import MapType
from vm.word import MASK32

Dump = tuple[tuple[bytes, bytes], ...]

_UNREADABLE = frozenset({MapType.RINGBUF, MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.BLOOM_FILTER})
_PER_CPU = frozenset({MapType.PERCPU_ARRAY, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one packet: ``retval`` is r0 as 32 bits, ``data_out`` the packet afterwards.

    A run that did not come to its exit has neither, and a ``message`` that says why, with the ``fault`` if
    it was one.
    """

    retval: int | None
    data_out: bytes | None
    message: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all packets, and what the maps hold in the end (None: a map that cannot be read)."""

    runs: Sequence[Outcome]
    maps: tuple[Dump | None, ...]


def run_all(setup: Setup, engine: Engine = STEPPING) -> Report:
    """Runs the packets in order on the same maps; raises HookscopeError for maps that cannot be made."""
    cpu = setup.event.cpu
    batch = engine.batch(setup) if isinstance(engine, Native) else None
    if batch is not None:
        return Report(_Batched(batch), tuple(dump(found, cpu) for found in batch.maps))
    scenario = Scenario(setup)
    scenario.maps(0)  # maps that cannot be made are nobody's packet's fault
    runs = tuple(_run(scenario, index, engine) for index in range(len(scenario)))
    return Report(runs, tuple(dump(found, cpu) for found in scenario.maps(len(scenario))))


def ended_runs(setup: Setup, engine: Native) -> tuple[Iterator[tuple[Ended, int]], tuple[BpfMap, ...]]:
    """How each packet's, or event's, run ended and after how many steps, and the maps in the end."""
    batch = engine.batch(setup)
    if batch is not None:
        return _ends(batch), batch.maps
    scenario = Scenario(setup)
    machines = (scenario.finished(index, engine) for index in range(len(scenario)))
    ends = [(machine.outcome(), machine.number) for machine in machines]
    return iter(ends), scenario.maps(len(scenario))


def _ends(batch: BatchResult) -> Iterator[tuple[Ended, int]]:
    for index, (value, steps) in enumerate(zip(batch.values, batch.steps, strict=True)):
        helped = batch.finished.get(index)
        yield (helped.ended, helped.steps) if helped is not None else (Ended("exit", value), steps)


class _Batched(Sequence[Outcome]):
    """The outcomes of packets that ran in a batch, each made when it is asked for."""

    def __init__(self, batch: BatchResult) -> None:
        self._batch = batch

    def __len__(self) -> int:
        return len(self._batch.packets)

    @overload
    def __getitem__(self, at: int) -> Outcome: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, at: int | slice) -> Outcome | Sequence[Outcome]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        batch, index = self._batch, range(len(self))[at]
        helped = batch.finished.get(index)
        if helped is None:
            return Outcome(batch.values[index] & MASK32, batch.packets[index])
        if helped.ended.how != "exit":
            return Outcome(None, None, helped.ended.message, helped.fault)
        return Outcome(helped.ended.value & MASK32, helped.data_out)


def _run(scenario: Scenario, index: int, engine: Engine) -> Outcome:
    try:
        machine = scenario.finished(index, engine)
    except HookscopeError as refused:
        return Outcome(None, None, refused.diagnostic.message)
    ended, ctx = machine.outcome(), machine.world.ctx
    if ended.how != "exit":
        return Outcome(None, None, ended.message, machine.fault)
    out = ctx.data_out() if isinstance(ctx, PacketContext) else None
    return Outcome(ended.value & MASK32, out)


def dump(found: BpfMap, cpu: int) -> Dump | None:
    """A map's entries in order of keys, per-CPU values as ``cpu`` sees them; None for a map without such."""
    if found.spec.type in _UNREADABLE:
        return None
    if found.spec.type not in _PER_CPU:
        return tuple(found.items())
    stride, size = (found.spec.value_size + 7) & ~7, found.spec.value_size
    return tuple((key, values[cpu * stride : cpu * stride + size]) for key, values in found.items())
