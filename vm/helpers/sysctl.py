"""Helpers of programs at settings under /proc/sys.

The context keeps where its texts lie (addresses) as ``sysctl_name``, ``sysctl_current``, ``sysctl_new`` and
``sysctl_set``, with ``.size`` behind each; the last is room for a new value, of size 0 until there is one.
"""

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EINVAL, clear, packet_of, read, u32, write
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType

BASE_NAME = 1
"""BPF_F_SYSCTL_BASE_NAME: without the folders."""
ROOM = 4096
"""Bytes a value may have (PAGE_SIZE), its final 0 included."""


def _text(call: HelperCall, name: str) -> bytes:
    packet_of(call)
    size = call.get(f"{name}.size")
    return call.memory.read(call.get(name), size) if size else b""


def _copied(call: HelperCall, text: bytes) -> int:
    """Fills the memory r2 points at, of r3 bytes; the length, or -E2BIG where it is cut."""
    size = u32(call, 3)
    if not text:
        clear(call, 2, size)
        return EINVAL
    if size > len(text):
        write(call, 2, text + bytes(size - len(text)))
        return len(text)
    write(call, 2, text[: size - 1] + b"\0")
    return -Errno.E2BIG


def sysctl_get_name(call: HelperCall) -> int:
    """The setting's name."""
    name, flags = _text(call, "sysctl_name"), call.r[3]
    if flags & ~BASE_NAME:
        return EINVAL
    return _copied(call, name.rpartition(b"/")[2] if flags else name)


def sysctl_get_current_value(call: HelperCall) -> int:
    """What the setting says now."""
    return _copied(call, _text(call, "sysctl_current"))


def sysctl_get_new_value(call: HelperCall) -> int:
    """What is being written."""
    return _copied(call, _text(call, "sysctl_new"))


def sysctl_set_new_value(call: HelperCall) -> int:
    """Writes something else instead."""
    size = u32(call, 3)
    if not _text(call, "sysctl_new") or not size:
        return EINVAL
    if size > ROOM - 1:
        return -Errno.E2BIG
    call.memory.write(call.get("sysctl_set"), read(call, 2, size))
    call.set("sysctl_set.size", size)
    return 0


_SYSCTL = frozenset({ProgType.CGROUP_SYSCTL})
_FILL = (Arg.UNINIT_MEM, Arg.CONST_SIZE)

ROWS = (
    Helper(
        HelperId.SYSCTL_GET_NAME,
        "long bpf_sysctl_get_name(struct bpf_sysctl *ctx, char *buf, size_t buf_len, u64 flags)",
        (Arg.CTX, Arg.MEM_WRITE, Arg.CONST_SIZE, Arg.ANYTHING),
        Ret.INTEGER,
        sysctl_get_name,
        "Gives the setting's name, such as net/ipv4/tcp_mem, and its length; with BPF_F_SYSCTL_BASE_NAME "
        "tcp_mem. -E2BIG where the buffer was too small: then it is cut.",
        _SYSCTL,
    ),
    Helper(
        HelperId.SYSCTL_GET_CURRENT_VALUE,
        "long bpf_sysctl_get_current_value(struct bpf_sysctl *ctx, char *buf, size_t buf_len)",
        (Arg.CTX, *_FILL),
        Ret.INTEGER,
        sysctl_get_current_value,
        "Gives what the setting says now, whole, with the line's end; its length, or -E2BIG where it is cut.",
        _SYSCTL,
    ),
    Helper(
        HelperId.SYSCTL_GET_NEW_VALUE,
        "long bpf_sysctl_get_new_value(struct bpf_sysctl *ctx, char *buf, size_t buf_len)",
        (Arg.CTX, *_FILL),
        Ret.INTEGER,
        sysctl_get_new_value,
        "Gives what is being written; -EINVAL where the setting is read, -E2BIG where it is cut.",
        _SYSCTL,
    ),
    Helper(
        HelperId.SYSCTL_SET_NEW_VALUE,
        "long bpf_sysctl_set_new_value(struct bpf_sysctl *ctx, const char *buf, size_t buf_len)",
        (Arg.CTX, Arg.MEM_RDONLY, Arg.CONST_SIZE),
        Ret.INTEGER,
        sysctl_set_new_value,
        "Lets the kernel write this instead of what the process gave; -EINVAL where the setting is read.",
        _SYSCTL,
    ),
)
