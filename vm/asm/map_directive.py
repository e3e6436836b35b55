"""The directive ``.map``: a map's type, sizes, flags, first contents."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from vm.asm.arguments import Argument
from vm.asm.context import FileContext, problem
from vm.asm.expression import Expression
from vm.asm.lexer import TOKEN
from vm.asm.unit import Mistake
from vm.program import MapSpec
from vm.source import HookscopeError, Span, did_you_mean
from vm.typetext import ValueType, parse_type
from vm.typetext.text import braced, split_top
from vm.uapi.map_types import MapType, map_type

_KEYS = ("key", "value", "entries", "flags", "inner", "init", "frozen", "extra")
_INDEXES = frozenset({
    MapType.ARRAY, MapType.PERCPU_ARRAY, MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.ARRAY_OF_MAPS,
    MapType.DEVMAP, MapType.CPUMAP, MapType.XSKMAP, MapType.SOCKMAP, MapType.CGROUP_ARRAY,
})  # fmt: skip
_HANDLES = frozenset({
    MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS, MapType.CGROUP_ARRAY,
    MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP, MapType.SOCKMAP,
})  # fmt: skip
_NO_KEY = frozenset({MapType.QUEUE, MapType.STACK, MapType.BLOOM_FILTER, MapType.RINGBUF, MapType.USER_RINGBUF})
_NO_VALUE = frozenset({MapType.RINGBUF, MapType.USER_RINGBUF})
_OF_MAPS = frozenset({MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS})
MAP_FLAGS: Mapping[str, int] = MappingProxyType({})


def read(context: FileContext, args: list[Argument], at: Span) -> None:
    """Declares the map of a ``.map`` line."""
    words = [arg for arg in args if arg.key is None and arg.value != "frozen"]
    pairs = {arg.key: arg for arg in args if arg.key is not None}
    if len(words) < 2:
        raise problem("bad-map", "`.map` needs a name and a type", at, "such as .map counts hash key=u32 value=u64 entries=16")
    if len(words) > 2:
        raise problem("trailing", f"`{words[2].value}` is not understood here", words[2].span, _key_hint(words[2].value))
    for key, arg in pairs.items():
        if key not in _KEYS:
            raise problem("bad-map", f"a map has no `{key}`", arg.span, did_you_mean(str(key), _KEYS))
    name = words[0].value
    if not name.replace(".", "_").isidentifier():
        raise problem("bad-name", f"`{name}` cannot be a map's name", words[0].span, "letters, digits and _ only")
    if name in context.symbols.spans:
        raise problem("twice", f"`{name}` is already declared on line {context.symbols.spans[name].line}", words[0].span)
    context.symbols.spans[name] = words[0].span
    frozen = any(arg.key is None and arg.value == "frozen" for arg in args) or "frozen" in pairs
    _declare(context, name, _type_of(words[1]), pairs, frozen, at)


def _key_hint(word: str) -> str | None:
    return did_you_mean(word, _KEYS) or "options are written key=u32, value=u64, entries=16"


def _type_of(arg: Argument) -> MapType:
    kind = map_type(arg.value)
    if kind is None or kind is MapType.UNSPEC:
        labels = [known.label for known in MapType if known is not MapType.UNSPEC]
        raise problem("unknown-map-type", f"there is no map type `{arg.value}`", arg.span, did_you_mean(arg.value, labels) or "such as hash, array, percpu_array, lru_hash, ringbuf")
    return kind


def _declare(context: FileContext, name: str, kind: MapType, pairs: dict[str | None, Argument], frozen: bool, at: Span) -> None:
    key, key_size = _sized(context, pairs.get("key"), kind in _INDEXES or kind is MapType.DEVMAP_HASH, kind in _NO_KEY, "key", at)
    value, value_size = _sized(context, pairs.get("value"), kind in _HANDLES, kind in _NO_VALUE, "value", at)
    entries = _entries(context, pairs, kind, at)
    flags = number(context, pairs["flags"].value, pairs["flags"].value_span) if "flags" in pairs else 0
    extra = number(context, pairs["extra"].value, pairs["extra"].value_span) if "extra" in pairs else 0
    inner = _inner(context, pairs, kind, at)
    init = pairs.get("init")
    spec = MapSpec(
        name, kind, key_size, value_size, entries, flags & 0xFFFF_FFFF,
        pairs["key"].value if "key" in pairs else None, pairs["value"].value if "value" in pairs else None,
        inner, (), frozen, extra,
    )  # fmt: skip
    index = context.symbols.add_map(spec)
    if init is not None:
        from dataclasses import replace

        def fill() -> None:
            entries_ = _init(context, spec, init, key, value)
            context.symbols.maps[index] = replace(spec, init=entries_)

        context.late.append(fill)


def _sized(context: FileContext, arg: Argument | None, handle: bool, none: bool, what: str, at: Span) -> tuple[ValueType | None, int]:
    if arg is None:
        if none:
            return None, 0
        if handle:
            return parse_type("u32"), 4
        raise problem("bad-map", f"this map needs `{what}=`", at, f"such as {what}=u32")
    if arg.value.isdigit() and len(arg.value) < 8:
        return None, int(arg.value)
    try:
        kind = parse_type(arg.value)
    except HookscopeError as error:
        found = error.diagnostic
        raise problem(found.code, found.message, arg.value_span, found.hint) from None
    return kind, kind.size


def _entries(context: FileContext, pairs: dict[str | None, Argument], kind: MapType, at: Span) -> int:
    arg = pairs.get("entries")
    if arg is None:
        if kind in (MapType.PERF_EVENT_ARRAY, MapType.SK_STORAGE, MapType.TASK_STORAGE, MapType.INODE_STORAGE, MapType.CGRP_STORAGE):
            return 0
        raise problem("bad-map", "this map needs `entries=`", at, "such as entries=16")
    value = number(context, arg.value, arg.value_span)
    if not 0 <= value < 1 << 32:
        raise problem("bad-map", "the number of entries is a 32-bit number", arg.value_span)
    return value


def _inner(context: FileContext, pairs: dict[str | None, Argument], kind: MapType, at: Span) -> MapSpec | None:
    arg = pairs.get("inner")
    if arg is None:
        if kind in _OF_MAPS:
            raise problem("bad-map", "a map of maps needs `inner=` with the name of a map declared above", at)
        return None
    index = context.symbols.map_index.get(arg.value)
    if index is None:
        raise problem("unknown-map", f"there is no map `{arg.value}` above this line", arg.value_span, did_you_mean(arg.value, context.symbols.map_index))
    return context.symbols.maps[index]


def number(context: FileContext, text: str, span: Span) -> int:
    """The value of an expression that is an argument."""
    tokens = TOKEN.findall(text)
    try:
        reader = Expression(tokens, 0, context.symbols)
        value = reader.value()
        if reader.at < len(tokens):
            raise Mistake("trailing", f"unexpected `{tokens[reader.at]}`", reader.at)
    except Mistake as mistake:
        raise problem(mistake.code, mistake.message, span, mistake.hint) from None
    return value


def _init(context: FileContext, spec: MapSpec, arg: Argument, key: ValueType | None, value: ValueType | None) -> tuple[tuple[bytes, bytes], ...]:
    entries: list[tuple[bytes, bytes]] = []
    try:
        parts = split_top(braced(arg.value, "{", "}", "init"))
        for place, part in enumerate(parts):
            left, colon, right = _pair(part)
            if not colon:
                left, right = str(place), part
            key_bytes = b"" if spec.key_size == 0 else _bytes(context, key, spec.key_size, left)
            entries.append((key_bytes, _value_bytes(context, spec, value, right)))
    except HookscopeError as error:
        found = error.diagnostic
        raise problem(found.code, found.message, arg.value_span, found.hint) from None
    return tuple(entries)


def _pair(part: str) -> tuple[str, str, str]:
    """A ``key: value`` at the first colon that is followed by a blank, or the last one."""
    left, found, right = part.partition(": ")
    if not found:
        left, found, right = part.rpartition(":")
    return left.strip(), found, right.strip()


def _value_bytes(context: FileContext, spec: MapSpec, value: ValueType | None, text: str) -> bytes:
    if spec.type is MapType.PROG_ARRAY:
        names: Sequence[str] = [unit.name for unit in context.units]
        if text in names:
            return names.index(text).to_bytes(4, "little")
        raise HookscopeError.of("unknown-program", f"there is no program `{text}` in this file", did_you_mean(text, names))
    if spec.type in _OF_MAPS:
        index = context.symbols.map_index.get(text)
        if index is None:
            raise HookscopeError.of("unknown-map", f"there is no map `{text}`", did_you_mean(text, context.symbols.map_index))
        return index.to_bytes(4, "little")
    return _bytes(context, value, spec.value_size, text)


def _bytes(context: FileContext, kind: ValueType | None, size: int, text: str) -> bytes:
    constant = context.symbols.constant(text)
    if constant is not None:
        text = str(constant)
    if kind is not None:
        return kind.parse(text)
    return parse_type(f"bytes[{size}]").parse(text)
