"""The socket a packet's context leads to, as BPF_PROG_TEST_RUN makes it: its addresses are the packet's."""

from typing import NoReturn, Protocol

from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.context.rules import FieldRule, Widths, place_in
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.region import Region
from vm.uapi.structs_context import SOCK
from vm.word import MASK64

AF_UNSPEC, AF_INET, AF_INET6 = 0, 2, 10
TCP_CLOSE = 7
"""The state of a socket that was never connected."""
_IPV4, _IPV6 = 0x0008, 0xDD86


def _rule(name: str, widths: Widths, kept: int = 4) -> FieldRule:
    return FieldRule(name, *place_in(SOCK, name), widths, frozenset(), kept=kept)


SOCKET_RULES: tuple[FieldRule, ...] = (
    _rule("bound_dev_if", Widths.WORD),
    _rule("family", Widths.START, 2),
    _rule("src_ip4", Widths.NARROW),
    _rule("src_ip6", Widths.NARROW),
    _rule("src_port", Widths.START, 2),
    _rule("dst_port", Widths.PORT, 2),
    _rule("dst_ip4", Widths.NARROW),
    _rule("dst_ip6", Widths.NARROW),
    _rule("state", Widths.START, 1),
    _rule("rx_queue_mapping", Widths.START, 2),
)
"""The fields of ``bpf_sock`` that a program may read which knows no more than that there is a socket."""


def family_of(protocol: int) -> int:
    """The socket's address family for a packet of ``protocol`` (as the CPU reads it)."""
    return {_IPV4: AF_INET, _IPV6: AF_INET6}.get(protocol, AF_UNSPEC)


def _words(data: bytes) -> tuple[int, ...]:
    padded = data.ljust(16, b"\0")
    return tuple(int.from_bytes(padded[i : i + 4], "little") for i in range(0, 16, 4))


def socket_of(frame: bytes, protocol: int) -> dict[str, tuple[int, ...]]:
    """Addresses of the socket as words: the packet's source is local, its destination remote."""
    nothing = bytes(16)
    local4 = remote4 = local6 = remote6 = nothing
    network = frame[ETHERNET:]
    if protocol == _IPV4 and len(network) >= 20:
        local4, remote4 = network[12:16], network[16:20]
    elif protocol == _IPV6 and len(network) >= 40:
        local6, remote6 = network[8:24], network[24:40]
    return {
        "local_ip4_": _words(local4)[:1],
        "remote_ip4_": _words(remote4)[:1],
        "local_ip6_": _words(local6),
        "remote_ip6_": _words(remote6),
    }


class Numbers(Protocol):
    """Where the socket's numbers are kept."""

    def field(self, name: str) -> int:
        """A number by name."""
        ...


class SocketView:
    """``struct bpf_sock``, read-only."""

    SIZE = SOCK.size

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._region: Region | None = None

    def attach(self, region: Region) -> None:
        """Says at which region the view sits."""
        self._region = region

    @property
    def address(self) -> int:
        """The guest address of the socket."""
        return self._region.base if self._region else 0

    def load(self, off: int, size: int) -> int:
        """A load of a field; raises MachineFault."""
        rule = next((r for r in SOCKET_RULES if r.offset <= off < r.offset + r.size), None)
        if rule is None or not rule.allows(off, size, write=False):
            self._refuse(off, size, write=False)
        return rule.cut(self._number(rule.name, off - rule.offset), off, size)

    def store(self, off: int, size: int, value: int) -> None:
        """A store, which no program may make; raises MachineFault."""
        del value
        self._refuse(off, size, write=True)

    def _number(self, name: str, place: int) -> int:
        match name:
            case "src_ip4" | "dst_ip4":
                return self._numbers.field(f"{_SIDE[name]}_ip4_0")
            case "src_ip6" | "dst_ip6":
                return self._numbers.field(f"{_SIDE[name]}_ip6_{place // 4}")
            case "src_port" | "dst_port":
                return self._numbers.field(f"{_SIDE[name]}_port")
            case "state":
                return TCP_CLOSE
            case "rx_queue_mapping":
                return MASK64
            case "family":
                return self._numbers.field(name)
            case _:
                return 0

    def _refuse(self, off: int, size: int, *, write: bool) -> NoReturn:
        verb = "writes" if write else "reads"
        message = f"{verb} {size} bytes at sk{off:+d}, where struct bpf_sock has nothing for that"
        raise MachineFault(Fault(FaultKind.CONTEXT, message, self.address + off, size, write, "sk"))


_SIDE = {
    "src_ip4": "local",
    "src_ip6": "local",
    "src_port": "local",
    "dst_ip4": "remote",
    "dst_ip6": "remote",
    "dst_port": "remote",
}
