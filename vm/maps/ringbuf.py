"""Ring buffers: records reserved by programs, read in order by user space.

As in Linux, a record is a header of 8 bytes (its length with the busy and discard bits, then the page it
is on), and its bytes rounded up to 8. Positions count up and never wrap. A record that reaches past the
end of the ring goes on at its start; here its bytes lie behind the end while it is reserved, so that it
is in one piece, as the kernel's double mapping makes it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from vm.change import EntryChanged, ListChanged
from vm.maps.array import key_of
from vm.maps.base import BpfMap
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import Part, RegionKind
from vm.program import MapSpec
from vm.uapi.errno import Errno

HEADER: Final = 8
BUSY: Final = 1 << 31
DISCARDED: Final = 1 << 30
MAX_RECORD: Final = (1 << 32) // 4 - 1

NO_WAKEUP: Final = 1
FORCE_WAKEUP: Final = 2

AVAIL_DATA, RING_SIZE, CONS_POS, PROD_POS = range(4)


def record_size(size: int) -> int:
    """Bytes of the ring that a record of ``size`` bytes takes."""
    return (size + HEADER + 7) & ~7


class _Records:
    """Tells the records in the ring apart."""

    def __init__(self, ring: "RingBufMap") -> None:
        self._ring = ring

    def part(self, off: int) -> Part:
        """The reserved record at ``off``, or else the nearest reserved record before or behind it."""
        name = self._ring.spec.name
        reserved = self._ring.reserved()
        for start, size in reserved.items():
            if start - HEADER <= off < start - HEADER + record_size(size):
                return Part(f"{name} record", start, start + size)
        why = "where no record is reserved: it was submitted or discarded, or never was one"
        return Part(f"{name} ring", 0, 0, why)


class RingBufMap(BpfMap):
    """BPF_MAP_TYPE_RINGBUF. The book keeps ``producer``, ``consumer`` and ``pending`` positions, and as
    ``open`` the length of each reserved record by the offset of its first byte."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.size = spec.max_entries
        self.ring = memory.add_zeroed(RegionKind.RINGBUF, spec.name, 2 * self.size, owner=index)
        self.ring.parts = _Records(self)
        self._reserved: dict[int, int] | None = None

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        return 2 * spec.max_entries

    # Programs.

    def reserve(self, size: int, flags: int) -> int:
        """bpf_ringbuf_reserve: the address of the new record's first byte, or 0 if it does not fit."""
        if flags or size > MAX_RECORD:
            return 0
        length, producer = record_size(size), self.book.get("producer")
        if length > self.size or producer + length - self.book.get("consumer") > self.size - 1:
            return 0
        if producer + length - self._advance_pending() > self.size - 1:
            return 0
        at = producer % self.size
        self._unfold(at, length)
        self._write_header(at, size | BUSY)
        self.book.set("producer", producer + length)
        self.book.set("open", size, at + HEADER)
        self._reserved = None
        return self.ring.base + at + HEADER

    def commit(self, address: int, flags: int, *, discard: bool = False) -> bool:
        """bpf_ringbuf_submit or _discard of the record at ``address``; whether user space is woken up.

        Raises MachineFault if no reserved record begins there.
        """
        start = address - self.ring.base
        size = self.reserved().get(start)
        if size is None:
            verb = "discards" if discard else "submits"
            message = f"{verb} {address:#x}, where no reserved record of {self.spec.name} begins"
            raise MachineFault(Fault(FaultKind.BAD_CALL, message, address))
        self._write_header(start - HEADER, size | (DISCARDED if discard else 0))
        self._fold(start - HEADER, record_size(size))
        self.book.set("open", None, start)
        self._reserved = None
        if flags & FORCE_WAKEUP:
            return True
        first = self.book.get("consumer") % self.size == start - HEADER
        return first and not flags & NO_WAKEUP

    def output(self, data: bytes, flags: int) -> int:
        """bpf_ringbuf_output: copies a whole record; 0 or -errno."""
        if flags & ~(NO_WAKEUP | FORCE_WAKEUP):
            return -Errno.EINVAL
        address = self.reserve(len(data), 0)
        if not address:
            return -Errno.EAGAIN
        if data:
            self.memory.put(self.ring, address - self.ring.base, data)
        self.commit(address, flags)
        return 0

    def query(self, what: int) -> int:
        """bpf_ringbuf_query: unread bytes, size, consumer or producer position; 0 for anything else."""
        producer, consumer = self.book.get("producer"), self.book.get("consumer")
        answers = {
            AVAIL_DATA: producer - consumer,
            RING_SIZE: self.size,
            CONS_POS: consumer,
            PROD_POS: producer,
        }
        return answers.get(what, 0)

    def record(self, address: int) -> bytes:
        """The bytes of the reserved record at ``address``; empty if there is none."""
        start = address - self.ring.base
        return bytes(self.ring.data[start : start + self.reserved().get(start, 0)])

    def reserved(self) -> dict[int, int]:
        """Length of each reserved record by the offset of its first byte."""
        if self._reserved is None:
            self._reserved = self.book.list("open")
        return self._reserved

    # User space.

    def consume(self, most: int | None = None) -> list[bytes]:
        """Reads the records that are ready, up to the first reserved one, and frees their room."""
        found: list[bytes] = []
        consumer = self.book.get("consumer")
        for position, size, header, data in self._walk():
            if header & BUSY or (most is not None and len(found) >= most):
                break
            if not header & DISCARDED:
                found.append(data)
            consumer = position + record_size(size)
        self.book.set("consumer", consumer)
        return found

    def _walk(self) -> Iterator[tuple[int, int, int, bytes]]:
        """(position, length, header, bytes) of every record between consumer and producer."""
        position = self.book.get("consumer")
        while position < self.book.get("producer"):
            at = position % self.size
            header = int.from_bytes(self.ring.data[at : at + 4], "little")
            size = header & ~(BUSY | DISCARDED)
            yield position, size, header, self._bytes(at + HEADER, size, header)
            position += record_size(size)

    def _bytes(self, start: int, size: int, header: int) -> bytes:
        data = self.ring.data
        if header & BUSY or start + size <= self.size:
            return bytes(data[start : start + size])
        start %= self.size
        behind = max(0, start + size - self.size)
        return bytes(data[start : start + size - behind] + data[:behind])

    # The ring.

    def _advance_pending(self) -> int:
        """The position of the oldest record still reserved, from which room may not be taken."""
        pending, producer = self.book.get("pending"), self.book.get("producer")
        while pending < producer:
            at = pending % self.size
            header = int.from_bytes(self.ring.data[at : at + 4], "little")
            if header & BUSY:
                break
            pending += record_size(header & ~DISCARDED)
        self.book.set("pending", pending)
        return pending

    def _write_header(self, at: int, word: int) -> None:
        page = (at >> 12) + 3  # counted as the kernel does, from the ring's own first page
        self.memory.put(self.ring, at, word.to_bytes(4, "little") + page.to_bytes(4, "little"))

    def _unfold(self, at: int, length: int) -> None:
        """Copies what a record that wraps would find at the ring's start to behind its end."""
        behind = at + length - self.size
        if behind > 0:
            self.memory.put(self.ring, self.size, bytes(self.ring.data[:behind]))

    def _fold(self, at: int, length: int) -> None:
        behind = at + length - self.size
        if behind > 0:
            self.memory.put(self.ring, 0, bytes(self.ring.data[self.size : self.size + behind]))

    # For views.

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """The records that are ready and unread, each with an empty key."""
        for _, _, header, data in self._walk():
            if header & BUSY:
                return
            if not header & DISCARDED:
                yield b"", data

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """The records that are ready and unread, numbered from 0."""
        for place, (_, data) in enumerate(self.items()):
            yield key_of(place), data, None

    def count(self) -> int:
        """See BpfMap."""
        return sum(1 for _ in self.items())

    # Time travel.

    def apply(self, change: EntryChanged | ListChanged, *, forwards: bool) -> None:
        """See BpfMap."""
        self._reserved = None
        super().apply(change, forwards=forwards)

    def restore(self, snapshot: object) -> None:
        """See BpfMap."""
        self._reserved = None
        super().restore(snapshot)
