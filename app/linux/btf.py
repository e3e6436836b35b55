"""Types for the real kernel: the least that makes it take functions for functions."""

import ctypes
import os
import struct

from app.linux import attr
from app.linux.syscall import bpf

_BTF_INT, _BTF_FUNC, _BTF_FUNC_PROTO = 1, 12, 13
FIRST_FUNCTION = 3
"""The type of the first of ``function_types``."""


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
