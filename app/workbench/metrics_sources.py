"""What makes maps change while they are watched: packets at a hook, or a scenario of the modeled kernel."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

from app.schemas.simulate import AttachmentInput, SimulationInputs
from app.schemas.trace import Inputs
from app.workbench.run import setup_of
from app.workbench.simulate_inputs import plan_of
from app.workbench.tally import ENDLESS_STEPS, TOTAL_STEPS
from vm.kernel.contents import Contents, contents_of, maps_after
from vm.kernel.path import send
from vm.kernel.scenario import MILLISECOND, Carry
from vm.kernel.simulation.simulation import simulate
from vm.kernel.stream import Stream
from vm.program import MapSpec

Reading = tuple[Contents | None, ...]
_NAMES_ITS_HOOK = re.compile(r"^\s*\.hook\b", re.MULTILINE)


class Source(Protocol):
    """Events one after the other, and maps that can be read between any two of them."""

    times: Sequence[int]
    """When each event comes, in nanoseconds from the first; never less than the one before."""
    maps: tuple[MapSpec, ...]

    @property
    def done(self) -> int:
        """How many events have come."""

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""

    def step(self) -> None:
        """Lets the next thing happen."""

    def read(self) -> Reading:
        """What every map of ``maps`` holds now."""


class Packets:
    """A program's own packets, sent to its hook; raises HookscopeError where there is nothing to run."""

    def __init__(self, inputs: Inputs) -> None:
        self._hook, self._setup = setup_of(inputs)[:2]
        self._stream = Stream(self._setup, self._hook)
        given = self._setup.times_ns
        times = (given[at] if at < len(given) else at * MILLISECOND for at in range(len(self._stream)))
        self.times: Sequence[int] = tuple(accumulate(times, max))
        self.maps = tuple(dict.fromkeys(spec for one in self._setup.programs for spec in one.maps))
        self._carry: Carry | None = None
        self._steps = self._endless = self._done = 0

    @property
    def done(self) -> int:
        """How many packets have been sent."""
        return self._done

    @property
    def finished(self) -> bool:
        """Whether all have been, or the program has used up its steps."""
        spent = self._steps >= TOTAL_STEPS or self._endless >= ENDLESS_STEPS
        return self._done == len(self._stream) or spent

    def step(self) -> None:
        """Sends the next packet."""
        setup, index = self._setup, self._done
        attached = {self._hook.name: setup.programs}
        event = self._stream.event(index)
        journey = send(setup.packets[index], attached, event, self._carry, setup.budget.steps)
        self._carry, self._done = journey.maps, index + 1
        if journey.run is not None:
            self._steps += journey.run.steps
            self._endless += journey.run.steps if journey.run.ended.how == "budget" else 0

    def read(self) -> Reading:
        """What the maps hold between two packets."""
        return contents_of(maps_after(self._setup, self._carry))


class Scenario:
    """A scenario of the modeled kernel, the program attached where it says; raises HookscopeError."""

    def __init__(self, inputs: Inputs, scenario: str) -> None:
        place = "" if _NAMES_ITS_HOOK.search(inputs.source) else inputs.hook
        attached = (AttachmentInput(source=inputs.source, place=place),)
        plan = plan_of(SimulationInputs(scenario=scenario, seed=inputs.seed, attachments=attached))
        attachments = [one.attachment for one in plan.attached]
        self._simulation = simulate(plan.made.world, plan.made.events, attachments)
        self.times: Sequence[int] = tuple(accumulate((one.time_ns for one in self._simulation.events), max))
        self.maps = tuple(found.spec for found in self._simulation.maps)

    @property
    def done(self) -> int:
        """How many of the scenario's events have happened."""
        return self._simulation.done

    @property
    def finished(self) -> bool:
        """Whether everything has happened that follows from them."""
        return self._simulation.finished

    def step(self) -> None:
        """Lets the next thing happen."""
        self._simulation.advance()

    def read(self) -> Reading:
        """What the maps hold now."""
        return contents_of(self._simulation.maps)


def source_of(inputs: Inputs, scenario: str) -> Source:
    """The scenario of that id, or the program's own packets where none is named."""
    return Scenario(inputs, scenario) if scenario else Packets(inputs)
