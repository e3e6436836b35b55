"""Data directives: texts and variables that live in the one-entry array maps .rodata, .data and .bss."""

from collections.abc import Sequence
from dataclasses import replace

from vm.asm.arguments import Argument, unquote
from vm.asm.context import FileContext, moved, problem
from vm.asm.symbols import Datum
from vm.program import MapSpec
from vm.source import HookscopeError, Span
from vm.typetext import ValueType, parse_type
from vm.uapi.map_types import MapFlag, MapType

MAX_DATA = 1 << 20
"""Bytes that .rodata, .data and .bss may each hold."""
_EXAMPLE = 'such as .rodata fmt "hits %d" or .data limit u32 10'


def read_only(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    """``.rodata NAME "text"`` or ``.rodata NAME TYPE VALUE``."""
    _place(context, ".rodata", args[0].value if args else "", args, at)


def string(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    """``.string NAME "text"``."""
    if len(args) != 2 or unquote(args[1].value) is None:
        raise problem(
            "bad-data", "`.string` needs a name and a quoted text", at, 'such as .string fmt "hits %d"'
        )
    _place(context, ".rodata", args[0].value, args, at)


def variable(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    """``.data NAME TYPE VALUE``."""
    _place(context, ".data", args[0].value if args else "", args, at)


def zeros(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    """``.bss NAME TYPE``."""
    if len(args) != 2:
        raise problem("bad-data", "`.bss` needs a name and a type", at, "such as .bss hits u64")
    kind = _type(args[1])
    _put(context, ".bss", args[0], bytes(kind.size), kind, at)


def _type(arg: Argument) -> ValueType:
    try:
        return parse_type(arg.value)
    except HookscopeError as error:
        raise moved(error, arg.span) from None


def _place(context: FileContext, map_name: str, name: str, args: Sequence[Argument], at: Span) -> None:
    if len(args) == 2 and (text := unquote(args[1].value)) is not None:
        _put(context, map_name, args[0], text + b"\0", None, at)
        return
    if len(args) < 3:
        raise problem("bad-data", "data needs a name and a text, or a name, a type and a value", at, _EXAMPLE)
    kind = _type(args[1])
    value_span = args[2].span.to(args[-1].span)
    text_of_value = " ".join(arg.span_text for arg in args[2:]).removeprefix("=")
    try:
        data = kind.parse(text_of_value)
    except HookscopeError as error:
        raise moved(error, value_span) from None
    _put(context, map_name, args[0], data, kind, at)


def _put(
    context: FileContext, map_name: str, name: Argument, data: bytes, kind: ValueType | None, at: Span
) -> None:
    """Appends ``data`` to the map's value, at an offset that its type may have (None: a text, anywhere)."""
    symbols = context.symbols
    context.declare(name.value, name.span, "data")
    index = symbols.map_index.get(map_name)
    if index is None:
        read_only_flag = MapFlag.RDONLY_PROG if map_name == ".rodata" else MapFlag(0)
        frozen = map_name == ".rodata"
        index = symbols.add_map(
            MapSpec(map_name, MapType.ARRAY, 4, 0, 1, int(read_only_flag), "u32", frozen=frozen)
        )
    spec = symbols.maps[index]
    before = spec.init[0][1] if spec.init else b""
    align = kind.align if kind is not None else 1
    offset = -(-len(before) // align) * align
    if offset + len(data) > MAX_DATA:
        raise problem("too-much-data", f"{map_name} holds at most {MAX_DATA:,} bytes", at)
    value = before.ljust(offset, b"\0") + data
    symbols.maps[index] = replace(spec, value_size=len(value), init=((bytes(4), value),))
    symbols.data[name.value] = Datum(index, offset, len(data), kind)
