"""Loading with fewer privileges than this process has, as the profiles of the verifier describe them."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_libc = ctypes.CDLL(None, use_errno=True)
_VERSION_3 = 0x2008_0522
_CAP_NET_ADMIN, _CAP_BPF = 12, 39
_WITHOUT_PERFMON = 1 << _CAP_NET_ADMIN | 1 << _CAP_BPF


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    """Two of these hold the low and the high 32 bits of each set."""

    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inherit", ctypes.c_uint32)]


def _call(function: str, sets: "ctypes.Array[_Sets]") -> None:
    header = _Header(_VERSION_3, 0)
    if getattr(_libc, function)(ctypes.byref(header), sets):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _effective(sets: "ctypes.Array[_Sets]") -> int:
    return int(sets[0].effective) | int(sets[1].effective) << 32


@contextmanager
def without_perfmon() -> Iterator[None]:
    """This thread with CAP_BPF and CAP_NET_ADMIN alone, for the block; permitted ones stay and come back."""
    sets = (_Sets * 2)()
    _call("capget", sets)
    before = _effective(sets)
    _set(sets, before & _WITHOUT_PERFMON)
    try:
        yield
    finally:
        _set(sets, before)


def _set(sets: "ctypes.Array[_Sets]", effective: int) -> None:
    sets[0].effective, sets[1].effective = effective & 0xFFFF_FFFF, effective >> 32
    _call("capset", sets)
