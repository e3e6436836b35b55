"""The shape of a helper: its row, what its function is given, and what it may answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final, Protocol

from vm.change import Change, Emitted, FieldChanged, OutputKind, PacketMoved
from vm.helpers.event import Event
from vm.maps.base import BpfMap
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import Region
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Struct


class Arg(StrEnum):
    """Argument types, named as the kernel's enum bpf_arg_type (include/linux/bpf.h), flags as suffixes."""

    CONST_MAP_PTR = auto()
    MAP_KEY = auto()
    MAP_VALUE = auto()
    UNINIT_MAP_VALUE = auto()
    MEM_RDONLY = auto()
    MEM_RDONLY_OR_NULL = auto()
    MEM_WRITE = auto()
    MEM_WRITE_OR_NULL = auto()
    UNINIT_MEM = auto()
    CONST_SIZE = auto()
    CONST_SIZE_OR_ZERO = auto()
    CONST_ALLOC_SIZE_OR_ZERO = auto()
    CTX = auto()
    CTX_OR_NULL = auto()
    ANYTHING = auto()
    SPIN_LOCK = auto()
    SOCK_COMMON = auto()
    BTF_SOCK_COMMON = auto()
    FUNC = auto()
    STACK_OR_NULL = auto()
    CONST_STR = auto()
    FIXED_INT_WRITE = auto()
    """An aligned u32 the helper reads and writes."""
    FIXED_LONG_UNINIT = auto()
    """An aligned u64 the helper writes; it need not be initialised."""
    RINGBUF_MEM = auto()
    """A record reserved in a ring buffer; the call releases it."""
    MAP_VALUE_OR_NULL = auto()
    SOCKET_OR_NULL = auto()
    BTF_SOCK_COMMON_OR_NULL = auto()
    SOCK_RELEASE = auto()
    """A socket that was acquired; the call releases it."""
    FIXED_IPHDR = auto()
    """The 20 bytes of an IPv4 header, to be read."""
    FIXED_IPV6HDR = auto()
    """The 40 bytes of an IPv6 header, to be read."""
    FIXED_TCPHDR = auto()
    """The 20 bytes of a TCP header, to be read."""
    BTF_ID = auto()
    """A pointer to a structure of the kernel."""
    BTF_ID_OR_NULL = auto()
    PERCPU_BTF_ID = auto()
    TIMER = auto()
    KPTR_DEST = auto()
    KPTR_RELEASE = auto()
    DYNPTR_RINGBUF_UNINIT = auto()
    """Sixteen bytes of stack for a new dynptr to a ring buffer's record."""
    DYNPTR_LOCAL_UNINIT = auto()
    """Sixteen bytes of stack for a new dynptr to memory of the program."""
    DYNPTR_RELEASE = auto()
    """A dynptr to a ring buffer's record; the call releases it."""
    DYNPTR = auto()
    """A dynptr of any kind."""


class Ret(StrEnum):
    """Return types, named as the kernel's enum bpf_return_type."""

    INTEGER = auto()
    VOID = auto()
    MAP_VALUE_OR_NULL = auto()
    MAP_VALUE = auto()
    SOCKET_OR_NULL = auto()
    SOCK_COMMON_OR_NULL = auto()
    TCP_SOCK_OR_NULL = auto()
    RINGBUF_MEM_OR_NULL = auto()
    MEM_OR_NULL = auto()
    DYNPTR_MEM_OR_NULL = auto()
    BTF_TASK = auto()
    BTF_ID = auto()
    BTF_ID_OR_NULL = auto()
    PERCPU_MEM = auto()
    PERCPU_MEM_OR_NULL = auto()


@dataclass(frozen=True, slots=True)
class TailCall:
    """The helper asks the machine to go on in program ``program`` (index into the run's programs)."""

    program: int


@dataclass(frozen=True, slots=True)
class CallBack:
    """The helper asks the machine to call the function at slot ``pc`` once per item of ``calls``.

    Each item is the callback's r1 to r5; ``calls`` never changes once given, but may compute its items when
    asked for them. The loop ends after the last one or when a callback returns 1; r0 of the caller is then
    the number of calls made. The callback's frame holds the position, as data. Where there are ``keys``, r2
    of call number i points at a copy of keys[i].
    """

    pc: int
    calls: Sequence[tuple[int, int, int, int, int]]
    keys: Sequence[bytes] = ()


Answer = int | TailCall | CallBack

CODE: Final = 0xFFFF_FFFF_C000_0000
"""Where function pointers point: program n's slots lie from CODE + n * 16 MiB, 8 bytes each."""
CODE_WINDOW: Final = 1 << 24
MAX_PROGRAMS: Final = 32
"""Programs one run may hold."""


def function_pointer(program: int, pc: int) -> int:
    """What a ``ld_imm64`` of the function at slot ``pc`` of that program puts in a register."""
    return CODE + program * CODE_WINDOW + pc * 8


def function_slot(pointer: int) -> tuple[int, int] | None:
    """The program and slot a function pointer means; None for a number that is none."""
    program, off = divmod(pointer - CODE, CODE_WINDOW)
    return (program, off // 8) if 0 <= program < MAX_PROGRAMS and off % 8 == 0 else None


class PacketBuffer:
    """The bytes a packet lies in and its bounds: offsets of data_meta <= data <= data_end in ``region``.

    The machine, too, moves the bounds, when it takes a step back. Programs may access data_meta to data_end.
    """

    __slots__ = ("bounds", "journal", "region")

    def __init__(self, region: Region, bounds: tuple[int, int, int], journal: list[Change]) -> None:
        self.region = region
        self.journal = journal
        self.bounds = bounds
        self.place(bounds)

    def place(self, bounds: tuple[int, int, int]) -> None:
        """Puts the bounds where a change, or a snapshot, says; leaves no trace of its own."""
        self.bounds = bounds
        self.region.lo, self.region.hi = bounds[0], bounds[2]
        self.region.origin = bounds[1]

    def move(self, meta: int, data: int, end: int) -> None:
        """Moves the bounds, journaled; the caller has checked that they fit the region."""
        before, after = self.bounds, (meta, data, end)
        self.place(after)
        self.journal.append(PacketMoved(before, after))


class PacketAccess(Protocol):
    """The packet and its context as helpers need them; ``vm.kernel.context`` implements it per hook.

    A context keeps no numbers of its own: they stand in the run's ``fields`` (which it is built with, as with
    the journal), and its packet's bounds in ``buffer``: undoing a change restores the context as well.
    Contexts of socket buffers know the fields ``mac_header`` and ``network_header`` (offsets in the buffer).
    """

    kind: ProgType
    region: Region
    """The context object: r1 at the start."""
    struct: Struct
    """What programs take it for."""

    @property
    def texts(self) -> Mapping[str, str]:
        """What fields mean, by name, where a number says little."""
        ...

    @property
    def buffer(self) -> PacketBuffer | None:
        """Where the packet lies; None where the hook has no packet."""
        ...

    def field(self, name: str) -> int:
        """A number the kernel keeps with the packet (``len``, ``mark``, ``protocol``, ``hash`` …)."""
        ...

    def set_field(self, name: str, value: int) -> None:
        """Sets such a number, journaled."""
        ...

    def bounds(self) -> tuple[int, int, int]:
        """Offsets of data_meta, data and data_end in the packet buffer."""
        ...

    def move(self, meta: int, data: int, end: int) -> None:
        """Moves the bounds, journaled; the caller has checked that they fit the buffer."""
        ...

    def packet(self) -> bytes:
        """All bytes from data to data_end (for skb programs that see none directly, of the whole skb)."""
        ...

    def put(self, off: int, data: bytes) -> None:
        """Writes packet bytes at ``off`` from data, journaled."""
        ...

    def load_packet(self, off: int, size: int) -> int | None:
        """What LD_ABS gives at ``off`` (the link header from -0x200000, the network header from -0x100000),
        read in network order; None outside of the packet."""
        ...

    def read(self, start: int, end: int) -> bytes:
        """Bytes of the packet buffer between two offsets in it (``mac_header`` and the like count so)."""
        ...

    def write(self, at: int, data: bytes) -> None:
        """Writes at an offset in the packet buffer, journaled."""
        ...

    def reserve(self, head: int = 0, tail: int = 0) -> None:
        """Makes room for that many bytes before and behind the packet; offsets in the buffer may shift."""
        ...

    @property
    def headroom(self) -> int:
        """Bytes of the buffer before data_meta."""
        ...

    @property
    def tailroom(self) -> int:
        """Bytes of the buffer behind data_end."""
        ...


@dataclass(slots=True)
class HelperCall:
    """What a helper's function is given. ``r`` are r1 to r5 as words; ``fields`` are the numbers the kernel
    keeps for the run, by name. ``map_at`` finds a map by the address of its object, inner maps included.

    ``programs`` counts the run's programs: a program array's values are indices below it. A function that
    raises MachineFault ends the run; what it journaled before stays.
    """

    r: tuple[int, int, int, int, int]
    memory: Memory
    maps: Sequence[BpfMap]
    map_at: Mapping[int, BpfMap]
    event: Event
    ctx: PacketAccess | None
    fields: dict[str, int]
    journal: list[Change]
    programs: int = 1

    def map(self, n: int = 1) -> BpfMap:
        """The map whose object register ``n`` points at; raises MachineFault where it points at none."""
        found = self.map_at.get(self.r[n - 1])
        if found is None:
            message = f"r{n} should hold a map, but {self.r[n - 1]:#x} is the address of none"
            raise MachineFault(Fault(FaultKind.BAD_CALL, message, self.r[n - 1]))
        return found

    def emit(self, kind: OutputKind, source: str, data: bytes) -> None:
        """Sends a record to user space."""
        self.journal.append(Emitted(kind, source, data))

    def get(self, name: str, default: int = 0) -> int:
        """A number the kernel keeps for the run."""
        return self.fields.get(name, default)

    def set(self, name: str, value: int) -> None:
        """Changes such a number, journaled."""
        before = self.fields.get(name)
        self.fields[name] = value
        self.journal.append(FieldChanged(name, before, value))


@dataclass(frozen=True, slots=True)
class Helper:
    """One row: what the verifier, the machine, completion and the reference need to know of a helper.

    ``prog_types`` None means every program type. ``args`` has as many items as the helper takes.
    ``changes_packet``: packet pointers are worthless after the call. ``packet_args``: memory arguments may
    point into the packet. Both as the kernel's verifier has them.
    ``run`` gets a HelperCall and answers with r0 (any int, cut to 64 bits) or a transfer of control.
    """

    id: HelperId
    signature: str
    args: tuple[Arg, ...]
    ret: Ret
    run: Callable[[HelperCall], Answer]
    doc: str
    prog_types: frozenset[ProgType] | None = None
    gpl_only: bool = False
    changes_packet: bool = False
    packet_args: bool = False
