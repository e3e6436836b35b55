"""The map of the modeled kernel, as the path screen draws it."""

from app.schemas.base import Message


class HookView(Message):
    """A kind of program that can be attached at a station."""

    name: str
    title: str
    prog_type: str
    per_device: bool
    """Whether a place at it names a device, as in ``xdp:eth0``."""
    example: str
    """A place that can be typed."""


class StationView(Message):
    """A place in the kernel; ``x`` and ``y`` lie in a drawing 1264 wide and 404 high."""

    id: str
    title: str
    kernel: str
    also: tuple[str, ...]
    doc: str
    track: str
    x: int
    y: int
    leads: dict[str, str]
    hooks: tuple[HookView, ...]


class StationsReply(Message):
    """Every station, in the order a packet comes by, and the devices programs can be attached to."""

    stations: list[StationView]
    devices: tuple[str, ...]
