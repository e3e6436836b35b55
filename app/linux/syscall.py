"""bpf(2) by ctypes: the system call, and the memory it is given."""

import ctypes
import errno
import platform

_SYSCALL = {"x86_64": 321, "aarch64": 280, "riscv64": 280}
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


def buffer(data: bytes | None) -> "ctypes.Array[ctypes.c_char] | None":
    """The bytes where the kernel can read them; None for none."""
    return ctypes.create_string_buffer(data, len(data)) if data else None


def address(held: "ctypes.Array[ctypes.c_char] | None") -> int:
    """Where a buffer lies, as the kernel's structures want it; 0 for none."""
    return ctypes.addressof(held) if held is not None else 0
