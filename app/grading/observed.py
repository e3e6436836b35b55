"""What happened when a check's things were sent: what every kind of expectation looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vm.change import Emitted
from vm.maps import BpfMap
from vm.memory.fault import Fault


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one thing sent, counted from 1.

    ``verdict`` is the answer's name; ``also`` are other words for what became of it. ``returned`` is r0, None
    where the program did not come to its exit (``trouble`` says why) or did not see it.
    """

    number: int
    words: str
    returned: int | None
    verdict: str
    sent: bytes | None = None
    left: bytes | None = None
    also: tuple[str, ...] = ()
    trouble: str = ""
    fault: Fault | None = None
    cpu: int = 0
    outputs: tuple[Emitted, ...] = ()
    truth: str = ""
    stopped: bool = False
    """A packet was dropped, or a call denied, by a program."""
    mark: int = 0
    redirected: int | str | None = None
    """The device it was sent to instead: its number, or its name."""
    happening: int = 0
    """In a simulation, its number among all that happens, from 0."""

    @property
    def named(self) -> str:
        """Which it is, in words."""
        return f"number {self.number}" + (f" ({self.words})" if self.words else "")


@dataclass(frozen=True, slots=True)
class Observed:
    """All of it: each thing sent, and the maps at the end, by name.

    ``order`` says in which order steps of several CPUs came, where that was tried; ``taken`` the ways of each
    conditional jump that were taken, as (program, slot, jumped).
    """

    ran: tuple[Ran, ...]
    maps: Mapping[str, BpfMap]
    cpus: int = 2
    order: str = ""
    taken: frozenset[tuple[int, int, bool]] = frozenset()
    wanted: frozenset[str] = field(default_factory=frozenset)

    @property
    def outputs(self) -> tuple[Emitted, ...]:
        """What user space heard, in order."""
        return tuple(output for ran in self.ran for output in ran.outputs)
