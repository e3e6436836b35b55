"""What carries a machine to the end of its run: the machine itself, step by step, or something faster."""

from typing import Protocol

from vm.change import Ended
from vm.machine.machine import Machine


class Engine(Protocol):
    """Brings a machine that has not begun to its end; how it ended is the same with every engine."""

    def outcome(self, machine: Machine) -> Ended:
        """How the run ended."""
        ...


class Stepping:
    """The machine alone."""

    def outcome(self, machine: Machine) -> Ended:
        """Takes every step."""
        return machine.outcome()


STEPPING = Stepping()
