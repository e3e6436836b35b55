"""Sockets that programs look up: what a world must tell of one, and the table a run keeps them in.

The context sets ``sk.pool`` to the address of room for SLOTS sockets, SLOT bytes each: ``bpf_sock`` first,
``bpf_tcp_sock`` at TCP_AT. A slot's socket is ``sk.N`` (0: free), and ``sk.N.refs`` counts who holds it.
``sk.own`` is the address of the socket the context itself leads to, ``sk.own.id`` which one it is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from vm.helpers.api import HelperCall

SLOTS, SLOT, TCP_AT = 16, 256, 128
LISTEN, NEW_SYN_RECV, CLOSE = 10, 12, 7
"""TCP's states as a socket has them."""
TCP, UDP = 6, 17


@dataclass(frozen=True, slots=True)
class FoundSocket:
    """A socket: its number in the world, ``bpf_sock`` and ``bpf_tcp_sock`` as bytes, and what helpers check.

    ``listener`` is the number of the socket that listens, for a handshake under way and for itself.
    """

    id: int
    image: bytes
    tcp_image: bytes
    protocol: int
    family: int
    state: int
    cgroup: int = 1
    listener: int = 0


class Sockets(Protocol):
    """The sockets of a network namespace."""

    @property
    def at_ingress(self) -> bool:
        """Whether the program sees packets that come in."""
        ...

    def find(
        self, protocol: int, source: bytes, sport: int, destination: bytes, dport: int
    ) -> FoundSocket | None:
        """The socket that a packet from ``source`` to ``destination`` would find; a handshake as itself."""
        ...

    def known(self, number: int) -> FoundSocket | None:
        """The socket of that number."""
        ...


def put(call: "HelperCall", found: FoundSocket, *, held: bool) -> int:
    """Puts a socket where the program can look at it: its address, 0 where there is no room.

    ``held`` counts one more who has to release it.
    """
    pool = call.get("sk.pool")
    slot = _slot(call, found.id) if pool else None
    if slot is None:
        return 0
    address = pool + slot * SLOT
    if call.get(f"sk.{slot}") != found.id:
        region, off = call.memory.check_any(address)
        call.memory.put(region, off, found.image.ljust(TCP_AT, b"\0") + found.tcp_image)
        call.set(f"sk.{slot}", found.id)
        call.set(f"sk.{slot}.refs", 0)
    if held:
        call.set(f"sk.{slot}.refs", call.get(f"sk.{slot}.refs") + 1)
    return address


def _slot(call: "HelperCall", number: int) -> int | None:
    numbers = [call.get(f"sk.{slot}") for slot in range(SLOTS)]
    if number in numbers:
        return numbers.index(number)
    return numbers.index(0) if 0 in numbers else None


def socket_at(call: "HelperCall", address: int) -> FoundSocket | None:
    """The socket a pointer leads to, if it leads to one that is known."""
    if call.event.sockets is None:
        return None
    if address and address == call.get("sk.own"):
        return call.event.sockets.known(call.get("sk.own.id"))
    slot, off = divmod(address - call.get("sk.pool"), SLOT)
    if not call.get("sk.pool") or off not in (0, TCP_AT) or not 0 <= slot < SLOTS:
        return None
    return call.event.sockets.known(call.get(f"sk.{slot}"))


def release(call: "HelperCall", address: int) -> bool:
    """Lets go of a socket; whether there was one."""
    slot, off = divmod(address - call.get("sk.pool"), SLOT)
    held = call.get(f"sk.{slot}.refs") if call.get("sk.pool") and not off and 0 <= slot < SLOTS else 0
    if not held:
        return False
    call.set(f"sk.{slot}.refs", held - 1)
    return True
