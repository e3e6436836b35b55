"""What can be wrong with a packet or a capture, told to the one who gave it."""

from vm.source import HookscopeError


class PacketError(HookscopeError):
    """A description of a packet cannot be built; the message names the field, the hint what to try."""


class CaptureError(HookscopeError):
    """A capture file cannot be read; the message names the packet and the byte offset."""


def shortened(value: object, limit: int = 40) -> str:
    """Return a value as text of at most `limit` characters, for messages."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
