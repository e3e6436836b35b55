"""Looking up routes and the room on links, in the event's modeled network."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import EINVAL, packet_of, read, s32, u32
from vm.helpers.network import Address, Device, Network, Route
from vm.helpers.programs import TC_XDP
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType

SIZE = 64
"""Bytes of struct bpf_fib_lookup."""
DIRECT, OUTPUT, SKIP_NEIGH, TBID, SRC, MARK = 1, 2, 4, 8, 16, 32
SUCCESS, BLACKHOLE, UNREACHABLE, PROHIBIT, NOT_FWDED, FWD_DISABLED, UNSUPP_LWT, NO_NEIGH, FRAG_NEEDED = range(
    9
)
AF_INET, AF_INET6 = 2, 10
MAIN_TABLE = 254
CHK_SEGS = 1
ETHERNET = 14


@dataclass(slots=True)
class Lookup:
    """The bytes of a struct bpf_fib_lookup, by name."""

    data: bytearray

    def number(self, at: int, size: int) -> int:
        """A number in the CPU's order."""
        return int.from_bytes(self.data[at : at + size], "little")

    def put(self, at: int, size: int, value: int) -> None:
        """Writes a number in the CPU's order."""
        self.data[at : at + size] = value.to_bytes(size, "little")

    @property
    def family(self) -> int:
        """AF_INET or AF_INET6, if valid."""
        return self.data[0]

    def address(self, at: int) -> Address:
        """The source (16) or destination (32) address."""
        if self.family == AF_INET:
            return IPv4Address(bytes(self.data[at : at + 4]))
        return IPv6Address(bytes(self.data[at : at + 16]))

    def put_address(self, at: int, address: Address) -> None:
        """Writes an address."""
        self.data[at : at + len(address.packed)] = address.packed


def fib_lookup(call: HelperCall) -> int:
    """Finds the next hop for the addresses in params and writes it there."""
    packet, size, flags = packet_of(call), s32(call, 3), u32(call, 4)
    if size < SIZE or flags & ~(DIRECT | OUTPUT | SKIP_NEIGH | TBID | SRC | MARK):
        return EINVAL
    lookup = Lookup(bytearray(read(call, 2, SIZE)))
    if lookup.family not in (AF_INET, AF_INET6):
        return -Errno.EAFNOSUPPORT
    before = bytes(lookup.data)
    answer = _find(call.event.network, lookup, flags, packet)
    if bytes(lookup.data) != before:
        call.memory.write(call.r[1], bytes(lookup.data))
    return answer


def _find(network: Network, lookup: Lookup, flags: int, packet: PacketAccess) -> int:
    target = lookup.address(32)
    if isinstance(target, IPv6Address) and _stays_on_link(target, lookup.address(16)):
        return NOT_FWDED
    if network.device(lookup.number(8, 4)) is None:
        return -Errno.ENODEV
    if not network.forwarding:
        return FWD_DISABLED
    table = MAIN_TABLE
    if flags & DIRECT and flags & TBID:
        table = lookup.number(48, 4)
        lookup.put(48, 4, 0)
    route = network.route(target, table)
    device = network.device(route.ifindex) if route else None
    if route is None or device is None or route.local:
        return NOT_FWDED
    length = lookup.number(6, 2)
    if (length or packet.kind is ProgType.XDP) and length > device.mtu:
        lookup.put(6, 2, device.mtu)
        return FRAG_NEEDED
    return _fill(network, lookup, flags, route, device, packet)


def _stays_on_link(*addresses: Address) -> bool:
    return any(a.is_link_local or a.is_multicast or a.is_loopback for a in addresses)


def _fill(
    network: Network, lookup: Lookup, flags: int, route: Route, device: Device, packet: PacketAccess
) -> int:
    checked = bool(lookup.number(6, 2)) or packet.kind is ProgType.XDP
    lookup.put(12, 4, route.metric)
    lookup.put(8, 4, device.ifindex)
    if flags & SRC and route.source is not None:
        lookup.put_address(16, route.source)
    if route.via is not None:
        lookup.put_address(32, route.via)
    if not flags & SKIP_NEIGH:
        neighbour = network.neighbour(lookup.address(32), device.ifindex)
        if neighbour is None:
            return NO_NEIGH
        lookup.data[52:58], lookup.data[58:64] = device.mac, neighbour.mac
    lookup.put(48, 4, 0)
    lookup.put(6, 2, device.mtu)
    return FRAG_NEEDED if not checked and _too_long(packet, device) else SUCCESS


def _too_long(packet: PacketAccess, device: Device) -> bool:
    return packet.field("len") > device.mtu + ETHERNET + 4


def check_mtu(call: HelperCall) -> int:
    """Compares the packet, or a length, with a device's mtu."""
    packet, ifindex, diff, flags = packet_of(call), u32(call, 2), s32(call, 4), call.r[4]
    in_xdp = packet.kind is ProgType.XDP
    wanted = int.from_bytes(read(call, 3, 4), "little")
    if flags & ~(0 if in_xdp else CHK_SEGS) or (flags and (diff or wanted)):
        return EINVAL
    own = packet.field("ingress_ifindex" if in_xdp else "ifindex")
    device = call.event.network.device(ifindex or own)
    if device is None:
        return -Errno.ENODEV
    _, data, end = packet.bounds()
    length = (wanted + ETHERNET if wanted else end - data) + diff
    call.memory.write(call.r[2], device.mtu.to_bytes(4, "little"))
    return 0 if length <= device.mtu + ETHERNET else 1


ROWS = (
    Helper(
        HelperId.FIB_LOOKUP,
        "long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int plen, u32 flags)",
        (Arg.CTX, Arg.MEM_WRITE, Arg.CONST_SIZE, Arg.ANYTHING),
        Ret.INTEGER,
        fib_lookup,
        "Looks up the route for the addresses in params and writes the next hop, the device and the Ethernet "
        "addresses there. 0 means found; a positive answer says why the packet is not for forwarding.",
        TC_XDP,
        gpl_only=True,
    ),
    Helper(
        HelperId.CHECK_MTU,
        "long bpf_check_mtu(void *ctx, u32 ifindex, u32 *mtu_len, s32 len_diff, u64 flags)",
        (Arg.CTX, Arg.ANYTHING, Arg.FIXED_INT_WRITE, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        check_mtu,
        "Asks whether the packet, len_diff bytes longer, fits the mtu of a device (0: the packet's own), "
        "which it writes to mtu_len: 0 yes, 1 no. A length in mtu_len is checked instead of the packet's.",
        TC_XDP,
        gpl_only=True,
    ),
)
