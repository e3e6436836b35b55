"""Takes from a process everything that running guarded code does not need. Linux on x86-64 only.

Even if native code went wrong it could not open a file, reach a network, make a process or ask for
executable memory: the kernel kills the process at the first such system call.
"""

import ctypes
import resource
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_ARCH: Final = 0xC000003E
_KILL: Final = 0x80000000
_ALLOW: Final = 0x7FFF0000
_LD_WORD, _JUMP_EQ, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _THIRD_ARGUMENT = 0, 4, 32
_PROT_EXEC: Final = 4

_MMAP: Final = 9
_HARMLESS: Final = (
    0,  # read
    1,  # write
    11,  # munmap
    12,  # brk
    13,  # rt_sigaction
    14,  # rt_sigprocmask
    15,  # rt_sigreturn
    25,  # mremap
    28,  # madvise
    60,  # exit
    202,  # futex
    231,  # exit_group
)


class _Instruction(ctypes.Structure):
    """struct sock_filter."""

    _fields_ = [
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction))]


def _rules() -> list[tuple[int, int, int, int]]:
    """A classic BPF program: harmless calls pass, mmap without PROT_EXEC passes, the rest kills."""
    rules = [
        (_LD_WORD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQ, 1, 0, _ARCH),
        (_RETURN, 0, 0, _KILL),
        (_LD_WORD, 0, 0, _NUMBER),
    ]
    calls = len(_HARMLESS)
    rules += [(_JUMP_EQ, calls - n + 3, 0, number) for n, number in enumerate(_HARMLESS)]
    return [
        *rules,
        (_JUMP_EQ, 0, 2, _MMAP),
        (_LD_WORD, 0, 0, _THIRD_ARGUMENT),
        (_JUMP_SET, 0, 1, _PROT_EXEC),
        (_RETURN, 0, 0, _KILL),
        (_RETURN, 0, 0, _ALLOW),
    ]


def confine() -> None:
    """From now on this process can only compute, read and write what it has open. OSError where it cannot."""
    for what in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        resource.setrlimit(what, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    rules = _rules()
    filters = (_Instruction * len(rules))(*(_Instruction(*rule) for rule in rules))
    program = _Program(len(rules), filters)
    for call in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*call):
            raise OSError(ctypes.get_errno(), "this process cannot be confined")
