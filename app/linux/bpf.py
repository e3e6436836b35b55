"""bpf(2) by ctypes: maps, programs and test runs of the real kernel. Nothing is ever attached.

Needs root and a kernel that allows bpf(); ``unavailable()`` says why not. Map references in instructions are
``ld_imm64`` with src_reg 1 or 2 whose immediate is an index into the maps given to ``load``.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.linux import attr

_SYSCALL = {"x86_64": 321, "aarch64": 280, "riscv64": 280}
_LD_IMM64 = 0x18
_PERCPU = frozenset({5, 6, 10, 21})
_BTF_INT, _BTF_FUNC, _BTF_FUNC_PROTO = 1, 12, 13
FIRST_FUNCTION = 3
FIRST_LOG = 1 << 18
MAX_LOG = 1 << 28
_libc = ctypes.CDLL(None, use_errno=True)


def bpf(command: int, request: ctypes.Structure) -> int:
    """The system call: its result or -errno."""
    number = _SYSCALL.get(platform.machine())
    if number is None:
        return -errno.ENOSYS
    for _ in range(20):  # EAGAIN: the verifier was interrupted
        result = int(_libc.syscall(number, command, ctypes.byref(request), ctypes.sizeof(request)))
        if result >= 0:
            return result
        if ctypes.get_errno() not in (errno.EAGAIN, errno.EINTR):
            break
    return -ctypes.get_errno()


@cache
def unavailable() -> str | None:
    """Why this machine's kernel cannot be asked, or None if it can."""
    if platform.system() != "Linux":
        return "bpf() exists only on Linux"
    created = KernelMap.create(2, 4, 4, 1)
    if isinstance(created, int):
        return f"bpf() is not allowed here: {os.strerror(-created)}"
    created.close()
    return None


def kernel_version() -> str:
    """The running kernel's release, such as 6.18.44."""
    return platform.release()


@cache
def possible_cpus() -> int:
    """How many values a per-CPU map keeps for each key."""
    last = Path("/sys/devices/system/cpu/possible").read_text("ascii").strip().split(",")[-1]
    return int(last.split("-")[-1]) + 1


@contextmanager
def on_one_cpu() -> Iterator[None]:
    """Keeps this process on its first CPU, so that test runs all happen there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _buffer(data: bytes | None) -> "ctypes.Array[ctypes.c_char] | None":
    return ctypes.create_string_buffer(data, len(data)) if data else None


def _address(buffer: "ctypes.Array[ctypes.c_char] | None") -> int:
    return ctypes.addressof(buffer) if buffer is not None else 0


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
    ) -> "KernelMap | int":
        """BPF_MAP_CREATE: the map, or -errno."""
        request = attr.MapCreate(
            map_type=type,
            key_size=key_size,
            value_size=value_size,
            max_entries=max_entries,
            map_flags=flags,
            inner_map_fd=inner.fd if inner else 0,
            map_extra=map_extra,
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
        held = _buffer(key)
        request = attr.MapElem(map_fd=self.fd, key=_address(held), value=value, flags=flags)
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
        held = _buffer(value)
        return self._element(attr.MAP_UPDATE, key, _address(held), flags)

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


def object_id(fd: int) -> int:
    """The id of a map or program: the second word of both info structures."""
    info = ctypes.create_string_buffer(8)
    request = attr.InfoByFd(bpf_fd=fd, info_len=8, info=ctypes.addressof(info))
    result = bpf(attr.OBJ_GET_INFO_BY_FD, request)
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return int.from_bytes(info.raw[4:8], "little")


@dataclass(frozen=True, slots=True)
class RunResult:
    """What BPF_PROG_TEST_RUN answered; ``error`` 0 or the errno of a run that did not happen."""

    error: int
    retval: int = 0
    data_out: bytes = b""


@dataclass(slots=True)
class KernelProgram:
    """A loaded program, or why it was refused (``error``, an errno, and the verifier's ``log``)."""

    error: int
    log: str
    fd: int = -1

    def test_run(
        self, data: bytes = bytes(64), ctx: bytes = b"", repeat: int = 1, room: int = 512
    ) -> RunResult:
        """Runs the program once (or ``repeat`` times) over ``data``, which may grow by ``room`` bytes."""
        held, held_ctx = _buffer(data), _buffer(ctx)
        out = ctypes.create_string_buffer(len(data) + room)
        request = attr.TestRun(
            prog_fd=self.fd,
            data_in=_address(held),
            data_size_in=len(data),
            data_out=ctypes.addressof(out) if data else 0,
            data_size_out=len(out) if data else 0,
            ctx_in=_address(held_ctx),
            ctx_size_in=len(ctx),
            repeat=repeat,
        )
        result = bpf(attr.PROG_TEST_RUN, request)
        if result < 0:
            return RunResult(-result)
        return RunResult(0, request.retval, out.raw[: request.data_size_out] if data else b"")

    def close(self) -> None:
        """Gives the program back."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def relocated(insns: bytes, maps: Sequence[KernelMap]) -> bytes:
    """``insns`` with map indices replaced by descriptors."""
    code = bytearray(insns)
    at = 0
    while at + 8 <= len(code):
        if code[at] == _LD_IMM64:
            index = int.from_bytes(code[at + 4 : at + 8], "little")
            if code[at + 1] >> 4 in (1, 2) and index < len(maps):
                code[at + 4 : at + 8] = maps[index].fd.to_bytes(4, "little")
            at += 8
        at += 8
    return bytes(code)


def load(
    insns: bytes,
    prog_type: int,
    maps: Sequence[KernelMap] = (),
    *,
    license: str = "GPL",  # noqa: A002 - as the kernel names it
    log_level: int = 1,
    expected_attach_type: int = 0,
    flags: int = 0,
    functions: Sequence[int] = (),
) -> KernelProgram:
    """BPF_PROG_LOAD; the maps stay the caller's.

    ``functions``, the first slots of all functions, gives them BTF, without which callbacks are refused.
    """
    code = _buffer(relocated(insns, maps))
    licence = ctypes.create_string_buffer(license.encode())
    request = attr.ProgLoad(
        prog_type=prog_type,
        insn_cnt=len(insns) // 8,
        insns=_address(code),
        license=ctypes.addressof(licence),
        log_level=log_level,
        prog_flags=flags,
        expected_attach_type=expected_attach_type,
    )
    if not functions:
        return _loaded(request)
    info = _buffer(
        b"".join(struct.pack("<II", start, FIRST_FUNCTION + n) for n, start in enumerate(functions))
    )
    types = load_btf(function_types(len(functions)))
    request.prog_btf_fd, request.func_info, request.func_info_cnt = types, _address(info), len(functions)
    request.func_info_rec_size = 8
    try:
        return _loaded(request)
    finally:
        os.close(types)


def _loaded(request: attr.ProgLoad) -> KernelProgram:
    """Loads with a log buffer that grows until the whole log fits, up to ``MAX_LOG`` bytes."""
    size = FIRST_LOG if request.log_level else 0
    while True:
        log = ctypes.create_string_buffer(size) if size else None
        request.log_size, request.log_buf = size, _address(log)
        result = bpf(attr.PROG_LOAD, request)
        if result != -errno.ENOSPC or not 0 < size < MAX_LOG:
            break
        size = min(max(request.log_true_size + 1, size * 4), MAX_LOG)
    text = log.value.decode("utf-8", "replace") if log is not None else ""
    return KernelProgram(max(-result, 0), text, result if result >= 0 else -1)


def load_btf(data: bytes) -> int:
    """BPF_BTF_LOAD: the descriptor of these types; raises OSError where the kernel refuses them."""
    held = ctypes.create_string_buffer(data, len(data))
    found = bpf(attr.BTF_LOAD, attr.BtfLoad(btf=ctypes.addressof(held), btf_size=len(data)))
    if found < 0:
        raise OSError(-found, os.strerror(-found))
    return found


def function_types(count: int) -> bytes:
    """BTF with type 1 an int, 2 ``int (void)``, and from 3 on ``count`` static functions of that type."""
    names = b"\0int\0" + b"".join(f"f{n}\0".encode() for n in range(count))
    types = struct.pack("<IIII", 1, _BTF_INT << 24, 4, 0x0100_0020)
    types += struct.pack("<III", 0, _BTF_FUNC_PROTO << 24, 1)
    for n in range(count):
        types += struct.pack("<III", names.index(f"f{n}\0".encode()), _BTF_FUNC << 24, 2)
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(names))
    return head + types + names
