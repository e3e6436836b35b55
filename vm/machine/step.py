"""What one step was."""

from vm.change import Change, record
from vm.memory.fault import Fault


@record
class Step:
    """Step ``number`` took the state before it to the state after it by ``changes``.

    ``pc`` is the slot that was executed, in program ``program`` of the run, ``depth`` calls deep. ``fault``
    is why the run ended here, if it did by one. A step whose run is out of budget executes nothing.
    """

    number: int
    pc: int
    program: int
    depth: int
    changes: tuple[Change, ...]
    fault: Fault | None = None
