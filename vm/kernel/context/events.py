"""Making contexts of hooks without a packet, one function per kind of input."""

from functools import cache
from typing import NamedTuple

from vm.helpers.event import Event
from vm.kernel.context.event_context import EventContext
from vm.kernel.context.fields import fields_context
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
from vm.kernel.context.objects import Kept, Objects
from vm.kernel.context.plain import plain
from vm.kernel.context.registers import ARGUMENT_REGISTERS, registers
from vm.kernel.context.task import task_object
from vm.memory.memory import Memory
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Field, Kind, Struct
from vm.uapi.structs_events import NF_CTX, PERF_EVENT_DATA, PT_REGS, RAW_ARGS
from vm.uapi.tracing import records


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
            return plain(kind, PT_REGS, data, what, memory, texts=lambda: _argument_texts(what))
        case Sample():
            return _sample(kind, what, memory, objects)
        case Fields():
            return fields_context(kind, what, memory, fields)


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
    return plain(kind, struct, bytes(head) + tail, what, memory, texts=lambda: _record_texts(what))


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
    return plain(kind, struct, data.ljust(size, b"\0"), what, memory, texts=lambda: _value_texts(what))


def _value_texts(what: Arguments) -> dict[str, str]:
    names = [*what.names, *(f"args[{n}]" for n in range(len(what.names), len(what.values)))]
    return {name: text for name, value in zip(names, what.values, strict=False) if (text := _text(value))}


@cache
def _named_arguments(names: tuple[str, ...]) -> Struct:
    """The arguments by their names, for whoever looks at them."""
    fields = tuple(Field(name, 8 * n, 8, Kind.UINT, "An argument.") for n, name in enumerate(names))
    return Struct("arguments", 8 * len(names), fields, "Arguments, 8 bytes each.")


def _argument_texts(what: Registers) -> dict[str, str]:
    pairs = zip(ARGUMENT_REGISTERS, what.arguments, strict=False)
    return {name: text for name, value in pairs if (text := _text(value))}


def _sample(kind: ProgType, what: Sample, memory: Memory, objects: Objects) -> EventContext:
    regs = registers(Registers(what.function, user=what.user), memory, objects)
    data = regs + what.period.to_bytes(8, "little") + what.address.to_bytes(8, "little")
    return plain(kind, PERF_EVENT_DATA, data, what, memory, converted=True)
