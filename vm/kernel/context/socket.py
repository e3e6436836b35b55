"""The socket a packet's context leads to, as BPF_PROG_TEST_RUN makes it: its addresses are the packet's."""

from typing import Protocol

from vm.kernel.context.ethernet import ETHERNET
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.region import Region
from vm.uapi.structs_context import SOCK

AF_UNSPEC, AF_INET, AF_INET6 = 0, 2, 10
_IPV4, _IPV6 = 0x0008, 0xDD86


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
    """``struct bpf_sock``, read-only: the fields every program that has the pointer may read."""

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
        if off >= 0 and off + size <= self.SIZE and off % size == 0 and size <= 4:
            word = self._word(off & ~3)
            return word >> 8 * (off & 3) & ((1 << 8 * size) - 1)
        return self._refuse(off, size, write=False)

    def store(self, off: int, size: int, value: int) -> None:
        """A store, which no program may make; raises MachineFault."""
        self._refuse(off, size, write=True)

    def _word(self, off: int) -> int:
        numbers = self._numbers
        match off:
            case 4:
                return numbers.field("family")
            case 24:
                return numbers.field("local_ip4_0")
            case 28 | 32 | 36 | 40:
                return numbers.field(f"local_ip6_{(off - 28) // 4}")
            case 52:
                return numbers.field("remote_ip4_0")
            case 56 | 60 | 64 | 68:
                return numbers.field(f"remote_ip6_{(off - 56) // 4}")
            case 44:
                return numbers.field("local_port")
            case 48:
                return numbers.field("remote_port")
            case _:
                return 0

    def _refuse(self, off: int, size: int, *, write: bool) -> int:
        verb = "writes" if write else "reads"
        message = f"{verb} {size} bytes at sk{off:+d}, where struct bpf_sock has no field for that"
        raise MachineFault(Fault(FaultKind.CONTEXT, message, self.address + off, size, write, "sk"))
