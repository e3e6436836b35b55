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
from dataclasses import dataclass, field
from functools import cache

from app.linux import attr
from app.linux.btf import FIRST_FUNCTION, function_types, load_btf
from app.linux.maps import KernelMap, possible_cpus
from app.linux.syscall import address, bpf, buffer

__all__ = [
    "KernelMap", "KernelProgram", "RunResult", "bpf", "kernel_version", "load", "object_id", "on_one_cpu",
    "possible_cpus", "relocated", "unavailable",
]  # fmt: skip

_LD_IMM64 = 0x18
FIRST_LOG = 1 << 18
MAX_LOG = 1 << 28


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


@contextmanager
def on_one_cpu() -> Iterator[None]:
    """Keeps this process on its first CPU, so that test runs all happen there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


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
    """What BPF_PROG_TEST_RUN answered; ``error`` 0 or the errno of a run that did not happen.

    ``duration`` is what one of the runs took on average, in nanoseconds.
    """

    error: int
    retval: int = 0
    data_out: bytes = b""
    duration: int = field(default=0, compare=False)


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
        held, held_ctx = buffer(data), buffer(ctx)
        out = ctypes.create_string_buffer(len(data) + room)
        request = attr.TestRun(
            prog_fd=self.fd,
            data_in=address(held),
            data_size_in=len(data),
            data_out=ctypes.addressof(out) if data else 0,
            data_size_out=len(out) if data else 0,
            ctx_in=address(held_ctx),
            ctx_size_in=len(ctx),
            repeat=repeat,
        )
        result = bpf(attr.PROG_TEST_RUN, request)
        if result < 0:
            return RunResult(-result)
        after = out.raw[: request.data_size_out] if data else b""
        return RunResult(0, request.retval, after, request.duration)

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
    attach_btf_id: int = 0,
) -> KernelProgram:
    """BPF_PROG_LOAD; the maps stay the caller's.

    ``attach_btf_id`` is the type of what a program with typed arguments is for.
    ``functions``, the first slots of all functions, gives them BTF, without which callbacks are refused.
    """
    code = buffer(relocated(insns, maps))
    licence = ctypes.create_string_buffer(license.encode())
    request = attr.ProgLoad(
        prog_type=prog_type,
        insn_cnt=len(insns) // 8,
        insns=address(code),
        license=ctypes.addressof(licence),
        log_level=log_level,
        prog_flags=flags,
        expected_attach_type=expected_attach_type,
        attach_btf_id=attach_btf_id,
    )
    if not functions:
        return _loaded(request)
    info = buffer(
        b"".join(struct.pack("<II", start, FIRST_FUNCTION + n) for n, start in enumerate(functions))
    )
    types = load_btf(function_types(len(functions)))
    request.prog_btf_fd, request.func_info, request.func_info_cnt = types, address(info), len(functions)
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
        request.log_size, request.log_buf = size, address(log)
        result = bpf(attr.PROG_LOAD, request)
        if result != -errno.ENOSPC or not 0 < size < MAX_LOG:
            break
        size = min(max(request.log_true_size + 1, size * 4), MAX_LOG)
    text = log.value.decode("utf-8", "replace") if log is not None else ""
    return KernelProgram(max(-result, 0), text, result if result >= 0 else -1)
