"""One happening whole, hop by hop, and its runs opened in the workbench."""

from typing import Annotated

from pydantic import Field

from app.schemas.base import HexBytes, Message
from app.schemas.outcomes import Count, EffectName, OutcomeRow, OutputRow
from app.schemas.packets import PacketView
from app.schemas.trace import Inputs, MapView


class EventRequest(Message):
    """One event in full."""

    simulation: str
    index: Count


class ByteChange(Message):
    """Bytes at an offset into the frame that differ from the hop before."""

    off: int
    before: HexBytes
    after: HexBytes


class HopView(Message):
    """One station on the way of an event. Bytes are given where a frame left it."""

    number: int
    packet: int
    """0 is the packet that came in; others are answers and copies."""
    station: str
    title: str
    kernel: str
    """``sch_handle_ingress, net/core/dev.c``."""
    device: str
    netns: str
    at_ns: int
    effect: EffectName
    verdict: str
    note: str
    attachment: int | None = None
    program: str = ""
    steps: int = 0
    pc: int | None = None
    line: int | None = None
    text: str = ""
    """The line of the source that it ended with."""
    steppable: bool = False
    """A program ran here: it can be opened in the workbench."""
    data: HexBytes | None = None
    """The frame as it left; None for what is no packet."""
    changes: list[ByteChange] = Field(default_factory=list)
    """What the station changed, where the length stayed."""
    resized: int = 0
    """How many bytes longer than it came."""
    numbers: dict[str, int] = Field(default_factory=dict)
    """What the kernel keeps beside the bytes: mark, priority, VLAN tag."""


class EventView(Message):
    """An event in full: its row, its packet taken apart, every hop, and what programs told of it."""

    row: OutcomeRow
    detail: dict[str, str]
    """What is known of it by name: process, arguments, duration."""
    packet: PacketView | None
    hops: list[HopView]
    outputs: list[OutputRow]


class OpenRequest(Message):
    """Open a program's run in the workbench: at which event, at which hop of it."""

    simulation: str
    index: Count
    hop: Annotated[int, Field(ge=0, lt=1000)] = 0


class OpenReply(Message):
    """``run`` is the key of a run of one packet, to be asked for windows, marks and stops as any other;
    ``inputs`` are what the workbench shows: program, hook, frame. The maps are those the run found."""

    run: str
    steps: int
    inputs: Inputs
    attachment: int
    maps: list[MapView]
