"""The frames of a machine's calls as native code keeps them."""

from struct import Struct

from vm.change import FrameEntered
from vm.jit.guarded.arena import DEEPEST, DEPTH, FRAME_SIZE, FRAMES, WINDOW_BASE
from vm.jit.runner.runner import Runner
from vm.machine.state import State
from vm.memory.region import WINDOW_BITS

_FRAME = Struct("<QQ4Q")
"""Where native code goes on (0: it hands back), the slot there, r6 to r9."""


class NativeFrames:
    """Both sides of the frames. Those that the machine entered, the machine leaves."""

    def __init__(self, state: State, runner: Runner) -> None:
        self._state = state
        self._runner = runner
        self._seen: list[FrameEntered] = []
        """The frames as they were when last compared."""

    def forget(self) -> None:
        """What the runner has of frames counts for nothing."""
        self._seen = []

    def show(self) -> None:
        """Hands over the machine's frames."""
        frames, runner = self._state.frames, self._runner
        for n, frame in enumerate(frames):
            if n >= len(self._seen) or self._seen[n] is not frame:
                runner.put(FRAMES + n * FRAME_SIZE, _FRAME.pack(0, 0, *frame.saved))
        runner.set_word(DEPTH, len(frames))
        runner.set_word(DEEPEST, len(frames))
        self._seen = list(frames)

    def deepest(self) -> int:
        """How many calls were under way at most."""
        return self._runner.word(DEEPEST)

    def take(self) -> None:
        """Gives the machine the frames that native code entered, and takes those it left."""
        state, runner = self._state, self._runner
        depth, deepest = runner.word(DEPTH), runner.word(DEEPEST)
        if not deepest:
            return
        for n in range(depth):
            place, following, r6, r7, r8, r9 = _FRAME.unpack(runner.get(FRAMES + n * FRAME_SIZE, _FRAME.size))
            frame = FrameEntered(following, (r6, r7, r8, r9), False, state.program)
            if place and (n >= len(state.frames) or state.frames[n] != frame):
                state.frames[n:] = [frame]
        del state.frames[depth:]
        for n, stack in enumerate(state.stacks):
            stack.alive = n <= depth
        runner.unsure((stack.base >> WINDOW_BITS) - WINDOW_BASE for stack in state.stacks[1:])
        runner.set_word(DEEPEST, depth)
        self._seen = list(state.frames)
