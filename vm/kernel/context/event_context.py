"""Contexts without a packet: a piece of memory that programs may read, and in places write.

Which places stands in ``vm.uapi.context_places``, as the verifier reads it too.
"""

from collections.abc import Callable, Mapping
from typing import NoReturn

from vm.helpers.api import PacketBuffer
from vm.kernel.context.fault import Converted
from vm.kernel.context.inputs import HookInput
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.uapi.context_places import Places
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Struct
from vm.word import MASK64


class PlacesView:
    """Memory of which ``places`` may be loaded and stored: the View of its region.

    ``kept``: the field that begins at an offset has only so many bytes in the kernel. A store keeps those; a
    load as wide or wider gives the whole field, wherever in the field's four bytes it begins.
    ``minus_one`` are the offsets of fields that read as -1 in all 64 bits.
    """

    def __init__(
        self,
        region: Region,
        memory: Memory,
        places: Places,
        kept: Mapping[int, int],
        minus_one: frozenset[int] = frozenset(),
    ) -> None:
        self.region, self.memory, self.places = region, memory, places
        self.kept, self.minus_one = kept, minus_one
        self.base = 0
        """Where in the region the structure begins that offsets count from."""

    def load(self, off: int, size: int) -> int:
        """A load; raises MachineFault."""
        if (off, size) not in self.places.reads:
            self._refuse(off, size, write=False)
        start = off & ~3
        kept = self.kept.get(start, 8)
        if start in self.minus_one:
            return MASK64 if size >= kept else (1 << 8 * size) - 1
        if kept <= size < 4:
            off, size = start, kept
        at = self.base + off
        return int.from_bytes(self.region.data[at : at + size], "little")

    def store(self, off: int, size: int, value: int) -> None:
        """A store; raises MachineFault."""
        if (off, size) not in self.places.writes:
            self._refuse(off, size, write=True)
        value &= (1 << 8 * min(size, self.kept.get(off, size))) - 1
        self.memory.put(self.region, off, value.to_bytes(size, "little"))

    def _refuse(self, off: int, size: int, *, write: bool) -> NoReturn:
        verb = f"{'writes' if write else 'reads'} {size} byte{'s' if size > 1 else ''}"
        name, struct = self.region.name, self.places.struct
        end = len(self.region.data)
        outside = off if off < 0 else max(0, off + size - end)
        why = self._why(off, size, write=write)
        message = f"{verb} at {name}{off:+d}, {why} {struct}"
        raise MachineFault(
            Fault(FaultKind.CONTEXT, message, self.region.base + off, size, write, name, outside)
        )

    def _why(self, off: int, size: int, *, write: bool) -> str:
        end = len(self.region.data)
        if off < 0:
            return f"{-off} bytes before the start of"
        if off + size > end:
            return f"{off + size - end} bytes past the end of"
        allowed = self.places.writes if write else frozenset(self.places.reads)
        near = sorted(width for at, width in allowed if at <= off < at + width)
        if near:
            return f"where only accesses of {' or '.join(str(w) for w in dict.fromkeys(near))} bytes fit"
        return f"which a program may not {'write' if write else 'read'} in"


class EventContext:
    """The context of a program at an event: what r1 points at, and helpers' PacketAccess with no packet.

    ``texts`` say for a learner what fields mean, by name, once that is asked. ``converted`` contexts are not
    memory as they stand: helpers cannot read them.
    """

    buffer: PacketBuffer | None = None

    def __init__(
        self,
        kind: ProgType,
        struct: Struct,
        region: Region,
        places: Places,
        what: HookInput,
        memory: Memory,
        *,
        kept: Mapping[int, int],
        texts: Callable[[], Mapping[str, str]],
        converted: bool,
    ) -> None:
        self.kind = kind
        self.struct = struct
        self.region = region
        self.what = what
        self._texts = texts
        self.optval: Region | None = None
        region.view = PlacesView(region, memory, places, kept)
        if converted:
            region.parts = Converted("ctx", len(region.data))

    @staticmethod
    def region_for(memory: Memory, data: bytes) -> Region:
        """The region of a context that holds ``data``."""
        return memory.add(RegionKind.CTX, "ctx", bytearray(data))

    @property
    def texts(self) -> Mapping[str, str]:
        """What fields mean, by name, where a number says little."""
        return self._texts()

    @property
    def address(self) -> int:
        """The guest address r1 starts with."""
        return self.region.base

    @property
    def buffer_left(self) -> bytes:
        """The bytes of its buffer as the program has left them; none where it has none."""
        return bytes(self.optval.data) if self.optval is not None else b""

    def value(self, name: str) -> bytes:
        """The bytes of a field as the program has left them."""
        field = self.struct.field(name)
        if field is None:
            raise KeyError(name)
        return bytes(self.region.data[field.offset : field.end])

    # What helpers for packets find: no packet.

    def field(self, name: str) -> int:
        """Raises MachineFault: there is no packet that the kernel could know numbers of."""
        message = f"a {self.kind.label} program has no packet with a {name}: the helper is for other hooks"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message))

    def set_field(self, name: str, value: int) -> None:
        """Raises MachineFault, as ``field`` does."""
        del value
        self.field(name)

    def bounds(self) -> tuple[int, int, int]:
        """No bytes."""
        return (0, 0, 0)

    def move(self, meta: int, data: int, end: int) -> None:
        """Nothing to move."""

    def packet(self) -> bytes:
        """No bytes."""
        return b""

    def put(self, off: int, data: bytes) -> None:
        """Raises MachineFault: there is nothing to write to."""
        del off, data
        self.field("byte")

    def load_packet(self, off: int, size: int) -> int | None:
        """Nothing is there."""
        return None

    def read(self, start: int, end: int) -> bytes:
        """No bytes."""
        return b""

    def write(self, at: int, data: bytes) -> None:
        """Raises MachineFault, as ``put`` does."""
        self.put(at, data)

    def reserve(self, head: int = 0, tail: int = 0) -> None:
        """Nothing needs room."""

    @property
    def headroom(self) -> int:
        """None."""
        return 0

    @property
    def tailroom(self) -> int:
        """None."""
        return 0
