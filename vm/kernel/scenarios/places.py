"""Who is where: the addresses the scenarios share. All are of ranges set aside for documents and benches."""

from vm.kernel.scenarios.frames import Ends

HOST_MAC = bytes.fromhex("020000000002")
ROUTER_MAC = bytes.fromhex("020000000a10")
"""Whoever is not on the link comes through this neighbour."""
HOST = 0xC000_0201
"""192.0.2.1, the host's address on eth0."""
ATTACKERS = 0xCB00_7100
"""203.0.113.0/24."""
CLIENTS = 0xC612_0000
"""198.18.0.0/15: as many visitors as are wanted."""
RESOLVER = 0xC000_0235
"""192.0.2.53."""
DEVICE = "eth0"


def to_host(source: int, ttl: int = 57) -> Ends:
    """A packet's ends from anybody outside to the host."""
    return Ends(ROUTER_MAC, HOST_MAC, source, HOST, ttl)


def client(number: int) -> int:
    """The address of a visitor."""
    return CLIENTS + 256 + number * 3


def attacker(number: int) -> int:
    """The address of an attacker: those of 203.0.113.0/24, beyond them made-up ones."""
    return ATTACKERS + 7 + number if number < 240 else CLIENTS + 0x1_0000 + number


def text(address: int) -> str:
    """An address as people write it."""
    return ".".join(str(address >> shift & 0xFF) for shift in (24, 16, 8, 0))
