"""What a simulation keeps to go back, and what it gives of a happening had again."""

from dataclasses import dataclass

from vm.kernel.context import Frame
from vm.kernel.hooks.point import HookPoint
from vm.kernel.scenario import Carry
from vm.kernel.simulation.outcome import Hop, Outcome, Output
from vm.kernel.simulation.start import Start
from vm.kernel.simulation.tables import Tables
from vm.machine.state import World
from vm.program import Program


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole state before happening ``index``."""

    index: int
    event: int
    tables: Tables
    timers: tuple[tuple[int, int, int, object], ...]
    maps: Carry
    programs: tuple[tuple[Program, ...], ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """A hop in full: the frame when it left the station (None: no packet), and the run there, if any."""

    hop: Hop
    frame: Frame | None
    start: Start | None
    point: HookPoint | None

    def world(self) -> World:
        """The surroundings of the run before its first step; raises ValueError where nothing ran."""
        if self.start is None or self.point is None:
            raise ValueError(f"no program ran at {self.hop.station}")
        return self.start.world(self.point)


@dataclass(frozen=True, slots=True)
class Opened:
    """A happening had again in full."""

    outcome: Outcome
    visits: tuple[Visit, ...]
    outputs: tuple[Output, ...]
