"""The flow hash of a packet: equal for packets of one connection, in both directions.

The kernel hashes with a key it draws at boot; here the key is fixed, so that a run can be repeated.
"""

from dataclasses import dataclass
from hashlib import blake2s

IPV4, IPV6 = 0x0008, 0xDD86
_WITH_PORTS = frozenset({6, 17, 132, 136, 33})
_KEY = b"hookscope"


@dataclass(frozen=True, slots=True)
class FlowHash:
    """The hash, never 0, and whether ports went into it."""

    value: int
    ports: bool


def flow_hash(network: bytes, protocol: int) -> FlowHash:
    """The hash of a packet that begins with its network header; ``protocol`` as skb->protocol is read."""
    ends, transport, kind = _addresses(network, protocol)
    ports = kind in _WITH_PORTS and len(transport) >= 4
    if ports:
        ends = (ends[0] + transport[:2], ends[1] + transport[2:4])
    low, high = sorted(ends)
    digest = blake2s(low + high + bytes([kind]), key=_KEY, digest_size=4).digest()
    return FlowHash(int.from_bytes(digest, "little") or 1, ports)


def _addresses(network: bytes, protocol: int) -> tuple[tuple[bytes, bytes], bytes, int]:
    """Both addresses, what follows the network header, and the transport protocol."""
    if protocol == IPV4 and len(network) >= 20:
        header = (network[0] & 15) * 4
        fragment = int.from_bytes(network[6:8], "big") & 0x3FFF
        return (network[12:16], network[16:20]), b"" if fragment else network[header:], network[9]
    if protocol == IPV6 and len(network) >= 40:
        return (network[8:24], network[24:40]), network[40:], network[6]
    return (b"", b""), b"", 0
