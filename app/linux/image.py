"""What the kernel made of a loaded program: the instructions it rewrote, and the machine code it runs."""

import ctypes
import os
from ctypes import Structure, c_char, c_uint32, c_uint64
from dataclasses import dataclass

from app.linux import attr
from app.linux.syscall import bpf

_MAX_TRANSLATED = 4 << 20
"""The kernel copies rewritten instructions through one allocation, which cannot be larger."""


class _ProgInfo(Structure):
    """The part of struct bpf_prog_info (include/uapi/linux/bpf.h) up to the functions' lengths."""

    _fields_ = [
        ("type", c_uint32), ("id", c_uint32), ("tag", c_uint64), ("jited_prog_len", c_uint32),
        ("xlated_prog_len", c_uint32), ("jited_prog_insns", c_uint64), ("xlated_prog_insns", c_uint64),
        ("load_time", c_uint64), ("created_by_uid", c_uint32), ("nr_map_ids", c_uint32),
        ("map_ids", c_uint64), ("name", c_char * 16), ("ifindex", c_uint32), ("gpl_compatible", c_uint32),
        ("netns_dev", c_uint64), ("netns_ino", c_uint64), ("nr_jited_ksyms", c_uint32),
        ("nr_jited_func_lens", c_uint32), ("jited_ksyms", c_uint64), ("jited_func_lens", c_uint64),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Image:
    """``translated``: 8-byte slots after the verifier; ``native``: the machine code of each function."""

    translated: bytes
    native: tuple[bytes, ...]


def image_of(fd: int) -> Image:
    """The image of the loaded program ``fd``; OSError where the kernel will not tell."""
    sizes = _info(fd, _ProgInfo())
    translated = ctypes.create_string_buffer(max(sizes.xlated_prog_len, 1))
    native = ctypes.create_string_buffer(max(sizes.jited_prog_len, 1))
    lengths = (c_uint32 * max(sizes.nr_jited_func_lens, 1))()
    wanted = _ProgInfo(
        jited_prog_len=sizes.jited_prog_len,
        jited_prog_insns=ctypes.addressof(native),
        nr_jited_func_lens=sizes.nr_jited_func_lens,
        jited_func_lens=ctypes.addressof(lengths),
    )
    if sizes.xlated_prog_len <= _MAX_TRANSLATED:
        wanted.xlated_prog_len = sizes.xlated_prog_len
        wanted.xlated_prog_insns = ctypes.addressof(translated)
    told = _info(fd, wanted)
    functions, at = [], 0
    for length in lengths[: told.nr_jited_func_lens] or [told.jited_prog_len]:
        functions.append(native.raw[at : at + length])
        at += length
    return Image(translated.raw[: told.xlated_prog_len], tuple(functions))


def _info(fd: int, info: _ProgInfo) -> _ProgInfo:
    request = attr.InfoByFd(bpf_fd=fd, info_len=ctypes.sizeof(info), info=ctypes.addressof(info))
    result = bpf(attr.OBJ_GET_INFO_BY_FD, request)
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return info
