"""Redirects: where the helpers' notes take a packet, from XDP and from tc, and when that is enough."""

from vm.helpers.redirect import BROADCAST, EXCLUDE_INGRESS, INGRESS, Redirect
from vm.kernel.hooks import Effect
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.kernel import MAX_REDIRECTS, Kernel
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.runner import Run, Runner
from vm.kernel.simulation.topology import Dev
from vm.kernel.world.spec import DeviceKind
from vm.uapi.map_types import MapType

_XDP = ("xdp", "xdp_generic")


def stopped(k: Kernel, packet: Packet, station: str) -> bool:
    """Whether the packet has been sent elsewhere too often: then it is dropped, and told."""
    packet.redirects += 1
    if packet.redirects <= MAX_REDIRECTS:
        return False
    note = f"sent elsewhere {MAX_REDIRECTS} times already: it goes in a circle (XMIT_RECURSION_LIMIT)"
    k.drop(packet, station, Reason.RECURSION_LIMIT, note)
    return True


def redirect(k: Kernel, packet: Packet, station: str, runner: Runner, run: Run) -> str | None:
    """Takes the packet where the last run of ``runner`` said."""
    fields = runner.world.fields
    kind, target = Redirect(fields.get("redirect.kind", 0)), fields.get("redirect.target", 0)
    flags = fields.get("redirect.flags", 0)
    if kind is Redirect.MAP:
        return _through_map(k, packet, runner, run, fields["redirect.map"], target, flags)
    dev = packet.dev.netns.device(target) if kind is not Redirect.NONE else None
    if dev is None:
        why = "no redirect helper said where to" if kind is Redirect.NONE else f"there is no device {target}"
        _nowhere(k, packet, station, runner, run, why)
        return None
    if stopped(k, packet, "redirected"):
        return None
    if station in _XDP:
        if station == "xdp" and dev.spec.kind is DeviceKind.LOOPBACK:
            _nowhere(k, packet, station, runner, run, f"{dev.id} takes no frames from XDP")
            return None
        return _xmit(k, packet, dev)
    match kind:
        case Redirect.PEER:
            if dev.peer is None:
                _nowhere(k, packet, station, runner, run, f"{dev.id} has no peer")
                return None
            return _into(k, packet, dev.peer, "tc", "into the peer's namespace")
        case Redirect.NEIGHBOUR:
            _move(k, packet, dev, "out, its next hop's address filled in")
            return "neighbour"
        case _ if flags & INGRESS:
            return _into(k, packet, dev, "xdp_generic", "into the device")
        case _:
            _move(k, packet, dev, "out of the device")
            return "tc_egress"


def _nowhere(k: Kernel, packet: Packet, station: str, runner: Runner, run: Run, why: str) -> None:
    reason = None if station == "xdp" else Reason.NO_TX_TARGET
    k.hop("redirected", packet, Effect.DROP, note=why)
    k.end(packet, "redirected", End.DROPPED, reason, Effect.DROP, runner, run.pc, why)


def _move(k: Kernel, packet: Packet, dev: Dev, note: str) -> None:
    packet.dev = dev
    packet.head = None
    k.hop("redirected", packet, Effect.REDIRECT, note=note)


def _into(k: Kernel, packet: Packet, dev: Dev, station: str, note: str) -> str:
    _move(k, packet, dev, note)
    packet.tracked = ""
    kept = {name: value for name, value in packet.numbers.items() if name != "ifindex"}
    packet.numbers = {**kept, "ingress_ifindex": dev.ifindex}
    return station


def _xmit(k: Kernel, packet: Packet, dev: Dev, note: str = "out of the device") -> str | None:
    """A frame from XDP leaves by a device at once, past tc and the queue (ndo_xdp_xmit)."""
    _move(k, packet, dev, note)
    if dev.peer is None:
        k.hop("sent", packet, Effect.TX)
        k.end(packet, "sent", End.SENT, effect=Effect.REDIRECT)
        return None
    packet.dev = dev.peer
    packet.numbers, packet.meta = {}, b""
    return "nic"


def _through_map(
    k: Kernel, packet: Packet, runner: Runner, run: Run, index: int, key: int, flags: int
) -> str | None:
    found = runner.world.maps[index]
    if flags & BROADCAST:
        _to_all(k, packet, runner, run, index, flags)
        return None
    value = found.user_lookup(key.to_bytes(4, "little"))
    if isinstance(value, int):
        _nowhere(k, packet, "xdp", runner, run, f"map {found.spec.name} has nothing at {key}")
        return None
    if stopped(k, packet, "redirected"):
        return None
    match found.spec.type:
        case MapType.CPUMAP:
            k.cpu = key % k.spec.cpus
            k.hop("redirected", packet, Effect.REDIRECT, note=f"to CPU {key}")
            return "skb"
        case MapType.XSKMAP:
            k.hop("redirected", packet, Effect.REDIRECT, note=f"to AF_XDP socket {key}")
            k.end(packet, "redirected", End.DELIVERED, effect=Effect.REDIRECT, note="an AF_XDP socket")
            return None
        case _:
            number = int.from_bytes(value[:4], "little")
            dev = k.topology.numbers.get(number)
            if dev is None:
                why = f"map {found.spec.name} leads to device {number}, which does not exist"
                _nowhere(k, packet, "xdp", runner, run, why)
                return None
            return _xmit(k, packet, dev, f"through map {found.spec.name}")


def _to_all(k: Kernel, packet: Packet, runner: Runner, run: Run, index: int, flags: int) -> None:
    """A copy to every device of the map; the packet itself to the last."""
    found, came = runner.world.maps[index], packet.dev
    numbers = [int.from_bytes(value[:4], "little") for _, value in found.items()]
    devices = [dev for number in numbers if (dev := k.topology.numbers.get(number)) is not None]
    if flags & EXCLUDE_INGRESS:
        devices = [dev for dev in devices if dev is not came]
    if not devices:
        _nowhere(k, packet, "xdp", runner, run, f"map {found.spec.name} has no device to send to")
        return
    if stopped(k, packet, "redirected"):
        return
    for dev in devices[:-1]:
        twin = packet.copy(k.packets)
        k.packets += 1
        k.go(_xmit(k, twin, dev, "a copy"), twin)
    k.go(_xmit(k, packet, devices[-1], "broadcast"), packet)
