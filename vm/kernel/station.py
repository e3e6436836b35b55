"""What a station of the modeled kernel is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from vm.kernel.hooks import HOOK_POINTS, HookPoint

NOWHERE: Mapping[str, str] = MappingProxyType({})


class Track(StrEnum):
    """The line of the drawing a station lies on."""

    INGRESS = "ingress"
    FORWARD = "forward"
    EGRESS = "egress"
    AROUND = "around"
    END = "end"


class Turn(StrEnum):
    """Where a packet goes from a station that knows more ways than the effects of a program."""

    ARP = "arp"
    FORWARD = "forward"
    ICMP = "icmp"
    ANSWER = "answer"
    LOOP = "loop"
    PEER = "peer"
    WAIT = "wait"
    DELIVER = "deliver"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Station:
    """A place on the way: the kernel function it stands for, what happens there, and what follows.

    ``leads`` says to which station each effect, or turn, takes the packet; the ends of the way lead nowhere.
    At a station without a hook the effect is PASS, unless the packet cannot be taken. ``x`` and ``y`` are its
    place in a drawing 1264 wide and 404 high. ``also`` are further kernel functions a packet passes here.
    """

    id: str
    title: str
    function: str
    file: str
    doc: str
    leads: Mapping[str, str] = field(default_factory=lambda: NOWHERE)
    track: Track = Track.INGRESS
    x: int = 0
    y: int = 142
    also: tuple[str, ...] = ()

    @property
    def kernel(self) -> str:
        """The kernel function and its file."""
        return f"{self.function}, {self.file}" if self.function else ""

    @property
    def hook(self) -> HookPoint | None:
        """The hook that is here, if any; the first, where several are."""
        return next((point for point in HOOK_POINTS.values() if point.station == self.id), None)
