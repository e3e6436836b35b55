"""Reading memory that may not be there: what cannot be read gives zeros and an error instead of a fault."""

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EFAULT, clear, u32, write
from vm.helpers.programs import TRACING
from vm.helpers.strings import string_at
from vm.memory.fault import MachineFault
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.word import MASK64

ERANGE = -Errno.ERANGE
KERNEL_START = 0xFFFF_8000_0000_0000
"""The lowest kernel address of x86-64; below it is user space or a hole that no address may lie in."""
USER_END = 0x7FFF_FFFF_F000
VSYSCALL = range(0xFFFF_FFFF_FF60_0000, 0xFFFF_FFFF_FF60_1000)
"""A page of user space among the kernel's addresses."""


def nofault(call: HelperCall, address: int, size: int) -> bytes | int:
    """Bytes of kernel memory, or -ERANGE where no kernel memory can be, -EFAULT where there is none."""
    if address < KERNEL_START or address in VSYSCALL:
        return ERANGE
    if address + size > MASK64 + 1:
        return EFAULT if size else b""
    try:
        return call.memory.read(address, size)
    except MachineFault:
        return EFAULT


def nofault_string(call: HelperCall, address: int, size: int) -> bytes | int:
    """A string of kernel memory with its final 0, cut to ``size`` bytes, or the error."""
    if not size:
        return b""
    if nofault(call, address, 0) == ERANGE:
        return ERANGE
    found = string_at(call, address, size)
    if found is None:
        return EFAULT
    return found if found.endswith(b"\0") else found[:-1] + b"\0"


def user(call: HelperCall, address: int, size: int) -> bytes | int:
    """Bytes of the memory of the process, or -EFAULT."""
    if address > USER_END:
        return EFAULT
    found = call.memory.user.read(address, size)
    return EFAULT if found is None else found


def user_string(call: HelperCall, address: int, size: int) -> bytes | int:
    """A string of the process with its final 0, cut to ``size`` bytes, or -EFAULT."""
    if not size:
        return b""
    found = call.memory.user.string(address, size)
    if found is None:
        return EFAULT
    return found if found.endswith(b"\0") else found[:-1] + b"\0"


def _either(call: HelperCall, address: int, size: int) -> bytes | int:
    """Memory of the process or of the kernel, whichever the address lies in."""
    return user(call, address, size) if address < USER_END else nofault(call, address, size)


def probe_read(call: HelperCall) -> int:
    """Copies memory of either kind."""
    size = u32(call, 2)
    return _answer(call, size, _either(call, call.r[2], size))


def probe_read_str(call: HelperCall) -> int:
    """Copies a string of either kind."""
    size, address = u32(call, 2), call.r[2]
    found = user_string(call, address, size) if address < USER_END else nofault_string(call, address, size)
    return _answer(call, size, found) or len(found if isinstance(found, bytes) else b"")


def _answer(call: HelperCall, size: int, found: bytes | int) -> int:
    if isinstance(found, int):
        clear(call, 1, size)
        return found
    write(call, 1, found)
    return 0


def probe_read_kernel(call: HelperCall) -> int:
    """Copies kernel memory."""
    size = u32(call, 2)
    return _answer(call, size, nofault(call, call.r[2], size))


def probe_read_kernel_str(call: HelperCall) -> int:
    """Copies a string of kernel memory; answers its length with the final 0."""
    size = u32(call, 2)
    found = nofault_string(call, call.r[2], size)
    return _answer(call, size, found) or len(found if isinstance(found, bytes) else b"")


def probe_read_user(call: HelperCall) -> int:
    """Copies memory of the process."""
    size = u32(call, 2)
    return _answer(call, size, user(call, call.r[2], size))


def probe_read_user_str(call: HelperCall) -> int:
    """Copies a string of the process; answers its length with the final 0."""
    size = u32(call, 2)
    found = user_string(call, call.r[2], size)
    return _answer(call, size, found) or len(found if isinstance(found, bytes) else b"")


_READ = (Arg.UNINIT_MEM, Arg.CONST_SIZE_OR_ZERO, Arg.ANYTHING)

ROWS = (
    Helper(
        HelperId.PROBE_READ,
        "long bpf_probe_read(void *dst, u32 size, const void *unsafe_ptr)",
        _READ,
        Ret.INTEGER,
        probe_read,
        "Copies memory from any address without risk: where it cannot be read, dst is zeroed and an error "
        "returned. bpf_probe_read_kernel and bpf_probe_read_user say which memory is meant.",
        TRACING,
        gpl_only=True,
    ),
    Helper(
        HelperId.PROBE_READ_STR,
        "long bpf_probe_read_str(void *dst, u32 size, const void *unsafe_ptr)",
        _READ,
        Ret.INTEGER,
        probe_read_str,
        "Copies a string from any address, as bpf_probe_read_kernel_str or bpf_probe_read_user_str do.",
        TRACING,
        gpl_only=True,
    ),
    Helper(
        HelperId.PROBE_READ_USER,
        "long bpf_probe_read_user(void *dst, u32 size, const void *unsafe_ptr)",
        _READ,
        Ret.INTEGER,
        probe_read_user,
        "Copies memory of the running process; where it cannot be read, dst is zeroed and -EFAULT returned.",
        gpl_only=True,
    ),
    Helper(
        HelperId.PROBE_READ_KERNEL,
        "long bpf_probe_read_kernel(void *dst, u32 size, const void *unsafe_ptr)",
        _READ,
        Ret.INTEGER,
        probe_read_kernel,
        "Copies kernel memory; where it cannot be read, dst is zeroed and an error returned: -ERANGE for an "
        "address that cannot be the kernel's, else -EFAULT.",
        gpl_only=True,
    ),
    Helper(
        HelperId.PROBE_READ_USER_STR,
        "long bpf_probe_read_user_str(void *dst, u32 size, const void *unsafe_ptr)",
        _READ,
        Ret.INTEGER,
        probe_read_user_str,
        "Copies a string of the running process, cut to size; answers its length with the final 0, or an "
        "error.",
        gpl_only=True,
    ),
    Helper(
        HelperId.PROBE_READ_KERNEL_STR,
        "long bpf_probe_read_kernel_str(void *dst, u32 size, const void *unsafe_ptr)",
        _READ,
        Ret.INTEGER,
        probe_read_kernel_str,
        "Copies a string of kernel memory, cut to size; answers its length with the final 0, or an error.",
        gpl_only=True,
    ),
)
