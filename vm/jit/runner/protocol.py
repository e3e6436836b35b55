"""What the two sides say to each other: fixed messages over pipes; everything else is in shared memory."""

from enum import IntEnum
from struct import Struct
from typing import Final

from vm.jit.guarded.arena import ARENA_SIZE, HEADER

MESSAGE: Final = Struct("<BQQ")
"""An order and its two numbers."""
DONE: Final = b"+"
SHARED_SIZE: Final = HEADER + ARENA_SIZE
"""Bytes of the sparse file that both sides map: header, then arena."""
CODE_SIZE: Final = 16 << 20
"""Bytes of the file with code: the parent may write it, the runner only execute it."""


class Order(IntEnum):
    """What the runner is told to do."""

    OPEN = 1
    """Let the arena's bytes from the first number, as many as the second says, be read and written."""
    RUN = 2
    """Call the code at the first number, to go on at the second."""
    CLOSE = 3
    """Let no byte of the arena be read or written."""
