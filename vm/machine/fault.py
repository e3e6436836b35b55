"""Faults the machine itself finds, in words for a learner."""

from vm.change import Change
from vm.machine.state import Executor, Site
from vm.memory.fault import Fault, FaultKind, MachineFault


def raising(kind: FaultKind, message: str) -> Executor:
    """An executor that ends the run with that fault: what stands where no instruction can."""

    def execute() -> tuple[Change, ...]:
        raise MachineFault(Fault(kind, message))

    return execute


def guarded(execute: Executor, at: Site, target: int) -> Executor:
    """``execute``, which may go to slot ``target``, made to fault on going where there is no such slot.

    The slot behind the last one is let through, since running past the end has its own fault there.
    """
    if 0 <= target <= at.slots:
        return execute
    state, fault = at.state, outside(f"the jump at slot {at.pc} goes to", target, at.slots)

    def checked() -> tuple[Change, ...]:
        changes = execute()
        if state.pc == target:
            state.pc = at.pc
            raise MachineFault(fault)
        return changes

    return checked


def outside(what: str, target: int, slots: int) -> Fault:
    """The fault of going to slot ``target`` of a program of ``slots`` slots."""
    return Fault(FaultKind.BAD_JUMP, f"{what} slot {target}, but the program has slots 0 to {slots - 1}")
