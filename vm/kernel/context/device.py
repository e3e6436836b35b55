"""A network device as contexts and helpers need it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """A device by number: its addresses (6 bytes) and its mtu in bytes."""

    ifindex: int
    name: str
    mac: bytes
    broadcast: bytes
    mtu: int = 1500


LOOPBACK = Device(1, "lo", bytes(6), bytes(6), 65536)
"""The device of BPF_PROG_TEST_RUN."""
