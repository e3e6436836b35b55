"""Changes made through the one ``apply``: for steps that do more than set a register."""

from vm.change import Change, FieldChanged, RegisterChanged
from vm.machine.apply import apply
from vm.machine.state import State


def commit(state: State, *changes: Change) -> None:
    """Carries the changes out and journals them."""
    journal = state.world.memory.journal
    for change in changes:
        apply(state, change, forwards=True)
        journal.append(change)


def set_register(state: State, n: int, after: int) -> None:
    """Writes register ``n``."""
    commit(state, RegisterChanged(n, state.registers[n], after))


def set_field(state: State, name: str, after: int) -> None:
    """Sets a number the kernel keeps for the run."""
    commit(state, FieldChanged(name, state.fields.get(name), after))


def drain(state: State) -> tuple[Change, ...]:
    """All changes journaled since the last step, and an empty journal."""
    journal = state.world.memory.journal
    changes = tuple(journal)
    journal.clear()
    return changes
