"""What the verifier knows of one register or spilled value: an immutable, comparable ``Register``.

The terms are the kernel's (include/linux/bpf_verifier.h, struct bpf_reg_state): a kind with flags, a fixed
offset ``off``, and a ``Scalar``: the number itself, or the variable part of a pointer's offset (constant 0
where there is none). Registers are never changed, only replaced; compare by ``is`` first, it is often enough.
"""

from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from vm.verifier.scalar import ZERO, Scalar


class Kind(IntEnum):
    """What a register holds: enum bpf_reg_type without its flags; ``text`` is what the log calls it."""

    NOT_INIT = 0
    SCALAR = 1
    CTX = 2
    MAP_PTR = 3
    MAP_VALUE = 4
    MAP_KEY = 5
    STACK = 6
    PACKET_META = 7
    PACKET = 8
    PACKET_END = 9
    FLOW_KEYS = 10
    SOCKET = 11
    SOCK_COMMON = 12
    TCP_SOCK = 13
    TP_BUFFER = 14
    XDP_SOCK = 15
    BTF_ID = 16
    MEM = 17
    BUF = 18
    FUNC = 19
    DYNPTR = 20
    ARENA = 21

    @property
    def text(self) -> str:
        """The kind as the log prints it."""
        return _TEXT[self]


_TEXT: Final = {
    Kind.NOT_INIT: "?",
    Kind.SCALAR: "scalar",
    Kind.CTX: "ctx",
    Kind.MAP_PTR: "map_ptr",
    Kind.MAP_VALUE: "map_value",
    Kind.MAP_KEY: "map_key",
    Kind.STACK: "fp",
    Kind.PACKET_META: "pkt_meta",
    Kind.PACKET: "pkt",
    Kind.PACKET_END: "pkt_end",
    Kind.FLOW_KEYS: "flow_keys",
    Kind.SOCKET: "sock",
    Kind.SOCK_COMMON: "sock_common",
    Kind.TCP_SOCK: "tcp_sock",
    Kind.TP_BUFFER: "tp_buffer",
    Kind.XDP_SOCK: "xdp_sock",
    Kind.BTF_ID: "ptr_",
    Kind.MEM: "mem",
    Kind.BUF: "buf",
    Kind.FUNC: "func",
    Kind.DYNPTR: "dynptr_ptr",
    Kind.ARENA: "arena",
}


class Flag(IntEnum):
    """Flags of a pointer's kind (enum bpf_type_flag)."""

    NONE = 0
    MAYBE_NULL = 1
    RDONLY = 2
    RINGBUF = 4
    USER = 8
    PERCPU = 16
    UNTRUSTED = 32
    TRUSTED = 64
    RCU = 128
    ALLOC = 256
    SLICE = 512
    """Memory of a packet that a dynptr gave: worthless behind what may move packets."""


_MAYBE_NULL: Final = int(Flag.MAYBE_NULL)
_PREFIXES: Final = (
    (Flag.RDONLY, "rdonly_"),
    (Flag.RINGBUF, "ringbuf_"),
    (Flag.USER, "user_"),
    (Flag.PERCPU, "percpu_"),
    (Flag.UNTRUSTED, "untrusted_"),
    (Flag.TRUSTED, "trusted_"),
    (Flag.RCU, "rcu_"),
)

ADD_CONST64: Final = 1 << 31
ADD_CONST32: Final = 1 << 30
"""The distance was added by 32-bit arithmetic, so the upper half is zero."""
ADD_CONST: Final = ADD_CONST64 | ADD_CONST32
"""The bits of a scalar's ``id`` that say it is ``off`` away from the scalars of that id (BPF_ADD_CONST)."""
AT_PKT_END: Final = -1
BEYOND_PKT_END: Final = -2
"""Values of ``range`` for a packet pointer known to lie past, or at, data_end."""


class Register(NamedTuple):
    """What is known of one register.

    ``value``   the scalar, or a pointer's variable offset.
    ``off``     a pointer's fixed offset; for a scalar linked with ADD_CONST, its distance from the others.
    ``id``      scalars of one id are equal; pointers that may be null are so together; packet pointers share
                the variable part of their offset.
    ``ref``     the id of the acquired reference the pointer belongs to, 0 for none.
    ``range``   packet pointers: bytes proved to lie before data_end, counted from the packet's start plus the
                variable offset, or BEYOND_PKT_END / AT_PKT_END.
    ``map``     index into Program.maps (MAP_PTR, MAP_VALUE, MAP_KEY), else -1; ``map_uid``: of inner maps.
    ``size``    bytes of MEM.
    ``frame``   whose stack a STACK pointer means; ``subprog``: the function a FUNC pointer means.
    ``precise`` the scalar's value matters to safety (the log's P).
    ``btf``     name of the kernel structure a BTF_ID pointer means; type of a dynptr.
    ``dynptr``  the id of the dynptr that MEM was cut from, 0 for none.
    """

    kind: Kind
    value: Scalar
    off: int = 0
    flags: int = 0
    id: int = 0
    ref: int = 0
    range: int = 0
    map: int = -1
    map_uid: int = 0
    size: int = 0
    frame: int = 0
    subprog: int = 0
    precise: bool = False
    btf: str = ""
    dynptr: int = 0

    @property
    def maybe_null(self) -> bool:
        """Whether the pointer may still be null."""
        return self.flags & _MAYBE_NULL != 0

    # Where it matters how long it takes; ``_replace`` takes five times as long.

    def with_value(self, value: Scalar) -> "Register":
        """The same, of another value."""
        return tuple.__new__(Register, (self[0], value, *self[2:]))

    def linked(self, id: int, off: int) -> "Register":  # noqa: A002 - the field's name
        """The same, of another id and distance."""
        return tuple.__new__(Register, (self[0], self[1], off, self[3], id, *self[5:]))

    def unlinked(self) -> "Register":
        """The same without an id."""
        return tuple.__new__(Register, (*self[:4], 0, *self[5:])) if self.id else self

    def marked(self, precise: bool) -> "Register":
        """The same, precise or not."""
        return tuple.__new__(Register, (*self[:12], precise, *self[13:]))

    @property
    def is_scalar(self) -> bool:
        return self.kind is Kind.SCALAR

    @property
    def is_const(self) -> bool:
        """A scalar of one known value."""
        return self.kind is Kind.SCALAR and self.value.is_const

    @property
    def type_text(self) -> str:
        """The kind with its flags as messages and the log name it: ``map_value_or_null``, ``ringbuf_mem``."""
        prefix = "".join(text for flag, text in _PREFIXES if self.flags & flag) if self.flags else ""
        if not self.maybe_null:
            return prefix + _TEXT[self.kind]
        return prefix + _TEXT[self.kind] + ("or_null_" if self.kind is Kind.BTF_ID else "_or_null")


NOT_INIT: Final = Register(Kind.NOT_INIT, ZERO)
FRAME_POINTER: Final = Register(Kind.STACK, ZERO)
CONTEXT: Final = Register(Kind.CTX, ZERO)
PACKET_KINDS: Final = frozenset({Kind.PACKET, Kind.PACKET_META})


@lru_cache(1 << 8)
def scalar(value: Scalar, precise: bool = False) -> Register:
    """A scalar with no links."""
    return Register(Kind.SCALAR, value, precise=precise)
