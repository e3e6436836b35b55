"""What a drawn control-flow graph is made of: boxes and routes in pixels, y growing downwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vm.cfg.blocks import EdgeKind

Point = tuple[int, int]

CHARACTER = 7.25
"""Width of a character of the 12 px code font."""
LINE = 16
"""Height of a line of code."""
PADDING_X = 10
PADDING_Y = 7
MIN_WIDTH = 60
"""No box is narrower, so that its edges have room to leave and enter."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a block in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Box:
    """Where a block is drawn: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The x behind the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The y below the box."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Route:
    """An edge as a line of horizontal and vertical pieces, from the border of its source to its target's.

    ``pc`` is the instruction that makes the edge. Routes with the same ``bus`` lead to the same block and
    share a line part of the way; all others never run along one another.
    """

    source: int
    target: int
    kind: EdgeKind
    pc: int
    back: bool
    points: tuple[Point, ...]
    bus: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The drawing: its size, a box for each block by number, a route for each flow edge."""

    width: int
    height: int
    blocks: Mapping[int, Box]
    edges: tuple[Route, ...]


def measure(lines: Sequence[str]) -> Size:
    """The size of a block that shows these lines in the code font."""
    longest = max((len(line) for line in lines), default=0)
    width = int(longest * CHARACTER + 0.999) + 2 * PADDING_X
    return Size(max(width, MIN_WIDTH), max(len(lines), 1) * LINE + 2 * PADDING_Y)
