"""Room in a run's memory for sockets that the program looks up."""

from vm.helpers.found import SLOT, SLOTS, TCP_AT
from vm.kernel.context.event_context import PlacesView
from vm.kernel.context.fault import Converted
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.uapi.context_places import SOCKET_PLACES


class SocketsView:
    """A row of slots, each a ``bpf_sock`` and a ``bpf_tcp_sock``: the View of their region."""

    def __init__(self, region: Region, memory: Memory, sock: PlacesView, tcp: PlacesView) -> None:
        self.region, self.memory, self.sock, self.tcp = region, memory, sock, tcp

    def load(self, off: int, size: int) -> int:
        """A load; raises MachineFault."""
        view, within = self._at(off)
        view.base = off - within
        return view.load(within, size)

    def store(self, off: int, size: int, value: int) -> None:
        """A store, which no program may make; raises MachineFault."""
        view, within = self._at(off)
        view.store(within, size, value)

    def _at(self, off: int) -> tuple[PlacesView, int]:
        within = off % SLOT
        return (self.tcp, within - TCP_AT) if within >= TCP_AT else (self.sock, within)


def put_pool(memory: Memory, fields: dict[str, int]) -> None:
    """Makes the room, and says where it is."""
    region = memory.add(RegionKind.MEM, "sk", bytearray(SLOTS * SLOT), writable=False)
    sock = PlacesView(region, memory, SOCKET_PLACES["sock"], {4: 2, 8: 2, 12: 2, 44: 2, 48: 2, 72: 1, 76: 2})
    tcp = PlacesView(region, memory, SOCKET_PLACES["tcp_sock"], {})
    region.view = SocketsView(region, memory, sock, tcp)
    region.parts = Converted("sk", SLOTS * SLOT)
    fields["sk.pool"] = region.base
