"""Maps of the real kernel."""

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.linux import attr
from app.linux.btf import LOCKED_KEY, LOCKED_VALUE
from app.linux.syscall import address, bpf, buffer

_PERCPU = frozenset({5, 6, 10, 21})


@cache
def possible_cpus() -> int:
    """How many values a per-CPU map keeps for each key."""
    last = Path("/sys/devices/system/cpu/possible").read_text("ascii").strip().split(",")[-1]
    return int(last.split("-")[-1]) + 1


@dataclass(slots=True)
class KernelMap:
    """A map of the kernel; every operation returns what it found or -errno."""

    fd: int
    type: int
    key_size: int
    value_size: int

    @classmethod
    def create(
        cls,
        type: int,  # noqa: A002 - as the kernel names it
        key_size: int,
        value_size: int,
        max_entries: int,
        flags: int = 0,
        inner: "KernelMap | None" = None,
        map_extra: int = 0,
        types: int | None = None,
    ) -> "KernelMap | int":
        """BPF_MAP_CREATE: the map, or -errno; ``types`` as ``locked_types`` makes them."""
        request = attr.MapCreate(
            map_type=type,
            key_size=key_size,
            value_size=value_size,
            max_entries=max_entries,
            map_flags=flags,
            inner_map_fd=inner.fd if inner else 0,
            map_extra=map_extra,
            btf_fd=types or 0,
            btf_key_type_id=LOCKED_KEY if types is not None else 0,
            btf_value_type_id=LOCKED_VALUE if types is not None else 0,
        )
        result = bpf(attr.MAP_CREATE, request)
        return result if result < 0 else cls(result, type, key_size, value_size)

    @property
    def io_size(self) -> int:
        """Bytes of a value as user space reads it: of all CPUs, each padded to 8, for per-CPU maps."""
        if self.type in _PERCPU:
            return (self.value_size + 7) // 8 * 8 * possible_cpus()
        return self.value_size

    def _element(self, command: int, key: bytes | None, value: int, flags: int) -> int:
        held = buffer(key)
        request = attr.MapElem(map_fd=self.fd, key=address(held), value=value, flags=flags)
        return bpf(command, request)

    def _value_of(self, command: int, key: bytes | None, flags: int, given: bytes = b"") -> bytes | int:
        out = ctypes.create_string_buffer(given, max(self.io_size, 8))
        result = self._element(command, key, ctypes.addressof(out), flags)
        return result if result < 0 else out.raw[: self.io_size]

    def lookup(self, key: bytes | None, flags: int = 0, given: bytes = b"") -> bytes | int:
        """BPF_MAP_LOOKUP_ELEM; ``given`` is the value a bloom filter is asked about."""
        return self._value_of(attr.MAP_LOOKUP, key, flags, given)

    def lookup_and_delete(self, key: bytes | None, flags: int = 0) -> bytes | int:
        """BPF_MAP_LOOKUP_AND_DELETE_ELEM."""
        return self._value_of(attr.MAP_LOOKUP_AND_DELETE, key, flags)

    def update(self, key: bytes | None, value: bytes, flags: int = 0) -> int:
        """BPF_MAP_UPDATE_ELEM."""
        held = buffer(value)
        return self._element(attr.MAP_UPDATE, key, address(held), flags)

    def delete(self, key: bytes) -> int:
        """BPF_MAP_DELETE_ELEM."""
        return self._element(attr.MAP_DELETE, key, 0, 0)

    def next_key(self, key: bytes | None) -> bytes | int:
        """BPF_MAP_GET_NEXT_KEY."""
        out = ctypes.create_string_buffer(max(self.key_size, 8))
        result = self._element(attr.MAP_GET_NEXT_KEY, key, ctypes.addressof(out), 0)
        return result if result < 0 else out.raw[: self.key_size]

    def freeze(self) -> int:
        """BPF_MAP_FREEZE: read-only for user space from now on."""
        return bpf(attr.MAP_FREEZE, attr.MapElem(map_fd=self.fd))

    def keys(self) -> Iterator[bytes]:
        """All keys, in the kernel's order."""
        key = self.next_key(None)
        while isinstance(key, bytes):
            yield key
            key = self.next_key(key)

    def close(self) -> None:
        """Gives the map back."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
