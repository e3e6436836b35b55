"""What a scenario is: a seeded, parameterised source of events with the truth about each."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from vm.kernel.world.events import Event
from vm.kernel.world.spec import DEFAULT_WORLD, WorldSpec
from vm.source import HookscopeError, did_you_mean

MAX_EVENTS = 100_000
SECOND, MILLISECOND, MICROSECOND = 1_000_000_000, 1_000_000, 1_000
START_NS = SECOND
"""When the first source starts, counted from the host's boot."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A whole number that a learner may choose from ``low`` to ``high``."""

    name: str
    doc: str
    default: int
    low: int
    high: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """The seed and the parameters of one simulation, all of them known and in range."""

    seed: int
    numbers: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]


Sources = Callable[[Values], Iterable[Iterator[Event]]]
"""Makes streams of events, each in the order of time and each without end or with one."""


def _default_world(_values: Values) -> WorldSpec:
    return DEFAULT_WORLD


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the registry. ``truths`` says what each label means; ``wanted`` are those to detect.

    ``attach`` are hooks where a program sees it happen, the most telling first.
    """

    id: str
    title: str
    doc: str
    look_for: str
    sources: Sources = field(repr=False)
    parameters: tuple[Parameter, ...]
    truths: Mapping[str, str]
    wanted: frozenset[str] = frozenset()
    attach: tuple[str, ...] = ("xdp:eth0",)
    events: int = 1_000
    world: Callable[[Values], WorldSpec] = field(default=_default_world, repr=False)

    @property
    def all_parameters(self) -> Mapping[str, Parameter]:
        """Its own parameters, and how many events there are."""
        count = Parameter("events", "How many events happen.", self.events, 1, MAX_EVENTS)
        return MappingProxyType({item.name: item for item in (count, *self.parameters)})


@dataclass(frozen=True, slots=True)
class Made:
    """A world and what happens in it: ``count`` events at most, made as they are asked for, once."""

    world: WorldSpec
    events: Iterator[Event] = field(repr=False)
    count: int
    wanted: frozenset[str]


def values_of(scenario: Scenario, seed: int, given: Mapping[str, int]) -> Values:
    """All parameters, those not given by default; raises HookscopeError for one unknown or out of range."""
    known = scenario.all_parameters
    for name, value in given.items():
        if name not in known:
            hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise HookscopeError.of(
                "unknown-parameter", f"the scenario {scenario.id} has no parameter `{name[:40]}`", hint
            )
        row = known[name]
        if not row.low <= value <= row.high:
            raise HookscopeError.of(
                "parameter-range",
                f"`{name}` cannot be {value:,}",
                f"{row.doc.rstrip('.')}: {row.low:,} to {row.high:,}",
            )
    return Values(seed, MappingProxyType({name: given.get(name, row.default) for name, row in known.items()}))


def make(scenario: Scenario, seed: int = 1, given: Mapping[str, int] = MappingProxyType({})) -> Made:
    """The scenario with these parameters; equal arguments give equal events."""
    values = values_of(scenario, seed, given)
    events = islice(heapq.merge(*scenario.sources(values), key=_time), values["events"])
    return Made(scenario.world(values), events, values["events"], scenario.wanted)


def _time(event: Event) -> int:
    return event.time_ns
