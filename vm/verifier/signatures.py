"""What the verifier knows of every helper of Linux 6.18: arguments, result, effects.

The rows of helpers that are simulated stand in ``vm.helpers.table``; the others are tabled here, and so are
those that take other arguments in some program types. Who may call what is in ``vm.uapi.helper_masks``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from vm.helpers.api import Arg, Ret
from vm.helpers.table import HELPERS
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.helper_ids import helper_name
from vm.uapi.prog_types import ProgType as P

_NONE: Final[Mapping[int, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Signature:
    """One helper as a program type sees it.

    ``traced``: only for certain kernel functions. ``structs`` names the kernel structures of arguments of
    type BTF_ID by register, and under 0 that of the result.
    """

    id: H
    args: tuple[Arg, ...]
    ret: Ret = Ret.INTEGER
    gpl_only: bool = False
    packet_args: bool = False
    sleeps: bool = False
    traced: bool = False
    structs: Mapping[int, str] = field(default_factory=lambda: _NONE)

    @property
    def name(self) -> str:
        """The helper's name."""
        return helper_name(self.id) or ""

    @property
    def changes_packet(self) -> bool:
        """Whether packet pointers are worthless after the call."""
        return self.id in CHANGES_PACKET


CHANGES_PACKET: Final = frozenset({
    H.CLONE_REDIRECT, H.L3_CSUM_REPLACE, H.L4_CSUM_REPLACE, H.LWT_PUSH_ENCAP, H.LWT_SEG6_ACTION,
    H.LWT_SEG6_ADJUST_SRH, H.LWT_SEG6_STORE_BYTES, H.MSG_POP_DATA, H.MSG_PULL_DATA, H.MSG_PUSH_DATA,
    H.SKB_ADJUST_ROOM, H.SKB_CHANGE_HEAD, H.SKB_CHANGE_PROTO, H.SKB_CHANGE_TAIL, H.SKB_PULL_DATA,
    H.SKB_STORE_BYTES, H.SKB_VLAN_POP, H.SKB_VLAN_PUSH, H.STORE_HDR_OPT, H.XDP_ADJUST_HEAD,
    H.XDP_ADJUST_META, H.XDP_ADJUST_TAIL,
})  # fmt: skip
"""Helpers behind which packet pointers are worthless."""

_READ: Final = (Arg.MEM_RDONLY, Arg.CONST_SIZE)
_READ0: Final = (Arg.MEM_RDONLY, Arg.CONST_SIZE_OR_ZERO)
_FILL: Final = (Arg.UNINIT_MEM, Arg.CONST_SIZE)
_FILL0: Final = (Arg.UNINIT_MEM, Arg.CONST_SIZE_OR_ZERO)
_ANY: Final = Arg.ANYTHING


def _row(
    id: H,  # noqa: A002 - the field's name
    *args: Arg,
    ret: Ret = Ret.INTEGER,
    gpl_only: bool = False,
    packet_args: bool = False,
    sleeps: bool = False,
    traced: bool = False,
    structs: Mapping[int, str] = _NONE,
) -> Signature:
    return Signature(id, args, ret, gpl_only, packet_args, sleeps, traced, structs)


_LOOKUP: Final = (Arg.CTX, *_READ0, _ANY, _ANY)
_OPTION: Final = (Arg.CTX, _ANY, _ANY)
_TASK1: Final = MappingProxyType({1: "task_struct"})


def _cast(id: H, struct: str, arg: Arg = Arg.BTF_SOCK_COMMON) -> Signature:  # noqa: A002 - as above
    return _row(id, arg, ret=Ret.BTF_ID_OR_NULL, structs=MappingProxyType({0: struct}))


def _storage(get: H, delete: H, struct: str) -> tuple[Signature, Signature]:
    named = MappingProxyType({2: struct})
    return (
        _row(
            get, Arg.CONST_MAP_PTR, Arg.BTF_ID_OR_NULL, Arg.MAP_VALUE_OR_NULL, _ANY,
            ret=Ret.MAP_VALUE_OR_NULL, structs=named,
        ),
        _row(delete, Arg.CONST_MAP_PTR, Arg.BTF_ID_OR_NULL, structs=named),
    )  # fmt: skip


_ROWS: Final = (
    _row(H.SKB_GET_TUNNEL_KEY, Arg.CTX, *_FILL, _ANY),
    _row(H.SKB_SET_TUNNEL_KEY, Arg.CTX, *_READ, _ANY),
    _row(H.SKB_GET_TUNNEL_OPT, Arg.CTX, *_FILL),
    _row(H.SKB_SET_TUNNEL_OPT, Arg.CTX, *_READ),
    _row(H.SKB_UNDER_CGROUP, Arg.CTX, Arg.CONST_MAP_PTR, _ANY),
    _row(H.SKB_GET_XFRM_STATE, Arg.CTX, _ANY, *_FILL, _ANY),
    _row(H.SKB_ECN_SET_CE, Arg.CTX),
    _row(H.PERF_EVENT_READ, Arg.CONST_MAP_PTR, _ANY, gpl_only=True),
    _row(H.PERF_EVENT_READ_VALUE, Arg.CONST_MAP_PTR, _ANY, *_FILL, gpl_only=True),
    _row(H.PERF_PROG_READ_VALUE, Arg.CTX, *_FILL, gpl_only=True),
    _row(H.READ_BRANCH_RECORDS, Arg.CTX, Arg.MEM_WRITE_OR_NULL, Arg.CONST_SIZE_OR_ZERO, _ANY, gpl_only=True),
    _row(H.GET_STACKID, Arg.CTX, Arg.CONST_MAP_PTR, _ANY, gpl_only=True),
    _row(H.GET_STACK, Arg.CTX, *_FILL0, _ANY, gpl_only=True),
    _row(H.GET_TASK_STACK, Arg.BTF_ID, *_FILL0, _ANY, structs=_TASK1),
    _row(H.GET_BRANCH_SNAPSHOT, *_FILL0, gpl_only=True),
    _row(H.CURRENT_TASK_UNDER_CGROUP, Arg.CONST_MAP_PTR, _ANY),
    _row(H.SETSOCKOPT, *_OPTION, *_READ),
    _row(H.GETSOCKOPT, *_OPTION, *_FILL),
    _row(H.SOCK_OPS_CB_FLAGS_SET, Arg.CTX, _ANY),
    _row(H.LOAD_HDR_OPT, Arg.CTX, Arg.MEM_WRITE, Arg.CONST_SIZE, _ANY),
    _row(H.STORE_HDR_OPT, Arg.CTX, *_READ, _ANY),
    _row(H.RESERVE_HDR_OPT, Arg.CTX, _ANY, _ANY),
    _row(H.BIND, Arg.CTX, *_READ),
    _row(H.SK_REDIRECT_MAP, Arg.CTX, Arg.CONST_MAP_PTR, _ANY, _ANY),
    _row(H.SK_REDIRECT_HASH, Arg.CTX, Arg.CONST_MAP_PTR, Arg.MAP_KEY, _ANY),
    _row(H.SOCK_MAP_UPDATE, Arg.CTX, Arg.CONST_MAP_PTR, Arg.MAP_KEY, _ANY, packet_args=True),
    _row(H.SOCK_HASH_UPDATE, Arg.CTX, Arg.CONST_MAP_PTR, Arg.MAP_KEY, _ANY, packet_args=True),
    _row(H.MSG_REDIRECT_MAP, Arg.CTX, Arg.CONST_MAP_PTR, _ANY, _ANY),
    _row(H.MSG_REDIRECT_HASH, Arg.CTX, Arg.CONST_MAP_PTR, Arg.MAP_KEY, _ANY),
    _row(H.MSG_APPLY_BYTES, Arg.CTX, _ANY),
    _row(H.MSG_CORK_BYTES, Arg.CTX, _ANY),
    _row(H.MSG_PULL_DATA, Arg.CTX, _ANY, _ANY, _ANY),
    _row(H.MSG_PUSH_DATA, Arg.CTX, _ANY, _ANY, _ANY),
    _row(H.MSG_POP_DATA, Arg.CTX, _ANY, _ANY, _ANY),
    _row(H.LWT_PUSH_ENCAP, Arg.CTX, _ANY, *_READ),
    _row(H.LWT_SEG6_STORE_BYTES, Arg.CTX, _ANY, *_READ),
    _row(H.LWT_SEG6_ADJUST_SRH, Arg.CTX, _ANY, _ANY),
    _row(H.LWT_SEG6_ACTION, Arg.CTX, _ANY, *_READ),
    _row(H.GET_LOCAL_STORAGE, Arg.CONST_MAP_PTR, _ANY, ret=Ret.MAP_VALUE),
    _row(H.SK_SELECT_REUSEPORT, Arg.CTX, Arg.CONST_MAP_PTR, Arg.MAP_KEY, _ANY),
    _row(H.SK_LOOKUP_TCP, *_LOOKUP, ret=Ret.SOCKET_OR_NULL, packet_args=True),
    _row(H.SK_LOOKUP_UDP, *_LOOKUP, ret=Ret.SOCKET_OR_NULL, packet_args=True),
    _row(H.SKC_LOOKUP_TCP, *_LOOKUP, ret=Ret.SOCK_COMMON_OR_NULL, packet_args=True),
    _row(H.SK_RELEASE, Arg.SOCK_RELEASE),
    _row(H.SK_FULLSOCK, Arg.SOCK_COMMON, ret=Ret.SOCKET_OR_NULL),
    _row(H.TCP_SOCK, Arg.SOCK_COMMON, ret=Ret.TCP_SOCK_OR_NULL),
    _row(H.GET_LISTENER_SOCK, Arg.SOCK_COMMON, ret=Ret.SOCKET_OR_NULL),
    _row(H.SK_ASSIGN, Arg.CTX, Arg.BTF_SOCK_COMMON, _ANY),
    _row(H.SK_CGROUP_ID, Arg.BTF_SOCK_COMMON),
    _row(H.SK_ANCESTOR_CGROUP_ID, Arg.BTF_SOCK_COMMON, _ANY),
    _row(H.TCP_CHECK_SYNCOOKIE, Arg.BTF_SOCK_COMMON, *_READ, *_READ, gpl_only=True, packet_args=True),
    _row(H.TCP_GEN_SYNCOOKIE, Arg.BTF_SOCK_COMMON, *_READ, *_READ, gpl_only=True, packet_args=True),
    _row(H.TCP_RAW_GEN_SYNCOOKIE_IPV4, Arg.FIXED_IPHDR, *_READ0, gpl_only=True, packet_args=True),
    _row(H.TCP_RAW_GEN_SYNCOOKIE_IPV6, Arg.FIXED_IPV6HDR, *_READ0, gpl_only=True, packet_args=True),
    _row(H.TCP_RAW_CHECK_SYNCOOKIE_IPV4, Arg.FIXED_IPHDR, Arg.FIXED_TCPHDR, gpl_only=True, packet_args=True),
    _row(
        H.TCP_RAW_CHECK_SYNCOOKIE_IPV6, Arg.FIXED_IPV6HDR, Arg.FIXED_TCPHDR, gpl_only=True, packet_args=True
    ),
    _row(H.SYSCTL_GET_NAME, Arg.CTX, Arg.MEM_WRITE, Arg.CONST_SIZE, _ANY),
    _row(H.SYSCTL_GET_CURRENT_VALUE, Arg.CTX, *_FILL),
    _row(H.SYSCTL_GET_NEW_VALUE, Arg.CTX, *_FILL),
    _row(H.SYSCTL_SET_NEW_VALUE, Arg.CTX, *_READ),
    _row(
        H.SK_STORAGE_GET,
        Arg.CONST_MAP_PTR,
        Arg.BTF_SOCK_COMMON,
        Arg.MAP_VALUE_OR_NULL,
        _ANY,
        ret=Ret.MAP_VALUE_OR_NULL,
    ),
    _row(H.SK_STORAGE_DELETE, Arg.CONST_MAP_PTR, Arg.BTF_SOCK_COMMON),
    *_storage(H.TASK_STORAGE_GET, H.TASK_STORAGE_DELETE, "task_struct"),
    *_storage(H.CGRP_STORAGE_GET, H.CGRP_STORAGE_DELETE, "cgroup"),
    *_storage(H.INODE_STORAGE_GET, H.INODE_STORAGE_DELETE, "inode"),
    _row(H.SEND_SIGNAL, _ANY),
    _row(H.SEND_SIGNAL_THREAD, _ANY),
    _row(
        H.SKB_OUTPUT,
        Arg.BTF_ID,
        Arg.CONST_MAP_PTR,
        _ANY,
        *_READ0,
        gpl_only=True,
        structs=MappingProxyType({1: "sk_buff"}),
    ),
    _row(
        H.XDP_OUTPUT,
        Arg.BTF_ID,
        Arg.CONST_MAP_PTR,
        _ANY,
        *_READ0,
        gpl_only=True,
        structs=MappingProxyType({1: "xdp_buff"}),
    ),
    _row(H.GET_NS_CURRENT_PID_TGID, _ANY, _ANY, *_FILL),
    _cast(H.SKC_TO_TCP6_SOCK, "tcp6_sock"),
    _cast(H.SKC_TO_TCP_SOCK, "tcp_sock"),
    _cast(H.SKC_TO_TCP_TIMEWAIT_SOCK, "tcp_timewait_sock"),
    _cast(H.SKC_TO_TCP_REQUEST_SOCK, "tcp_request_sock"),
    _cast(H.SKC_TO_UDP6_SOCK, "udp6_sock"),
    _cast(H.SKC_TO_UNIX_SOCK, "unix_sock"),
    _cast(H.SKC_TO_MPTCP_SOCK, "mptcp_sock", Arg.SOCK_COMMON),
    _row(
        H.D_PATH,
        Arg.BTF_ID,
        Arg.MEM_WRITE,
        Arg.CONST_SIZE_OR_ZERO,
        traced=True,
        structs=MappingProxyType({1: "path"}),
    ),
    _row(H.COPY_FROM_USER, *_FILL0, _ANY, sleeps=True),
    _row(
        H.COPY_FROM_USER_TASK,
        *_FILL0,
        _ANY,
        Arg.BTF_ID,
        _ANY,
        gpl_only=True,
        sleeps=True,
        structs=MappingProxyType({4: "task_struct"}),
    ),
    _row(H.SNPRINTF_BTF, Arg.MEM_WRITE, Arg.CONST_SIZE, *_READ, _ANY),
    _row(H.PER_CPU_PTR, Arg.PERCPU_BTF_ID, _ANY, ret=Ret.PERCPU_MEM_OR_NULL),
    _row(H.THIS_CPU_PTR, Arg.PERCPU_BTF_ID, ret=Ret.PERCPU_MEM),
    _row(
        H.GET_CURRENT_TASK_BTF, ret=Ret.BTF_TASK, gpl_only=True, structs=MappingProxyType({0: "task_struct"})
    ),
    _row(
        H.TASK_PT_REGS,
        Arg.BTF_ID,
        ret=Ret.BTF_ID,
        gpl_only=True,
        structs=MappingProxyType({0: "pt_regs", 1: "task_struct"}),
    ),
    _row(
        H.SOCK_FROM_FILE,
        Arg.BTF_ID,
        ret=Ret.BTF_ID_OR_NULL,
        structs=MappingProxyType({0: "socket", 1: "file"}),
    ),
    _row(H.SYS_BPF, _ANY, *_READ),
    _row(H.BTF_FIND_BY_NAME_KIND, *_READ, _ANY, _ANY),
    _row(H.SYS_CLOSE, _ANY),
    _row(H.KALLSYMS_LOOKUP_NAME, *_READ0, _ANY, Arg.FIXED_LONG_UNINIT),
    _row(H.TIMER_INIT, Arg.TIMER, Arg.CONST_MAP_PTR, _ANY, gpl_only=True),
    _row(H.TIMER_SET_CALLBACK, Arg.TIMER, Arg.FUNC, gpl_only=True),
    _row(H.TIMER_START, Arg.TIMER, _ANY, _ANY, gpl_only=True),
    _row(H.TIMER_CANCEL, Arg.TIMER, gpl_only=True),
    _row(H.KPTR_XCHG, Arg.KPTR_DEST, Arg.KPTR_RELEASE, ret=Ret.BTF_ID_OR_NULL),
    _row(H.GET_FUNC_IP, Arg.CTX, gpl_only=True),
    _row(H.GET_ATTACH_COOKIE, Arg.CTX),
    _row(H.FIND_VMA, Arg.BTF_ID, _ANY, Arg.FUNC, Arg.STACK_OR_NULL, _ANY, structs=_TASK1),
    _row(H.GET_RETVAL),
    _row(H.SET_RETVAL, _ANY),
    _row(H.DYNPTR_FROM_MEM, *_FILL0, _ANY, Arg.DYNPTR_LOCAL_UNINIT),
    _row(H.RINGBUF_RESERVE_DYNPTR, Arg.CONST_MAP_PTR, _ANY, _ANY, Arg.DYNPTR_RINGBUF_UNINIT),
    _row(H.RINGBUF_SUBMIT_DYNPTR, Arg.DYNPTR_RELEASE, _ANY, ret=Ret.VOID),
    _row(H.RINGBUF_DISCARD_DYNPTR, Arg.DYNPTR_RELEASE, _ANY, ret=Ret.VOID),
    _row(H.DYNPTR_READ, *_FILL0, Arg.DYNPTR, _ANY, _ANY),
    _row(H.DYNPTR_WRITE, Arg.DYNPTR, _ANY, *_READ0, _ANY),
    _row(H.DYNPTR_DATA, Arg.DYNPTR, _ANY, Arg.CONST_ALLOC_SIZE_OR_ZERO, ret=Ret.DYNPTR_MEM_OR_NULL),
    _row(H.USER_RINGBUF_DRAIN, Arg.CONST_MAP_PTR, Arg.FUNC, Arg.STACK_OR_NULL, _ANY),
)
_OTHERS: Mapping[int, Signature] = MappingProxyType({row.id: row for row in _ROWS})

_VARIANTS: Mapping[tuple[P, int], Signature] = MappingProxyType({
    (P.SK_LOOKUP, H.SK_ASSIGN): _row(H.SK_ASSIGN, Arg.CTX, Arg.SOCKET_OR_NULL, _ANY),
    (P.CGROUP_SOCK, H.SK_STORAGE_GET): _row(
        H.SK_STORAGE_GET, Arg.CONST_MAP_PTR, Arg.CTX, Arg.MAP_VALUE_OR_NULL, _ANY, ret=Ret.MAP_VALUE_OR_NULL
    ),
    (P.SYSCALL, H.SK_STORAGE_GET): _row(H.SK_STORAGE_GET, _ANY, _ANY, _ANY, _ANY, traced=True),
    (P.SYSCALL, H.SK_STORAGE_DELETE): _row(H.SK_STORAGE_DELETE, _ANY, _ANY, traced=True),
    (P.SYSCALL, H.GET_SOCKET_COOKIE): _row(H.GET_SOCKET_COOKIE, Arg.BTF_SOCK_COMMON_OR_NULL),
    (P.SK_REUSEPORT, H.GET_SOCKET_COOKIE): _row(H.GET_SOCKET_COOKIE, Arg.BTF_SOCK_COMMON_OR_NULL),
    (P.SYSCALL, H.XDP_GET_BUFF_LEN): _row(
        H.XDP_GET_BUFF_LEN, Arg.BTF_ID, structs=MappingProxyType({1: "xdp_buff"})
    ),
    (P.CGROUP_SOCKOPT, H.SETSOCKOPT): _row(H.SETSOCKOPT, Arg.BTF_SOCK_COMMON, _ANY, _ANY, *_READ),
    (P.CGROUP_SOCKOPT, H.GETSOCKOPT): _row(H.GETSOCKOPT, Arg.BTF_SOCK_COMMON, _ANY, _ANY, *_FILL),
    **{
        (kind, H.GET_CGROUP_CLASSID): _row(H.GET_CGROUP_CLASSID)
        for kind in P
        if kind
        not in (P.SCHED_CLS, P.SCHED_ACT, P.LWT_IN, P.LWT_OUT, P.LWT_XMIT, P.LWT_SEG6LOCAL)
    },
    (P.PERF_EVENT, H.GET_STACKID): _row(H.GET_STACKID, Arg.CTX, Arg.CONST_MAP_PTR, _ANY),
})  # fmt: skip
"""Helpers that are others in some program types."""


def signature(kind: P, number: int) -> Signature | None:
    """The helper as programs of that type see it; None for one that is not tabled."""
    found = _VARIANTS.get((kind, number)) or _OTHERS.get(number)
    row = HELPERS.get(number)
    if found is not None or row is None:
        return found
    return Signature(row.id, row.args, row.ret, row.gpl_only, row.packet_args)
