"""Making contexts of hooks without a packet, one function per kind of input."""

from collections.abc import Callable, Mapping
from functools import cache
from struct import Struct as Layout
from types import MappingProxyType
from typing import NamedTuple

from vm.helpers.event import Event
from vm.kernel.context.event_context import EventContext, PlacesView
from vm.kernel.context.fault import Converted
from vm.kernel.context.inputs import (
    Arguments,
    Fields,
    HookInput,
    Kernel,
    Record,
    Registers,
    Sample,
    User,
    UserStrings,
    Value,
)
from vm.kernel.context.objects import Kept, Objects, symbol_address
from vm.kernel.context.task import task_object
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.uapi.attach_types import AttachType
from vm.uapi.context_places import SOCKET_PLACES, Aligned, Gives, Places, places_of
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Field, Kind, Struct
from vm.uapi.structs import STRUCTS
from vm.uapi.structs_context import SOCK
from vm.uapi.structs_events import NF_CTX, PERF_EVENT_DATA, PT_REGS, RAW_ARGS
from vm.uapi.tracing import COMMON, records
from vm.word import MASK64

ARGUMENT_REGISTERS = ("di", "si", "dx", "cx", "r8", "r9")
"""Where x86-64 passes arguments, in order."""
KERNEL_CS, KERNEL_SS, USER_CS, USER_SS, FLAGS = 0x10, 0x18, 0x33, 0x2B, 0x246
STACK_TOP = 4096
_NOTHING: Mapping[int, int] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_KEPT: Mapping[str, Mapping[int, int]] = MappingProxyType({
    "bpf_sock_addr": {0: 2, 24: 2, 28: 2, 32: 2, 36: 2},
    "bpf_sock": {4: 2, 8: 2, 12: 2, 44: 2, 48: 2, 72: 1, 76: 2},
    "bpf_sk_lookup": {8: 2, 12: 2, 60: 2},
})  # fmt: skip
"""Fields of four bytes, by offset, that have fewer in the kernel's own structures."""
_QUEUE = SOCK.field("rx_queue_mapping")


def event_context(
    kind: ProgType,
    what: HookInput,
    memory: Memory,
    event: Event,
    fields: dict[str, int],
    kept: Kept | None = None,
    *,
    task: bool = True,
) -> EventContext:
    """The context of a ``kind`` program at an event; with ``task``, the running task is in memory as well."""
    objects = Objects(memory, kept)
    if task:
        fields["task"] = objects.word(task_object(event.task))
    match what:
        case Record():
            return _record(kind, what, memory, objects)
        case Arguments():
            return _arguments(kind, what, memory, objects)
        case Registers():
            data = registers(what, memory, objects)
            return _plain(kind, PT_REGS, data, what, memory, texts=lambda: _argument_texts(what))
        case Sample():
            return _sample(kind, what, memory, objects)
        case Fields():
            _put_texts(what, memory, fields)
            return _fields(kind, what, memory, fields)


def _plain(
    kind: ProgType,
    struct: Struct,
    data: bytes,
    what: HookInput,
    memory: Memory,
    *,
    attach_type: AttachType | None = None,
    texts: Callable[[], Mapping[str, str]] = lambda: _NO_TEXTS,
    converted: bool = False,
    kept: Mapping[int, int] = _NOTHING,
) -> EventContext:
    region = EventContext.region_for(memory, data)
    region.writable = False
    places = _places(kind, attach_type, None if converted else len(data))
    return EventContext(
        kind, struct, region, places, what, memory, kept=kept, texts=texts, converted=converted
    )


@cache
def _places(kind: ProgType, attach_type: AttachType | None, size: int | None) -> Places:
    """What may be accessed, in a context of ``size`` bytes (None: as the table says).

    The verifier lets programs read as far as any tracepoint's record goes; typed arguments are whole words.
    """
    found = places_of(kind, attach_type)
    if found is None:
        words = {(at, 8): Gives.NUMBER for at in range(0, size or 0, 8)}
        return Places(RAW_ARGS.name, words, frozenset())
    if size is None:
        return found
    if kind is ProgType.TRACEPOINT:  # what Linux lets be read besides is no part of the record
        return Places(found.struct, Aligned((COMMON, size)), found.writes)
    reads = {(at, width): gives for (at, width), gives in found.reads.items() if at + width <= size}
    return Places(found.struct, reads, found.writes)


class _Row(NamedTuple):
    """A field of a record: where it is; ``located`` ones tell where, behind the record, their bytes are."""

    name: str
    offset: int
    size: int
    located: bool


@cache
def _rows(tracepoint: str) -> tuple[Struct, tuple[_Row, ...]]:
    struct = records()[tracepoint]
    rows = (
        _Row(field.name, field.offset, field.size, field.doc.startswith("__data_loc"))
        for field in struct.fields
    )
    return struct, tuple(rows)


def _record(kind: ProgType, what: Record, memory: Memory, objects: Objects) -> EventContext:
    struct, rows = _rows(what.tracepoint)
    head, tail, given = bytearray(struct.size), b"", what.fields
    for name, offset, size, located in rows:
        value = given.get(name, 0)
        if located:
            data = value if isinstance(value, bytes) else b"\0"
            place = len(data) << 16 | struct.size + len(tail)
            head[offset : offset + 4] = place.to_bytes(4, "little")
            tail += data
        elif type(value) is int:  # most are, and a record has many
            if value:
                head[offset : offset + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
        else:
            head[offset : offset + size] = objects.cell(value, size)
    return _plain(kind, struct, bytes(head) + tail, what, memory, texts=lambda: _record_texts(what))


def _record_texts(what: Record) -> dict[str, str]:
    return {name: text for name, value in what.fields.items() if (text := _text(value))}


def _text(value: Value) -> str:
    """What a pointer or bytes say to a person; "" of numbers."""
    match value:
        case User(data):
            return _quoted(data) if data.endswith(b"\0") else f"{len(data)} bytes"
        case UserStrings(strings):
            return " ".join(strings)
        case bytes():
            return _quoted(value.partition(b"\0")[0])
        case Kernel(struct):
            return f"struct {struct}"
        case int() if value < 0:
            return str(value)
        case _:
            return ""


def _quoted(data: bytes) -> str:
    return '"' + data.rstrip(b"\0").decode("utf-8", "replace") + '"'


def _arguments(kind: ProgType, what: Arguments, memory: Memory, objects: Objects) -> EventContext:
    words = [objects.word(value) for value in what.values]
    data = b"".join(word.to_bytes(8, "little") for word in words)
    size = RAW_ARGS.size if kind is ProgType.RAW_TRACEPOINT else len(data)
    struct = _named_arguments(what.names[: len(words)]) if what.names else RAW_ARGS
    if kind is ProgType.NETFILTER:
        struct = NF_CTX
    return _plain(kind, struct, data.ljust(size, b"\0"), what, memory, texts=lambda: _value_texts(what))


def _value_texts(what: Arguments) -> dict[str, str]:
    names = [*what.names, *(f"args[{n}]" for n in range(len(what.names), len(what.values)))]
    return {name: text for name, value in zip(names, what.values, strict=False) if (text := _text(value))}


@cache
def _named_arguments(names: tuple[str, ...]) -> Struct:
    """The arguments by their names, for whoever looks at them."""
    fields = tuple(Field(name, 8 * n, 8, Kind.UINT, "An argument.") for n, name in enumerate(names))
    return Struct("arguments", 8 * len(names), fields, "Arguments, 8 bytes each.")


def registers(what: Registers, memory: Memory, objects: Objects) -> bytes:
    """``struct pt_regs`` at a function's start or return."""
    words = list(_USER_REGISTERS if what.user else _KERNEL_REGISTERS)
    for place, value in zip(_ARGUMENT_PLACES, what.arguments, strict=False):
        words[place] = objects.word(value)
    function = symbol_address(what.function, user=what.user)
    caller = symbol_address("main" if what.user else "do_syscall_64", user=what.user) + 0x2A
    words[_IP] = function if what.result is None else caller
    words[_AX] = 0 if what.result is None else what.result & MASK64
    stack = caller.to_bytes(8, "little")
    if what.user:
        words[_SP] = memory.user.put(stack)
    else:
        words[_SP] = memory.add(RegionKind.MEM, "kernel stack", bytearray(stack), writable=False).base
    words[_BP] = words[_SP] + 0x40
    return _PT_REGS.pack(*words)


_PT_REGS = Layout(f"<{len(PT_REGS.fields)}Q")
_AT = {field.name: place for place, field in enumerate(PT_REGS.fields)}
_ARGUMENT_PLACES = tuple(_AT[name] for name in ARGUMENT_REGISTERS)
_IP, _AX, _SP, _BP = (_AT[name] for name in ("ip", "ax", "sp", "bp"))


def _begin(code: int, stack: int) -> tuple[int, ...]:
    """Registers that are the same in all functions, of the kernel or of a process."""
    known = {"cs": code, "ss": stack, "flags": FLAGS, "orig_ax": MASK64}
    return tuple(known.get(field.name, 0) for field in PT_REGS.fields)


_USER_REGISTERS, _KERNEL_REGISTERS = _begin(USER_CS, USER_SS), _begin(KERNEL_CS, KERNEL_SS)


def _argument_texts(what: Registers) -> dict[str, str]:
    pairs = zip(ARGUMENT_REGISTERS, what.arguments, strict=False)
    return {name: text for name, value in pairs if (text := _text(value))}


def _sample(kind: ProgType, what: Sample, memory: Memory, objects: Objects) -> EventContext:
    regs = registers(Registers(what.function, user=what.user), memory, objects)
    data = regs + what.period.to_bytes(8, "little") + what.address.to_bytes(8, "little")
    return _plain(kind, PERF_EVENT_DATA, data, what, memory, converted=True)


def image(struct: Struct, values: Mapping[str, int | bytes]) -> bytearray:
    """``struct`` with these values, the rest 0."""
    data = bytearray(struct.size)
    for name, value in values.items():
        field = struct.field(name)
        if field is None:
            raise KeyError(f"{struct.name}.{name}")
        raw = (
            value
            if isinstance(value, bytes)
            else (value & ((1 << 8 * field.size) - 1)).to_bytes(field.size, "little")
        )
        data[field.offset : field.end] = raw.ljust(field.size, b"\0")
    return data


def _fields(kind: ProgType, what: Fields, memory: Memory, fields: dict[str, int]) -> EventContext:
    places = places_of(kind, what.attach_type)
    if places is None:
        raise KeyError(f"{kind.label} at {what.attach_type.name}")
    struct = STRUCTS[places.struct]
    data = image(struct, what.values)
    if what.sk is not None:
        sk = struct.field("sk")
        if sk is not None:
            fields["sk.own"], fields["sk.own.id"] = _socket(what.sk, memory), what.owner
            data[sk.offset : sk.end] = fields["sk.own"].to_bytes(8, "little")
    optval = _put_buffer(struct, data, what.buffer, memory) if what.buffer is not None else None
    kept = _KEPT.get(struct.name, _NOTHING)
    context = _plain(
        kind, struct, bytes(data), what, memory, attach_type=what.attach_type, converted=True, kept=kept
    )
    context.optval = optval
    if struct is SOCK and isinstance(context.region.view, PlacesView):
        context.region.view.minus_one = _NO_QUEUE
    return context


def _put_texts(what: Fields, memory: Memory, fields: dict[str, int]) -> None:
    """Texts that only helpers read, and room for one that a helper writes."""
    for name, text in what.texts.items():
        fields[name] = memory.add(RegionKind.MEM, name, bytearray(text), writable=False).base
        fields[f"{name}.size"] = len(text)
    if "sysctl_new" in what.texts:
        fields["sysctl_set"] = memory.add(RegionKind.MEM, "sysctl_set", bytearray(SETTING)).base
        fields["sysctl_set.size"] = 0


SETTING = 4096
"""Bytes a new value of a setting may have."""


def _put_buffer(struct: Struct, data: bytearray, buffer: bytes, memory: Memory) -> Region:
    """The bytes that ``optval`` and ``optval_end`` tell of."""
    region = memory.add(RegionKind.MEM, BUFFER, bytearray(buffer))
    for name, address in (("optval", region.base), ("optval_end", region.base + len(buffer))):
        field = struct.field(name)
        if field is not None:
            data[field.offset : field.end] = address.to_bytes(8, "little")
    return region


BUFFER = "optval"
"""What the region of a context's buffer is called."""
_NO_QUEUE = frozenset({_QUEUE.offset}) if _QUEUE is not None else frozenset()


def _socket(values: Mapping[str, int | bytes], memory: Memory) -> int:
    """A full socket, read-only; the address of its ``bpf_sock``."""
    region = memory.add(RegionKind.MEM, "sk", image(SOCK, values), writable=False)
    region.view = PlacesView(region, memory, SOCKET_PLACES["sock"], _KEPT["bpf_sock"], _NO_QUEUE)
    region.parts = Converted("sk", SOCK.size)
    return region.base
