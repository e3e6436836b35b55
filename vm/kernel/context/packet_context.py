"""What contexts of packets share: a region that r1 points to, a packet buffer, numbers the kernel keeps."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

from vm.change import FieldChanged
from vm.helpers.api import PacketBuffer
from vm.kernel.context.fault import Converted
from vm.kernel.context.frame import Frame
from vm.kernel.context.rules import CONTEXTS, Points
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.uapi.prog_types import ProgType


class PacketContext(ABC):
    """A context and its packet. It is the ``PacketAccess`` of helpers and the ``View`` of its own region.

    Numbers live in the run's ``fields`` under ``prefix.name``, so that the machine undoes them like its own.
    """

    texts: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self, kind: ProgType, prefix: str, buffer: PacketBuffer, memory: Memory, fields: dict[str, int]
    ) -> None:
        self.kind = kind
        self.struct = CONTEXTS[kind]
        self.prefix = prefix
        self.buffer: PacketBuffer = buffer
        self.memory = memory
        self.fields = fields
        self.region: Region = memory.add(RegionKind.CTX, "ctx", bytearray(CONTEXTS[kind].size))
        self.region.view = self
        self.region.parts = Converted("ctx", len(self.region.data))

    @property
    def address(self) -> int:
        """The guest address r1 starts with."""
        return self.region.base

    @property
    def access(self) -> "PacketContext":
        """What helpers get as their packet."""
        return self

    # Numbers.

    def _start(self, name: str, value: int) -> None:
        self.fields[f"{self.prefix}.{name}"] = value

    def field(self, name: str) -> int:
        """A number the kernel keeps with the packet; raises MachineFault where it keeps none by that name."""
        return self.fields[self._key(name)]

    def _key(self, name: str) -> str:
        key = f"{self.prefix}.{name}"
        if key not in self.fields:
            message = (
                f"the packet of a {self.kind.label} program has no {name}: the helper is for other hooks"
            )
            raise MachineFault(Fault(FaultKind.BAD_CALL, message))
        return key

    def set_field(self, name: str, value: int) -> None:
        """Sets such a number, journaled."""
        key = self._key(name)
        before = self.fields[key]
        if before != value:
            self.fields[key] = value
            self.memory.journal.append(FieldChanged(key, before, value))

    # The packet.

    @property
    def headroom(self) -> int:
        """Bytes between the start of the buffer and data_meta."""
        return self.buffer.bounds[0]

    @property
    def tailroom(self) -> int:
        """Bytes between data_end and the end of the buffer."""
        return len(self.buffer.region.data) - self.buffer.bounds[2]

    def bounds(self) -> tuple[int, int, int]:
        """Offsets of data_meta, data and data_end in the packet buffer."""
        return self.buffer.bounds

    def move(self, meta: int, data: int, end: int) -> None:
        """Moves the bounds, journaled."""
        if (meta, data, end) != self.buffer.bounds:
            self.buffer.move(meta, data, end)

    def packet(self) -> bytes:
        """The bytes from data to data_end."""
        _, data, end = self.buffer.bounds
        return self.read(data, end)

    def load_packet(self, off: int, size: int) -> int | None:
        """What LD_ABS and LD_IND give at ``off``, in network byte order; None outside."""
        return None

    def put(self, off: int, data: bytes) -> None:
        """Writes packet bytes at ``off`` from data, journaled."""
        self.write(self.buffer.bounds[1] + off, data)

    def read(self, start: int, end: int) -> bytes:
        """The bytes between two offsets of the packet buffer."""
        return bytes(self.buffer.region.data[start:end])

    def write(self, at: int, data: bytes) -> None:
        """Writes at an offset of the packet buffer, journaled."""
        if data:
            self.memory.put(self.buffer.region, at, data)

    def reserve(self, head: int = 0, tail: int = 0) -> None:
        """Makes room for that many bytes before and behind the packet, by moving it within its buffer."""
        missing_head, missing_tail = head - self.headroom, tail - self.tailroom
        if missing_head <= 0 and missing_tail <= 0:
            return
        meta, data, end = self.bounds()
        step = missing_head if missing_head > 0 else -missing_tail
        content = self.read(meta, end)
        if step > 0:
            self.move(meta + step, data + step, end + step)
            self.write(meta + step, content)
        else:
            self.write(meta + step, content)
            self.move(meta + step, data + step, end + step)
        self._shifted(step)

    @abstractmethod
    def _shifted(self, step: int) -> None:
        """Keeps offsets in the buffer right after the packet moved within it."""

    def _pointer(self, points: Points) -> int:
        meta, data, end = self.buffer.bounds
        base = self.buffer.region.base
        match points:
            case Points.DATA:
                return base + data
            case Points.META:
                return base + meta
            case Points.END:
                return base + end
            case Points.SOCKET:
                return self.socket_address

    @property
    def socket_address(self) -> int:
        """The guest address of the packet's socket, or 0."""
        return 0

    @abstractmethod
    def load(self, off: int, size: int) -> int:
        """A program's load from the context; raises MachineFault."""

    @abstractmethod
    def store(self, off: int, size: int, value: int) -> None:
        """A program's store to the context; raises MachineFault."""

    @abstractmethod
    def leave(self) -> Frame:
        """The packet as the next hook on its way finds it."""

    @abstractmethod
    def data_out(self) -> bytes:
        """The packet as BPF_PROG_TEST_RUN gives it back."""
