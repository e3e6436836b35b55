"""Packets that pass a station, as tracepoints and functions there tell of them."""

from collections.abc import Sequence

from vm.helpers.network import Device
from vm.kernel.context.calls import Thing
from vm.kernel.context.hits import Hit, net_dev_start_xmit, net_dev_xmit
from vm.kernel.context.hits import packet as packet_hit
from vm.kernel.simulation.headers import SYN, TCP, UDP
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import Socket
from vm.kernel.simulation.topology import Dev
from vm.uapi.tracing import functions

TRACEPOINTS = {
    "skb": ("netif_receive_skb",),
    "tc_egress": ("net_dev_queue",),
    "driver": ("net_dev_start_xmit", "net_dev_xmit"),
}
"""Tracepoints of net by the station where a packet comes by them, in order."""


def device_of(packet: Packet) -> Device:
    """The packet's device as helpers know it."""
    return device_of_dev(packet.dev)


def device_of_dev(dev: Dev) -> Device:
    """A device as helpers know it."""
    found = dev.device
    if found is None:
        spec = dev.spec
        found = dev.device = Device(spec.ifindex, spec.name, spec.mac, mtu=spec.mtu)
    return found


def packet_event(name: str, packet: Packet) -> Hit:
    """What the tracepoint tells of a packet."""
    if name == "net_dev_xmit":
        return net_dev_xmit(packet.data, device_of(packet))
    if name == "net_dev_start_xmit":
        return net_dev_start_xmit(packet.data, device_of(packet))
    return packet_hit(name, packet.data, device_of(packet))


NEW_CONNECTION = "a connection"


def comes_by(function: str, packet: Packet, socket: Socket | None, note: str) -> bool:
    """Whether a packet comes by a function of its station: of its protocol, and its socket's state."""
    head = packet.head
    if head is None:
        return True
    for words, proto in ((("tcp_",), TCP), (("udp_", "udpv6_", "__udp4"), UDP)):
        if function.startswith(words) and head.proto != proto:
            return False
    if function.startswith(_ONE_VERSION) and head.version != (6 if "6" in function else 4):
        return False
    established = socket is not None and socket.state == "ESTABLISHED" and note[:12] != NEW_CONNECTION
    match function:
        case "tcp_rcv_established" | "tcp_data_queue":
            return established
        case "tcp_rcv_state_process":
            return not established
        case "tcp_conn_request":
            return socket is not None and socket.state == "LISTEN" and bool(head.flags & SYN)
        case _:
            return True


_ONE_VERSION = ("ip_", "ip6_", "ipv6_", "tcp_v", "udp_rcv", "udpv6", "__udp4", "icmp", "__ip_local")


def function_arguments_of(function: str, packet: Packet, socket: Socket | None) -> Sequence[Thing]:
    """The arguments of a function that a packet passes: the socket buffer where the prototype has it."""
    found, dev = functions().get(function), device_of(packet)
    given: dict[str, Thing] = {"sk_buff": packet.data, "net_device": dev}
    if socket is not None:
        given["sock"] = info(socket)
    return tuple(given.get(arg.target, 0) for arg in (found.arguments if found is not None else ()))
