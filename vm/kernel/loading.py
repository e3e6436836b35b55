"""Programs' maps made for a run: programs of one file share them by name, as libbpf would."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vm.helpers.event import Event
from vm.maps import BpfMap, create_all
from vm.memory.memory import Memory
from vm.program import MapSpec, Program


@dataclass(frozen=True, slots=True)
class Loaded:
    """The maps of a run, and for each program the place there of each of its own maps."""

    maps: tuple[BpfMap, ...]
    indices: tuple[tuple[int, ...], ...]


CPUS = 2
"""Processors of the modeled machine; more only for a run on one beyond."""


def cpus_for(event: Event) -> int:
    """How many CPUs per-CPU maps have values for."""
    return max(CPUS, event.cpu + 1)


def load_maps(programs: Sequence[Program], memory: Memory, cpus: int = 1, *, fresh: bool = True) -> Loaded:
    """Makes the maps of all programs; ``fresh`` fills in their first contents, otherwise they stay empty.

    Raises HookscopeError for a map Linux would refuse, or one too big for a run.
    """
    specs: list[MapSpec] = []
    indices = tuple(tuple(_place(specs, spec) for spec in program.maps) for program in programs)
    wanted = specs if fresh else [replace(spec, init=(), frozen=False) for spec in specs]
    return Loaded(create_all(wanted, memory, cpus), indices)


def _place(specs: list[MapSpec], spec: MapSpec) -> int:
    if spec not in specs:
        specs.append(spec)
    return specs.index(spec)
