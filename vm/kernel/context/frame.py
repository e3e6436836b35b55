"""A packet on its way between two hooks: what one context leaves for the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Frame:
    """``data`` from the link header on, ``meta`` the bytes an XDP program put before it.

    ``numbers`` is what the kernel knows of it once it has a socket buffer, named as in struct sk_buff, header
    places as ``network_offset`` from the link header.
    """

    data: bytes
    meta: bytes = b""
    numbers: Mapping[str, int] = field(default_factory=lambda: NOTHING)
