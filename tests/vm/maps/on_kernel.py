"""Does a sequence of map operations on the real kernel: by bpf(2), and by small XDP programs over a test
packet."""

import mmap
import os
from collections.abc import Sequence
from hashlib import sha256

from app.linux.bpf import KernelMap, KernelProgram
from tests.oracle import kernel
from tests.vm.maps.programs import FLAGS, KEY, OUT, PACKET, SECOND, VALUE, program, returning
from tests.vm.maps.sequences import BAD, Argument, MapSequence, Operation, inner_value
from vm.program import MapSpec
from vm.uapi.map_types import MapType

Result = int | bytes | list[bytes] | None

XDP = 6


def _ask(spec: MapSpec, inner: KernelMap | None = None) -> KernelMap | int:
    return KernelMap.create(
        spec.type, spec.key_size, spec.value_size, spec.max_entries, spec.flags, inner, spec.map_extra
    )


def create_errno(spec: MapSpec) -> int:
    """The error number of making a map, 0 if it is made."""
    template = _ask(MapSpec("t", MapType.ARRAY, 4, 4, 1))
    assert isinstance(template, KernelMap)
    inner = _ask(spec.inner, template) if spec.inner is not None else None
    assert not isinstance(inner, int), "inner maps are ones that the kernel makes"
    made = _ask(spec, inner)
    for owned in (template, inner, made):
        if isinstance(owned, KernelMap):
            owned.close()
    return -made if isinstance(made, int) else 0


def _create(spec: MapSpec, inner: KernelMap | None = None) -> KernelMap:
    made = _ask(spec, inner)
    if isinstance(made, int):
        raise OSError(-made, f"{spec}: {os.strerror(-made)}")
    return made


class OnKernel:
    """One sequence's map in the kernel and the programs over it."""

    def __init__(self, sequence: MapSequence) -> None:
        self.spec = sequence.spec
        self.inner = [_create(spec) for spec in sequence.inner]
        for number, inner in enumerate(self.inner):
            inner.update(bytes(4), inner_value(number))
        template = _create(self.spec.inner) if self.spec.inner is not None else None
        self.map = _create(self.spec, template)
        self.targets = [kernel.load(returning(100 + n), XDP) for n in range(3)] if self._of_programs else []
        self._programs: dict[tuple[object, ...], KernelProgram] = {}
        self._consumer = 0
        if template is not None:
            template.close()

    @property
    def _of_programs(self) -> bool:
        return self.spec.type is MapType.PROG_ARRAY

    def close(self) -> None:
        """Gives everything back."""
        owned: list[KernelMap | KernelProgram] = [self.map, *self.inner, *self.targets]
        for one in [*owned, *self._programs.values()]:
            one.close()

    def run(self, operations: Sequence[Operation]) -> list[Result]:
        """The results, one for each operation."""
        return [self._do(*operation) for operation in operations]

    def _do(self, name: str, arguments: tuple[Argument, ...]) -> Result:
        do = self._by_program if name.startswith("p_") else self._by_user
        return do(name, arguments)

    # User space.

    def _by_user(self, name: str, arguments: tuple[Argument, ...]) -> Result:
        match name, arguments:
            case "lookup", (bytes(key),):
                return self._index_of(self.map.lookup(key or None))
            case "lookup_value", (bytes(value),):
                return self.map.lookup(None, given=value)
            case "update", (bytes(key), bytes(value), int(flags)):
                return self.map.update(key or None, self._referred(value), flags)
            case "delete", (bytes(key),):
                return self.map.delete(key)
            case "take", (bytes(key), int(flags)):
                return self.map.lookup_and_delete(key or None, flags)
            case "next", (bytes() | None as key,):
                return self.map.next_key(key)
            case "keys", ():
                return [*sorted(self.map.keys())]
            case "missing", ():
                found = self.map.next_key(b"\xee" * self.spec.key_size)
                return found if isinstance(found, int) else b""
            case "freeze", ():
                return self.map.freeze()
            case "consume", (int(most),):
                return [*self._consume(most)]
            case "image", ():
                return self._image()
            case _:
                raise ValueError(name)

    def _referred(self, value: bytes) -> bytes:
        """A number of the sequence as the descriptor it stands for."""
        number = int.from_bytes(value[:4], "little")
        if self._of_programs:
            fds = [target.fd for target in self.targets]
        elif self.spec.inner is not None:
            fds = [self.map.fd, *(inner.fd for inner in self.inner)]
        else:
            return value
        return (fds[number] if number < len(fds) else BAD).to_bytes(4, "little")

    def _index_of(self, found: bytes | int) -> bytes | int:
        """A found id as the number of the sequence that stands for it."""
        if isinstance(found, int) or not (self._of_programs or self.spec.inner is not None):
            return found
        owned: Sequence[KernelMap | KernelProgram] = self.targets or (self.map, *self.inner)
        ids = [kernel.object_id(one.fd) for one in owned]
        return ids.index(int.from_bytes(found, "little")).to_bytes(4, "little")

    def _consume(self, most: int) -> list[bytes]:
        """Reads records as libbpf does: over the pages that the ring buffer shares with user space."""
        page, size, fd = mmap.PAGESIZE, self.spec.max_entries, self.map.fd
        with (
            mmap.mmap(fd, page, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE) as consumer,
            mmap.mmap(fd, page + 2 * size, mmap.MAP_SHARED, mmap.PROT_READ, offset=page) as producer,
        ):
            found: list[bytes] = []
            end = int.from_bytes(producer[:8], "little")
            while self._consumer < end and len(found) < most:
                at = page + self._consumer % size
                header = int.from_bytes(producer[at : at + 4], "little")
                length = header & 0x3FFF_FFFF
                if not header >> 30:
                    found.append(_ends(producer[at + 8 : at + 8 + length]))
                self._consumer += length + 15 & ~7
            consumer[:8] = self._consumer.to_bytes(8, "little")
            return found

    def _image(self) -> bytes:
        """All bytes of the ring, cut short by a hash."""
        page, size = mmap.PAGESIZE, self.spec.max_entries
        with mmap.mmap(
            self.map.fd, page + 2 * size, mmap.MAP_SHARED, mmap.PROT_READ, offset=page
        ) as producer:
            return sha256(producer[page : page + size]).digest()[:8]

    # Programs.

    def _by_program(self, name: str, arguments: tuple[Argument, ...]) -> Result:
        packet = bytearray(PACKET)
        constants: tuple[int, ...] = ()

        def put(off: int, data: bytes) -> None:
            packet[off : off + len(data)] = data

        match name, arguments:
            case "p_lookup" | "p_add" | "p_delete" | "p_tail", (bytes(key),):
                put(KEY, key)
            case "p_percpu" | "p_inner", (bytes(key), int(number)):
                put(KEY, key)
                put(FLAGS if name == "p_percpu" else SECOND, number.to_bytes(8, "little"))
            case "p_update", (bytes(key), bytes(value), int(flags)):
                put(KEY, key)
                put(VALUE, value)
                put(FLAGS, flags.to_bytes(8, "little"))
            case "p_replaced", (bytes(key), bytes(value)):
                put(KEY, key)
                put(VALUE, value)
            case "p_reused", (bytes(key), bytes(second), bytes(value)):
                put(KEY, key)
                put(SECOND, second)
                put(VALUE, value)
            case "p_push", (bytes(value), int(flags)):
                put(VALUE, value)
                put(FLAGS, flags.to_bytes(8, "little"))
            case "p_peek", (bytes(value),):
                put(VALUE, value)
            case "p_output", (int(size), int(byte), int(flags)):
                put(OUT, bytes([byte]) * (PACKET - OUT))
                put(FLAGS, flags.to_bytes(8, "little"))
                constants = (min(size, PACKET - OUT),)
            case "p_record", (int(size), int(byte), int(flags), int(discard)):
                put(OUT, bytes([byte]))
                constants = (size, flags, discard)
            case "p_pair", (int(first), int(second), int(discard)):
                constants = (first, second, discard)
            case "p_query", (int(what),):
                put(FLAGS, what.to_bytes(8, "little"))
            case _:
                pass  # pops take nothing
        return self._outcome(name, bytes(packet), constants)

    def _outcome(self, name: str, packet: bytes, constants: tuple[int, ...]) -> Result:
        key = (name, *constants)
        if key not in self._programs:
            self._programs[key] = self._load(name, constants)
        ran = self._programs[key].test_run(packet)
        if ran.error:
            raise OSError(ran.error, os.strerror(ran.error))
        retval = ran.retval - (1 << 32) if ran.retval >> 31 else ran.retval
        out = ran.data_out[OUT : OUT + self.spec.value_size]
        if name in ("p_lookup", "p_percpu", "p_replaced", "p_reused"):
            return out if retval else None
        return out if name in ("p_pop", "p_peek") and retval == 0 else retval

    def _load(self, name: str, constants: tuple[int, ...]) -> KernelProgram:
        loaded = kernel.load(program(name, self.spec, *constants), XDP, [self.map])
        if loaded.error:
            raise OSError(loaded.error, f"{name}: {loaded.log[-800:]}")
        return loaded


def _ends(data: bytes) -> bytes:
    """Length, first and last byte: what programs wrote of a record."""
    return len(data).to_bytes(2, "little") + data[:1] + data[-1:]
