"""A packet under way through the modeled kernel."""

from collections.abc import Mapping

from vm.kernel.context import Frame
from vm.kernel.context.frame import NOTHING
from vm.kernel.simulation.headers import Headers
from vm.kernel.simulation.topology import Dev


class Packet:
    """Bytes from the link header on, what the kernel notes about them, and where they are.

    ``number`` tells the packets of an event apart, 0 is the one that came in. ``tracked`` is conntrack's word
    for it (NEW, ESTABLISHED, or ""). ``sender`` is the pid whose socket it is of. ``redirects`` counts how
    often a program sent it elsewhere; ``assigned`` is the socket a program gave it to (bpf_sk_assign).
    """

    __slots__ = (
        "assigned", "data", "dev", "head", "hops", "meta", "number", "numbers", "queue", "redirects",
        "sender", "socket", "tracked",
    )  # fmt: skip

    def __init__(self, data: bytes, dev: Dev, number: int = 0, queue: int = 0) -> None:
        self.data = data
        self.dev = dev
        self.number = number
        self.queue = queue
        self.meta = b""
        self.numbers: Mapping[str, int] = NOTHING
        self.head: Headers | None = None
        self.tracked = ""
        self.sender = 0
        self.socket = 0
        self.redirects = 0
        self.assigned = 0
        self.hops = 0

    def frame(self) -> Frame:
        """The packet as a hook's context takes it."""
        return Frame(self.data, self.meta, self.numbers)

    def take(self, frame: Frame) -> None:
        """The packet as a program left it."""
        if frame.data is not self.data and frame.data != self.data:
            self.head = None
        self.data, self.meta, self.numbers = frame.data, frame.meta, frame.numbers

    def copy(self, number: int) -> "Packet":
        """The same bytes at the same place, as another packet."""
        twin = Packet(self.data, self.dev, number, self.queue)
        twin.meta, twin.numbers, twin.head = self.meta, self.numbers, self.head
        twin.tracked, twin.sender, twin.redirects, twin.hops = (
            self.tracked, self.sender, self.redirects, self.hops,
        )  # fmt: skip
        return twin
