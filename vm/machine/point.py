"""Points: a slot of a program of a run in one number, so that the path of a run is a plain array."""

from vm.machine.state import SLOT_BITS

_SLOT = (1 << SLOT_BITS) - 1


def point(program: int, pc: int) -> int:
    """Slot ``pc`` of program ``program``."""
    return program << SLOT_BITS | pc


def program_of(at: int) -> int:
    """The program of a point."""
    return at >> SLOT_BITS


def pc_of(at: int) -> int:
    """The slot of a point."""
    return at & _SLOT
