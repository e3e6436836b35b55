"""Steps a machine and tells each step."""

from collections.abc import Callable

from vm.machine.machine import Machine
from vm.machine.step import Step
from vm.story.asks import asks, is_settled
from vm.story.did import tell
from vm.story.moment import Moment, moment_of
from vm.story.names import Names
from vm.story.part import Sentence, Told


class Teller:
    """Walks a machine forwards, telling each step; the machine may be anywhere in its run."""

    def __init__(self, machine: Machine, verdict_name: Callable[[int], str]) -> None:
        self.machine = machine
        self.names = Names(machine)
        self.verdict_name = verdict_name
        self._asked: tuple[int, Moment] | None = None
        self._settled: dict[tuple[int, int], Sentence] = {}
        """What instructions are about to do, by program and slot, where it is the same each time."""

    def asks(self) -> Sentence:
        """What the next instruction is about to do; empty at the end."""
        if self.machine.ended is not None:
            return ""
        moment = self._moment()
        if not is_settled(moment.insn):
            return asks(moment)
        place = self.machine.state.program, moment.pc
        if place not in self._settled:
            self._settled[place] = asks(moment)
        return self._settled[place]

    def step(self) -> tuple[Step, Told, Moment] | None:
        """Takes one step and tells it; None when the run has ended."""
        if self.machine.ended is not None:
            return None
        moment = self._moment()
        step = self.machine.advance()
        if step is None:
            return None
        state = self.machine.state
        moment.after = list(state.registers)
        moment.changes = step.changes
        moment.fault = step.fault
        moment.label_after = self.names.label(state.pc)
        return step, tell(moment, self.verdict_name), moment

    def _moment(self) -> Moment:
        """The moment before the next step, which is both asked and told of."""
        number = self.machine.number
        if self._asked is None or self._asked[0] != number:
            self._asked = number, moment_of(self.machine, self.names)
        return self._asked[1]
