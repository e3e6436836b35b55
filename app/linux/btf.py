"""Types for the real kernel: the least that makes it take functions for functions."""

import ctypes
import os
import struct

from app.linux import attr
from app.linux.syscall import bpf

_BTF_INT, _BTF_STRUCT, _BTF_FUNC, _BTF_FUNC_PROTO = 1, 4, 12, 13
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


LOCKED_KEY, LOCKED_VALUE = 2, 4
"""The types of key and value in ``locked_types``."""


def locked_types(key_size: int, value_size: int, lock: int) -> bytes:
    """BTF of a map whose values hold a ``struct bpf_spin_lock`` at byte ``lock``."""
    names = b"\0int\0val\0bpf_spin_lock\0lock\0value\0key\0"

    def struct_of(name: bytes, size: int, *member: int) -> bytes:
        head = struct.pack("<III", names.index(name), _BTF_STRUCT << 24 | len(member) // 3, size)
        return head + struct.pack(f"<{len(member)}I", *member)

    number = struct.pack("<IIII", 1, _BTF_INT << 24, 4, 32)
    key = struct.pack("<IIII", 1, _BTF_INT << 24, 4, 32) if key_size == 4 else struct_of(b"key", key_size)
    held = struct_of(b"bpf_spin_lock", 4, names.index(b"val"), 1, 0)
    value = struct_of(b"value", value_size, names.index(b"lock"), 3, lock * 8)
    types = number + key + held + value
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(names))
    return head + types + names
