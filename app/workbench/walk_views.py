"""Steps of a walk and the frames before them, as they go over the wire; each frame goes once."""

from app.workbench.knowledge import Values
from app.workbench.values import Json
from vm.verifier.exploration import FrameSeen, Step
from vm.verifier.state import SLOT_TEXT, SPILL


class Frames:
    """Frames by index, each once."""

    def __init__(self) -> None:
        self.views: list[Json] = []
        self._indexes: dict[int, int] = {}
        self._alive: list[FrameSeen] = []

    def index(self, frame: FrameSeen, values: Values) -> int:
        """The index of the view of ``frame``."""
        found = self._indexes.get(id(frame))
        if found is None:
            found = self._indexes[id(frame)] = len(self.views)
            self._alive.append(frame)
            self.views.append(_frame(frame, values))
        return found


def _frame(frame: FrameSeen, values: Values) -> Json:
    """FrameKnown."""
    return {
        "number": frame.frameno,
        "callsite": frame.callsite,
        "regs": [values.index(reg, frame.frameno) for reg in frame.regs],
        "stack": [
            {
                "off": -8 * (number + 1),
                "types": "".join(SLOT_TEXT[kind] for kind in reversed(slot.types)),
                "value": values.index(slot.spilled, frame.frameno) if SPILL in slot.types else None,
            }
            for number, slot in enumerate(frame.stack)
            if any(slot.types)
        ],
    }


def step_view(step: Step, values: Values, frames: Frames) -> Json:
    """WalkStep."""
    return {
        "index": step.index,
        "pc": step.pc,
        "previous": step.previous,
        "path": step.path,
        "frames": [frames.index(frame, values) for frame in step.frames],
        "refs": step.refs,
        "kept": step.kept,
        "stack": step.stack,
    }
