"""Which kinds of registers each argument type takes, as data."""

from typing import Final, NamedTuple

from vm.helpers.api import Arg
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.scalar import ZERO

Type = tuple[Kind, int]


class Takes(NamedTuple):
    """Kinds an argument takes, in the kernel's order, and how it is used.

    ``null``: a number 0 will do. ``reads_only``: memory that may not be written will do. ``writes``: the
    helper writes to it. ``unset``: it need not be set. ``fixed``: bytes of memory, where no size tells them.
    """

    types: tuple[Type, ...]
    null: bool = False
    reads_only: bool = False
    writes: bool = False
    unset: bool = False
    fixed: int = 0


def _plain(*kinds: Kind) -> tuple[Type, ...]:
    return tuple((kind, 0) for kind in kinds)


_MEMORY: Final = (
    *_plain(Kind.STACK, Kind.PACKET, Kind.PACKET_META, Kind.MAP_KEY, Kind.MAP_VALUE, Kind.MEM),
    (Kind.MEM, Flag.RINGBUF),
    (Kind.BUF, 0),
    (Kind.BTF_ID, Flag.TRUSTED),
)
_SOCKETS: Final = _plain(Kind.SOCK_COMMON, Kind.SOCKET, Kind.TCP_SOCK, Kind.XDP_SOCK)
_BTF_SOCKETS: Final = (*_SOCKETS, (Kind.BTF_ID, 0), (Kind.BTF_ID, Flag.TRUSTED))
_STRUCTS: Final = ((Kind.BTF_ID, 0), (Kind.BTF_ID, int(Flag.TRUSTED)), (Kind.BTF_ID, int(Flag.RCU)))
_DYNPTRS: Final = _plain(Kind.STACK, Kind.DYNPTR)
_SCALAR: Final = _plain(Kind.SCALAR)

TAKES: Final[dict[Arg, Takes]] = {
    Arg.CONST_MAP_PTR: Takes(_plain(Kind.MAP_PTR)),
    Arg.MAP_KEY: Takes(_MEMORY),
    Arg.MAP_VALUE: Takes(_MEMORY),
    Arg.UNINIT_MAP_VALUE: Takes(_MEMORY, writes=True, unset=True),
    Arg.MEM_RDONLY: Takes(_MEMORY, reads_only=True),
    Arg.MEM_RDONLY_OR_NULL: Takes(_MEMORY, null=True, reads_only=True),
    Arg.MEM_WRITE: Takes(_MEMORY, writes=True),
    Arg.MEM_WRITE_OR_NULL: Takes(_MEMORY, null=True, writes=True),
    Arg.UNINIT_MEM: Takes(_MEMORY, writes=True, unset=True),
    Arg.CONST_SIZE: Takes(_SCALAR),
    Arg.CONST_SIZE_OR_ZERO: Takes(_SCALAR),
    Arg.CONST_ALLOC_SIZE_OR_ZERO: Takes(_SCALAR),
    Arg.CTX: Takes(_plain(Kind.CTX)),
    Arg.CTX_OR_NULL: Takes(_plain(Kind.CTX), null=True),
    Arg.SPIN_LOCK: Takes((*_plain(Kind.MAP_VALUE), (Kind.BTF_ID, Flag.ALLOC))),
    Arg.SOCK_COMMON: Takes(_SOCKETS),
    Arg.BTF_SOCK_COMMON: Takes(_BTF_SOCKETS),
    Arg.BTF_SOCK_COMMON_OR_NULL: Takes(_BTF_SOCKETS, null=True),
    Arg.SOCK_RELEASE: Takes(_BTF_SOCKETS),
    Arg.SOCKET_OR_NULL: Takes(_plain(Kind.SOCKET), null=True),
    Arg.FUNC: Takes(_plain(Kind.FUNC)),
    Arg.STACK_OR_NULL: Takes(_plain(Kind.STACK), null=True),
    Arg.CONST_STR: Takes(_plain(Kind.MAP_VALUE)),
    Arg.FIXED_INT_WRITE: Takes(_MEMORY, writes=True, fixed=4),
    Arg.FIXED_LONG_UNINIT: Takes(_MEMORY, writes=True, unset=True, fixed=8),
    Arg.RINGBUF_MEM: Takes(((Kind.MEM, Flag.RINGBUF),)),
    Arg.MAP_VALUE_OR_NULL: Takes(_MEMORY, null=True),
    Arg.FIXED_IPHDR: Takes(_MEMORY, reads_only=True, fixed=20),
    Arg.FIXED_IPV6HDR: Takes(_MEMORY, reads_only=True, fixed=40),
    Arg.FIXED_TCPHDR: Takes(_MEMORY, reads_only=True, fixed=20),
    Arg.BTF_ID: Takes(_STRUCTS),
    Arg.BTF_ID_OR_NULL: Takes(_STRUCTS, null=True),
    Arg.PERCPU_BTF_ID: Takes((
        (Kind.BTF_ID, Flag.PERCPU), (Kind.BTF_ID, Flag.PERCPU | Flag.RCU),
        (Kind.BTF_ID, Flag.PERCPU | Flag.TRUSTED),
    )),
    Arg.TIMER: Takes(_plain(Kind.MAP_VALUE)),
    Arg.KPTR_DEST: Takes((*_plain(Kind.MAP_VALUE), (Kind.BTF_ID, Flag.ALLOC))),
    Arg.KPTR_RELEASE: Takes(_STRUCTS, null=True),
    Arg.DYNPTR_RINGBUF_UNINIT: Takes(_DYNPTRS, writes=True, unset=True),
    Arg.DYNPTR_LOCAL_UNINIT: Takes(_DYNPTRS, writes=True, unset=True),
    Arg.DYNPTR_RELEASE: Takes(_DYNPTRS),
    Arg.DYNPTR: Takes(_DYNPTRS, reads_only=True),
}  # fmt: skip
"""Every argument type but ANYTHING, which takes any register that is set."""

MOVABLE: Final = frozenset({
    *_plain(Kind.STACK, Kind.PACKET, Kind.PACKET_META, Kind.MAP_KEY, Kind.MAP_VALUE, Kind.MEM, Kind.BUF),
    *_plain(Kind.ARENA, Kind.SCALAR),
    (Kind.MEM, int(Flag.RDONLY)),
    (Kind.MEM, int(Flag.RINGBUF)),
    (Kind.BUF, int(Flag.RDONLY)),
})  # fmt: skip
"""Registers that may be passed with any offset."""


def expected(takes: Takes) -> str:
    """The kinds an argument takes, as the kernel lists them."""
    return ", ".join(Register(kind, ZERO, flags=flags).type_text for kind, flags in takes.types)


def accepts(takes: Takes, reg: Register) -> bool:
    """Whether the register is of one of the kinds."""
    flags = int(reg.flags)
    if takes.reads_only:
        flags &= ~Flag.RDONLY
    if takes.null:
        flags &= ~Flag.MAYBE_NULL
    return any(kind is reg.kind and flags == wanted for kind, wanted in takes.types)


RELEASES: Final = frozenset({Arg.RINGBUF_MEM, Arg.SOCK_RELEASE, Arg.KPTR_RELEASE})
"""Arguments that the call gives back; dynptrs apart."""
ALIGNED: Final = frozenset({Arg.FIXED_INT_WRITE, Arg.FIXED_LONG_UNINIT})
"""Memory of known size that must be aligned to it."""
