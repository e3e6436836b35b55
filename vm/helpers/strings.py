"""Strings in guest memory."""

from vm.helpers.api import HelperCall
from vm.memory.fault import MachineFault

CHUNK = 4096
"""Bytes looked at together."""


def string_at(call: HelperCall, address: int, most: int) -> bytes | None:
    """The bytes from ``address`` to the first 0 or ``most`` of them; None where memory ends first."""
    found = bytearray()
    while len(found) < most:
        piece = _piece(call, address + len(found), min(CHUNK, most - len(found)))
        if not piece:
            return None
        end = piece.find(b"\0")
        if end >= 0:
            return bytes(found + piece[: end + 1])
        found += piece
    return bytes(found)


def _piece(call: HelperCall, address: int, size: int) -> bytes:
    """As many of ``size`` bytes as can be read, none at the least."""
    while size:
        try:
            return call.memory.read(address, size)
        except MachineFault:
            size //= 2
    return b""
