"""Data directives: strings and variables that live in the one-entry array maps .rodata, .data and .bss."""

from dataclasses import replace

from vm.asm.arguments import Argument, unquote
from vm.asm.context import FileContext, problem
from vm.asm.symbols import Datum
from vm.program import MapSpec
from vm.source import HookscopeError, Span
from vm.typetext import parse_type
from vm.uapi.map_types import MapFlag, MapType

_LIMIT = 1 << 20


def read_only(context: FileContext, args: list[Argument], at: Span) -> None:
    """``.rodata NAME "text"`` or ``.rodata NAME TYPE VALUE``; a string is stored with its final zero."""
    _place(context, ".rodata", args, at, _content(args, at))


def string(context: FileContext, args: list[Argument], at: Span) -> None:
    """``.string NAME "text"``."""
    if len(args) != 2 or unquote(args[1].value) is None:
        raise problem("bad-data", "`.string` needs a name and a quoted text", at, 'such as .string fmt "hits %d\\n"')
    _place(context, ".rodata", args, at, _content(args, at))


def variable(context: FileContext, args: list[Argument], at: Span) -> None:
    """``.data NAME TYPE VALUE``."""
    _place(context, ".data", args, at, _content(args, at))


def zeros(context: FileContext, args: list[Argument], at: Span) -> None:
    """``.bss NAME TYPE``."""
    if len(args) != 2:
        raise problem("bad-data", "`.bss` needs a name and a type", at, "such as .bss hits u64")
    _place(context, ".bss", args, at, (bytes(_typed(args[1])[0]), _typed(args[1])[1]))


def _typed(arg: Argument) -> tuple[int, int]:
    try:
        kind = parse_type(arg.value)
    except HookscopeError as error:
        found = error.diagnostic
        raise problem(found.code, found.message, arg.span, found.hint) from None
    return kind.size, kind.align


def _content(args: list[Argument], at: Span) -> tuple[bytes, int]:
    if len(args) == 2 and (text := unquote(args[1].value)) is not None:
        return text + b"\0", 1
    if len(args) < 3:
        raise problem("bad-data", "data needs a name and a text, or a name, a type and a value", at, 'such as .rodata fmt "hits %d\\n" or .data limit u32 10')
    _, align = _typed(args[1])
    value = " ".join(arg.value if arg.key is None else f"{arg.key}={arg.value}" for arg in args[2:])
    try:
        return parse_type(args[1].value).parse(value), align
    except HookscopeError as error:
        found = error.diagnostic
        raise problem(found.code, found.message, args[2].span.to(args[-1].span), found.hint) from None


def _place(context: FileContext, map_name: str, args: list[Argument], at: Span, content: tuple[bytes, int]) -> None:
    name, symbols = args[0], context.symbols
    if not name.value.isidentifier():
        raise problem("bad-name", f"`{name.value[:40]}` cannot be a name", name.span, "letters, digits and _ only")
    if name.value in symbols.spans:
        raise problem("twice", f"`{name.value}` is already declared on line {symbols.spans[name.value].line}", name.span)
    data, align = content
    index = symbols.map_index.get(map_name)
    if index is None:
        frozen = map_name == ".rodata"
        flags = int(MapFlag.RDONLY_PROG) if frozen else 0
        spec = MapSpec(map_name, MapType.ARRAY, 4, 0, 1, flags, "u32", None, frozen=frozen)
        index = symbols.add_map(spec)
    spec = symbols.maps[index]
    before = spec.init[0][1] if spec.init else b""
    offset = -(-len(before) // align) * align
    value = before.ljust(offset, b"\0") + data
    if len(value) > _LIMIT:
        raise problem("too-much-data", f"{map_name} holds at most {_LIMIT:,} bytes", at)
    symbols.maps[index] = replace(spec, value_size=len(value), init=((bytes(4), value),))
    from vm.asm.symbols import Datum as _Datum

    symbols.data[name.value] = _Datum(index, offset, len(data))
    symbols.spans[name.value] = name.span


__all__ = ["Datum", "read_only", "string", "variable", "zeros"]
