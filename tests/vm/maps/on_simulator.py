"""Does a sequence of map operations on the simulator's maps."""

from collections.abc import Sequence
from hashlib import sha256

from tests.vm.maps.on_kernel import Result
from tests.vm.maps.sequences import Argument, MapSequence, Operation, inner_value
from vm.change import Change, EntryChanged, ListChanged, MemoryChanged
from vm.maps import BpfMap, create
from vm.maps.devices import DevMap, DevMapHash
from vm.maps.references import ReferenceArray
from vm.maps.ringbuf import RingBufMap
from vm.memory.memory import Memory

CPU = 0


class OnSimulator:
    """One sequence's map here."""

    def __init__(self, sequence: MapSequence, cpus: int) -> None:
        self.journal: list[Change] = []
        self.memory = Memory(self.journal)
        self.spec = sequence.spec
        self.maps: list[BpfMap] = []
        for index, spec in enumerate((sequence.spec, *sequence.inner)):
            self.maps.append(create(spec, index, self.memory, cpus, self.maps))
        self.map = self.maps[0]
        for number, inner in enumerate(self.maps[1:]):
            inner.user_update(bytes(4), inner_value(number))
        if isinstance(self.map, ReferenceArray):
            self.map.referents = 3
        if isinstance(self.map, DevMap | DevMapHash):
            self.map.known = (1,)

    def run(self, operations: Sequence[Operation]) -> list[Result]:
        """The results, one for each operation."""
        return [self.do(operation) for operation in operations]

    def do(self, operation: Operation) -> Result:
        """Does one operation."""
        name, arguments = operation
        found = self._by_program(name, arguments) if name.startswith("p_") else self._by_user(name, arguments)
        return int(found) if isinstance(found, int) else found

    def state(self) -> object:
        """Everything: bytes of memory and bookkeeping."""
        regions = [(bytes(region.data), region.alive) for region in self.memory.regions]
        books = [(dict(m.book.entries), m.book.all_items()) for m in self.maps]
        return regions, books

    def apply(self, changes: Sequence[Change], *, forwards: bool) -> None:
        """Carries changes out, or takes them back, last first."""
        for change in changes if forwards else reversed(changes):
            match change:
                case MemoryChanged():
                    self.memory.apply(change, forwards=forwards)
                case EntryChanged() | ListChanged():
                    self.maps[change.map].apply(change, forwards=forwards)
                case _:
                    raise TypeError(f"maps do not make {change}")

    def _by_user(self, name: str, arguments: tuple[Argument, ...]) -> Result:
        match name, arguments:
            case "lookup", (bytes(key),):
                return self.map.user_lookup(key)
            case "lookup_value", (bytes(value),):
                return self.map.user_lookup(b"", 0, value)
            case "update", (bytes(key), bytes(value), int(flags)):
                return self.map.user_update(key, value, flags)
            case "delete", (bytes(key),):
                return self.map.user_delete(key)
            case "take", (bytes(key), int(flags)):
                return self.map.user_lookup_and_delete(key, flags)
            case "next", (bytes() | None as key,):
                return self.map.user_next_key(key)
            case "keys", ():
                return [*sorted(self._keys())]
            case "missing", ():
                found = self.map.user_next_key(b"\xee" * self.spec.key_size)
                return found if isinstance(found, int) else b""
            case "freeze", ():
                return self.map.freeze()
            case "consume", (int(most),):
                return [_ends(data) for data in self._ring().consume(most)]
            case "image", ():
                return sha256(self._ring().ring.data[: self.spec.max_entries]).digest()[:8]
            case _:
                raise ValueError(name)

    def _keys(self) -> list[bytes]:
        found, key = [], self.map.user_next_key(None)
        while isinstance(key, bytes):
            found.append(key)
            key = self.map.user_next_key(key)
        return found

    def _by_program(self, name: str, arguments: tuple[Argument, ...]) -> Result:
        match name, arguments:
            case "p_lookup", (bytes(key),):
                return self._value_at(self.map.lookup(key, CPU))
            case "p_percpu", (bytes(key), int(cpu)):
                return self._value_at(self.map.lookup(key, cpu) if cpu < self.map.cpus else 0)
            case "p_add", (bytes(key),):
                return self._add(key)
            case "p_update", (bytes(key), bytes(value), int(flags)):
                return self.map.update(key, value, flags, CPU)
            case "p_delete", (bytes(key),):
                return self.map.delete(key)
            case "p_replaced", (bytes(key), bytes(value)):
                found = self.map.lookup(key, CPU)
                if found:
                    self.map.update(key, value, 0, CPU)
                return self._value_at(found)
            case "p_reused", (bytes(key), bytes(second), bytes(value)):
                found = self.map.lookup(key, CPU)
                if found:
                    self.map.delete(key)
                    self.map.update(second, value, 0, CPU)
                return self._value_at(found)
            case "p_inner", (bytes(key), int(index)):
                return self._inner(key, index)
            case "p_tail", (bytes(key),):
                number = self.map.book.entries.get(key)
                return 1 if number is None else 100 + number
            case _:
                return self._keyless(name, arguments)

    def _keyless(self, name: str, arguments: tuple[Argument, ...]) -> Result:
        match name, arguments:
            case "p_push", (bytes(value), int(flags)):
                return self.map.push(value, flags)
            case "p_pop", ():
                return _or_missing(self.map.pop())
            case "p_peek", ():
                return _or_missing(self.map.peek())
            case "p_peek", (bytes(value),):
                return _or_missing(self.map.peek(value))
            case "p_output", (int(size), int(byte), int(flags)):
                return self._ring().output(bytes([byte]) * size, flags)
            case "p_record", (int(size), int(byte), int(flags), int(discard)):
                return self._record(size, byte, flags, bool(discard))
            case "p_pair", (int(first), int(second), int(discard)):
                return self._pair(first, second, bool(discard))
            case "p_query", (int(what),):
                return self._ring().query(what)
            case _:
                raise ValueError(name)

    def _value_at(self, address: int) -> bytes | None:
        return self.memory.read(address, self.spec.value_size) if address else None

    def _add(self, key: bytes) -> int:
        address = self.map.lookup(key, CPU)
        if not address:
            return 0
        self.memory.store(address, 1, self.memory.load(address, 1) + 1)
        return self.memory.load(address, 1) + 1

    def _inner(self, key: bytes, index: int) -> int:
        address = self.map.lookup(key, CPU)
        inner = next((one for one in self.maps if one.address == address), None)
        found = inner.lookup(index.to_bytes(4, "little"), CPU) if inner is not None else 0
        return self.memory.load(found, 4) + 1 if found else 0

    def _ring(self) -> RingBufMap:
        assert isinstance(self.map, RingBufMap)
        return self.map

    def _record(self, size: int, byte: int, flags: int, discard: bool) -> int:
        address = self._ring().reserve(size, 0)
        if not address:
            return 0
        if size:
            self.memory.store(address, 1, byte)
            self.memory.store(address + size - 1, 1, byte)
        self._ring().commit(address, flags, discard=discard)
        return 1

    def _pair(self, first: int, second: int, discard: bool) -> int:
        one, two = self._ring().reserve(first, 0), self._ring().reserve(second, 0)
        if two:
            self._ring().commit(two, 0)
        if one:
            self._ring().commit(one, 0, discard=discard)
        return bool(one) + 2 * bool(two)


def _or_missing(value: bytes | None) -> bytes | int:
    return -2 if value is None else value


def _ends(data: bytes) -> bytes:
    return len(data).to_bytes(2, "little") + data[:1] + data[-1:]
