"""The end of a function or of the program."""

from vm.change import Change, Ended
from vm.instruction import Exit
from vm.machine.commit import drain
from vm.machine.frames import leave
from vm.machine.state import Executor, Site, State


def bind_exit(_: Exit, at: Site) -> Executor:
    """``exit``: back to the caller, or the end of the program with r0 as its value."""
    state = at.state

    def execute() -> tuple[Change, ...]:
        finish(state)
        return drain(state)

    return execute


def finish(state: State) -> None:
    """Leaves the running frame; from the main program's, ends the run."""
    if state.frames:
        leave(state)
    else:
        state.ended = ended = Ended("exit", state.registers[0])
        state.world.memory.journal.append(ended)
