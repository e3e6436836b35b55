"""What a context is made of, as values: what an event gives to the programs that watch it.

A ``Value`` is a number, or what a pointer leads to; making the context puts that into memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vm.uapi.attach_types import AttachType


@dataclass(frozen=True, slots=True)
class User:
    """A pointer to bytes in the memory of the process; strings end with a 0."""

    data: bytes

    @staticmethod
    def text(text: str) -> "User":
        """A string."""
        return User(text.encode() + b"\0")


@dataclass(frozen=True, slots=True)
class UserStrings:
    """A pointer to an array of pointers to strings in the memory of the process, as argv is."""

    strings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A pointer to a string of the kernel."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Kernel:
    """A pointer to a structure of the kernel. Members are named by their path from it (``f_path.dentry``);
    those that are not given are 0. Equal values are the same object."""

    struct: str
    members: "tuple[tuple[str, Value], ...]" = ()
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        if not self._hash:  # objects are looked up often, and lead to many others
            object.__setattr__(self, "_hash", hash((self.struct, self.members)))
        return self._hash


@dataclass(frozen=True, slots=True)
class Inside:
    """A pointer ``offset`` bytes into bytes of the kernel."""

    data: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Words:
    """An array of numbers and pointers, 8 bytes each, that stands where it is: it is no pointer itself."""

    values: "tuple[Value, ...]"


Value = int | bytes | User | UserStrings | Text | Kernel | Inside | Words
"""Bytes stand for themselves in an array of a structure or record; as an argument they are pointed to."""

_NO_TEXTS: "Mapping[str, bytes]" = MappingProxyType({})
_NO_VALUES: "Mapping[str, Value]" = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Record:
    """A tracepoint's record: ``category/name``, and its fields. Strings of any length are bytes."""

    tracepoint: str
    fields: "Mapping[str, Value]" = field(default_factory=lambda: _NO_VALUES)


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments, 8 bytes each: of a raw tracepoint, a function (then its result) or a security hook.

    ``names`` are what they are called, as far as that is known.
    """

    values: "tuple[Value, ...]"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registers:
    """A function's registers as it starts, or returns with ``result``; ``user``: it is no kernel function."""

    function: str
    arguments: "tuple[Value, ...]" = ()
    result: int | None = None
    user: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """An overflow of a performance counter after ``period`` counts, while ``function`` ran."""

    period: int
    function: str
    address: int = 0
    user: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """A context of the user API by its fields (``bpf_sock_addr``, ``bpf_sock``, ``bpf_sk_lookup``,
    ``bpf_sock_ops``, ``bpf_sockopt`` …); ``sk`` are the fields of the socket it leads to, None no socket;
    ``owner`` is its number.

    ``buffer`` are bytes the program may change, of which ``optval`` and ``optval_end`` tell; ``texts`` what
    helpers can read besides (``sysctl_name``, ``sysctl_current``, ``sysctl_new``).
    """

    attach_type: AttachType
    values: Mapping[str, int | bytes]
    sk: Mapping[str, int | bytes] | None = None
    buffer: bytes | None = None
    owner: int = 0
    texts: "Mapping[str, bytes]" = field(default_factory=lambda: _NO_TEXTS)


HookInput = Record | Arguments | Registers | Sample | Fields
"""What hooks without a packet give their programs."""
