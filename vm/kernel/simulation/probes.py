"""Programs that watch without standing on a packet's way: what is told them, and when."""

from vm.kernel.simulation.attached import Attached
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import Headers
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import Kind
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.tables import Socket
from vm.kernel.world.events import Event


class Probes:
    """Fires tracepoints, probes and security hooks."""

    def __init__(self, attached: Attached) -> None:
        self.attached = attached

    def happen(self, k: Kernel, index: int, event: Event) -> int | None:
        """An event without a packet."""
        k.begin(index, event.time_ns, max(event.cpu, 0))
        return 0

    def due(self, k: Kernel, index: int, time_ns: int, what: object) -> tuple[Kind, int | None]:
        """Something that was due."""
        k.begin(index, time_ns, 0)
        return Kind.SWITCH, None

    def dropped(self, k: Kernel, packet: Packet, station: str, reason: Reason) -> None:
        """The kernel drops a packet."""

    def lookup(self, k: Kernel, packet: Packet, head: Headers) -> tuple[Socket | None, bool]:
        """sk_lookup programs choose a socket."""
        return None, False

    def woken(self, k: Kernel, pid: int) -> None:
        """A process is woken."""

    def state(self, k: Kernel, socket: Socket, old: str, new: str) -> None:
        """A socket's state changes."""
