"""Tracepoints and functions that packets come by: which of them anybody watches, by station."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vm.kernel.context.hits import consume_skb, kfree_skb
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.passing import TRACEPOINTS, comes_by, device_of, function_arguments_of, packet_event
from vm.kernel.stations import STATIONS

if TYPE_CHECKING:
    from vm.kernel.simulation.probes import Probes
    from vm.kernel.simulation.runner import Runner

ENTRY = ("kprobe", "fentry")
"""Hooks at the beginning of a kernel function."""
_PROBES = (*ENTRY, "kretprobe", "fexit")


class _Watched(NamedTuple):
    """What is watched at a station: its tracepoints, and functions."""

    tracepoints: tuple[str, ...]
    functions: tuple[str, ...]


_NOTHING = _Watched((), ())


class PacketProbes:
    """Fires what is attached where packets pass."""

    def __init__(self, probes: "Probes") -> None:
        self.probes = probes
        self._by_name: Mapping[str, tuple[Runner, ...]] | None = None
        self._watched: dict[str, _Watched] = {}

    def passes(self, k: Kernel, packet: Packet, station: str, note: str) -> None:
        """A packet passes a station: tracepoints and functions there. System calls tell of their own."""
        watched = self._at(station)
        if watched is _NOTHING:
            return
        names, functions = watched
        for name in names:
            self.probes.tracepoint(k, f"net/{name}", partial(packet_event, name, packet), packet)
        socket = k.tables.sockets.get(packet.socket)
        for function in functions:
            if comes_by(function, packet, socket, note):
                build = partial(function_arguments_of, function, packet, socket)
                self.probes.passed(k, function, build, packet)

    def _at(self, station: str) -> _Watched:
        """What is watched at a station; found anew once programs were replaced."""
        by_name = self.probes.attached.by_name
        if by_name is not self._by_name:
            self._by_name = by_name
            self._watched.clear()
        found = self._watched.get(station)
        if found is None:
            found = self._watched[station] = self._look(station, by_name)
        return found

    @staticmethod
    def _look(station: str, by_name: "Mapping[str, tuple[Runner, ...]]") -> _Watched:
        row = STATIONS.get(station)
        if row is None or station == "send":
            return _NOTHING
        names = tuple(
            name
            for name in TRACEPOINTS.get(station, ())
            if any(
                place in by_name for place in (f"tracepoint/net/{name}", f"raw_tp/{name}", f"tp_btf/{name}")
            )
        )
        functions = tuple(
            function
            for function in (row.function, *row.also)
            if any(f"{kind}/{function}" in by_name for kind in _PROBES)
        )
        return _Watched(names, functions) if names or functions else _NOTHING

    def dropped(self, k: Kernel, packet: Packet, station: str, reason: Reason) -> None:
        """The kernel drops a packet."""
        row, dev = STATIONS[station], device_of(packet)
        build = partial(kfree_skb, packet.data, dev, reason, row.function)
        self.probes.tracepoint(k, "skb/kfree_skb", build, packet)
        self.probes.passed(k, "sk_skb_reason_drop", lambda: (0, packet.data, int(reason)), packet)

    def consumed(self, k: Kernel, packet: Packet, station: str) -> None:
        """The kernel has done with a packet, and does not call it dropped."""
        build = partial(consume_skb, packet.data, device_of(packet), STATIONS[station].function)
        self.probes.tracepoint(k, "skb/consume_skb", build, packet)
