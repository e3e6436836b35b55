"""Helpers of programs at sockets' doings: options, and which moments of a connection they want to see.

Options that programs set are kept as ``opt.LEVEL.NAME`` (a number, least significant byte first) with
``.size``; ``sock_ops.told_of`` is what bpf_sock_ops_cb_flags_set chose.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EINVAL, clear, packet_of, read, s32, write
from vm.helpers.programs import callers
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType
from vm.word import signed

_INT = 4
_NAME = 16
"""Bytes a congestion control's name may have (TCP_CA_NAME_MAX)."""
_ALL_FLAGS = 0x7F
"""BPF_SOCK_OPS_ALL_CB_FLAGS."""
SOL_IP, SOL_SOCKET, SOL_TCP, SOL_IPV6 = 0, 1, 6, 41
OPTIONS: Mapping[int, frozenset[int]] = MappingProxyType(
    {
        SOL_SOCKET: frozenset({2, 7, 8, 9, 12, 15, 18, 25, 36, 47, 74}),
        SOL_TCP: frozenset({1, 2, 4, 5, 6, 7, 10, 13, 18, 25, 27, *range(1001, 1009)}),
        SOL_IP: frozenset({1}),
        SOL_IPV6: frozenset({67, 70}),
    }
)
"""Options by level that programs may set and ask for; a congestion control (TCP, 13) goes by its name."""
_CONGESTION = SOL_TCP, 13


def setsockopt(call: HelperCall) -> int:
    """Sets an option of the socket."""
    level, name, size = s32(call, 2), s32(call, 3), s32(call, 5)
    value = read(call, 4, max(size, 0))
    if name not in OPTIONS.get(level, ()):
        return EINVAL
    if (level, name) == _CONGESTION:
        value = value[: _NAME - 1].partition(b"\0")[0]
    elif size != _INT and (level, name) != (SOL_SOCKET, 25):
        return EINVAL
    call.set(f"opt.{level}.{name}", int.from_bytes(value, "little"))
    call.set(f"opt.{level}.{name}.size", len(value))
    return 0


def getsockopt(call: HelperCall) -> int:
    """What an option is: what the program set in this run, else 0; "cubic" is the congestion control."""
    level, name, size = s32(call, 2), s32(call, 3), max(s32(call, 5), 0)
    if name not in OPTIONS.get(level, ()):
        clear(call, 4, size)
        return EINVAL
    congestion = (level, name) == _CONGESTION
    if not congestion and size != _INT:
        clear(call, 4, size)
        return EINVAL
    known = call.get(f"opt.{level}.{name}.size")
    value = call.get(f"opt.{level}.{name}").to_bytes(known, "little") if known else b""
    if congestion:
        value = (value or b"cubic")[: max(size - 1, 0)]
    write(call, 4, value[:size].ljust(size, b"\0"))
    return 0


def sock_ops_cb_flags_set(call: HelperCall) -> int:
    """Chooses the moments the program will be told of; answers with the bits that mean nothing."""
    ctx, flags = packet_of(call), s32(call, 2)
    kept = flags & _ALL_FLAGS
    call.set("sock_ops.told_of", kept)
    field = ctx.struct.field("bpf_sock_ops_cb_flags")
    if field is not None:
        call.memory.put(ctx.region, field.offset, kept.to_bytes(field.size, "little"))
    return signed(flags & ~_ALL_FLAGS, 32)


_WRITE = (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING, Arg.MEM_RDONLY, Arg.CONST_SIZE)
_ASK = (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING, Arg.UNINIT_MEM, Arg.CONST_SIZE)

ROWS = (
    Helper(
        HelperId.SETSOCKOPT,
        "long bpf_setsockopt(void *bpf_socket, int level, int optname, void *optval, int optlen)",
        _WRITE,
        Ret.INTEGER,
        setsockopt,
        "Sets an option of the socket, as setsockopt(2) would; a part of the options of SOL_SOCKET, TCP, IP "
        "and IPv6 are allowed, others give -EINVAL.",
        callers(HelperId.SETSOCKOPT) | {ProgType.CGROUP_SOCKOPT},
    ),
    Helper(
        HelperId.GETSOCKOPT,
        "long bpf_getsockopt(void *bpf_socket, int level, int optname, void *optval, int optlen)",
        _ASK,
        Ret.INTEGER,
        getsockopt,
        "Asks for an option of the socket, as getsockopt(2) would.",
        callers(HelperId.GETSOCKOPT) | {ProgType.CGROUP_SOCKOPT},
    ),
    Helper(
        HelperId.SOCK_OPS_CB_FLAGS_SET,
        "long bpf_sock_ops_cb_flags_set(struct bpf_sock_ops *bpf_sock, int argval)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        sock_ops_cb_flags_set,
        "Chooses which further moments of this connection the program is told of, such as changes of its "
        "state; answers with the bits that the kernel does not know.",
        callers(HelperId.SOCK_OPS_CB_FLAGS_SET),
    ),
)
