"""The directive ``.map``: a map's type, sizes, flags, first contents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vm.asm.arguments import Argument
from vm.asm.context import FileContext, moved, problem
from vm.program import MapSpec
from vm.source import HookscopeError, Span, did_you_mean
from vm.typetext import ValueType, parse_type
from vm.typetext.text import braced, split_top
from vm.uapi.map_types import MapType, map_type

KEYS: Mapping[str, str] = {
    "key": "Type of the keys: u32, ipv4, {ipv4 addr, port p} …, or their size in bytes.",
    "value": "Type of the values, or their size in bytes.",
    "entries": "The most entries there can be; for a ring buffer its size in bytes.",
    "flags": "Flags such as BPF_F_NO_PREALLOC.",
    "inner": "For maps of maps: the name of a map declared above, the model of those inside.",
    "init": "First contents, such as {1: 10, 2: 20}.",
    "frozen": "The map is read-only to user space; its contents are known to the verifier.",
    "extra": "map_extra: the number of hash functions of a bloom filter.",
}
"""What may be said of a map, and what it means."""

_U32_KEYS = frozenset({
    MapType.ARRAY, MapType.PERCPU_ARRAY, MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY,
    MapType.ARRAY_OF_MAPS, MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP,
    MapType.SOCKMAP, MapType.CGROUP_ARRAY,
})  # fmt: skip
_U32_VALUES = frozenset({
    MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS,
    MapType.CGROUP_ARRAY, MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP,
    MapType.SOCKMAP,
})  # fmt: skip
_NO_KEY = frozenset(
    {MapType.QUEUE, MapType.STACK, MapType.BLOOM_FILTER, MapType.RINGBUF, MapType.USER_RINGBUF, MapType.ARENA}
)
_NO_VALUE = frozenset({MapType.RINGBUF, MapType.USER_RINGBUF, MapType.ARENA})
_NO_ENTRIES = frozenset(
    {
        MapType.SK_STORAGE,
        MapType.TASK_STORAGE,
        MapType.INODE_STORAGE,
        MapType.CGRP_STORAGE,
        MapType.PERF_EVENT_ARRAY,
    }
)
_OF_MAPS = frozenset({MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS})
_USAGE = "such as .map counts hash key=u32 value=u64 entries=16"
Pairs = Mapping[str, Argument]


def read(context: FileContext, args: Sequence[Argument], at: Span) -> None:
    """Declares the map of a ``.map`` line."""
    words = [arg for arg in args if arg.key is None and arg.value != "frozen"]
    pairs = {arg.key: arg for arg in args if arg.key is not None}
    if len(words) < 2:
        raise problem("bad-map", "`.map` needs a name and a type", words[0].span if words else at, _USAGE)
    if len(words) > 2:
        hint = did_you_mean(words[2].value, KEYS) or "options are written key=u32 value=u64 entries=16"
        raise problem("trailing", f"`{words[2].value}` is not understood here", words[2].span, hint)
    for key, arg in pairs.items():
        if key not in KEYS:
            hint = did_you_mean(key, KEYS) or f"there is {', '.join(KEYS)}"
            raise problem("bad-map", f"a map has no `{key}`", arg.span, hint)
    name, kind = words[0], _type_of(words[1])
    context.declare(name.value, name.span, "a map")
    frozen = any(arg.value == "frozen" for arg in args if arg.key is None) or "frozen" in pairs
    _declare(context, name.value, kind, pairs, frozen, words[0].span.to(args[-1].span))


def _type_of(arg: Argument) -> MapType:
    kind = map_type(arg.value)
    if kind is None or kind is MapType.UNSPEC:
        labels = [known.label for known in MapType if known is not MapType.UNSPEC]
        hint = (
            did_you_mean(arg.value.lower(), labels) or "such as hash, array, percpu_array, lru_hash, ringbuf"
        )
        raise problem("unknown-map-type", f"there is no map type `{arg.value}`", arg.span, hint)
    return kind


def _declare(context: FileContext, name: str, kind: MapType, pairs: Pairs, frozen: bool, at: Span) -> None:
    key = _sized("key", pairs, kind in _U32_KEYS, kind in _NO_KEY, at)
    value = _sized("value", pairs, kind in _U32_VALUES, kind in _NO_VALUE, at)
    spec = MapSpec(
        name, kind, key[1], value[1], _entries(context, pairs, kind, at),
        flags=_word(context, pairs, "flags", 32), map_extra=_word(context, pairs, "extra", 64),
        key_type=key[0].text if key[0] else None, value_type=value[0].text if value[0] else None,
        inner=_inner(context, pairs, kind, at), frozen=frozen,
    )  # fmt: skip
    index = context.symbols.add_map(spec)
    init = pairs.get("init")
    if init is not None:

        def fill() -> None:
            # Values may name programs and maps that are declared further down.
            context.symbols.maps[index] = replace(spec, init=_init(context, spec, init, key[0], value[0]))

        context.late.append(fill)


_Sized = tuple[ValueType | None, int]


def _sized(what: str, pairs: Pairs, u32: bool, none: bool, at: Span) -> _Sized:
    arg = pairs.get(what)
    if arg is None:
        if none:
            return None, 0
        if u32:
            return parse_type("u32"), 4
        raise problem("bad-map", f"this map needs `{what}=`", at, f"such as {what}=u32")
    if arg.value.isascii() and arg.value.isdigit() and len(arg.value) < 8:
        return None, int(arg.value)
    try:
        kind = parse_type(arg.value)
    except HookscopeError as error:
        raise moved(error, arg.value_span) from None
    return kind, kind.size


def _entries(context: FileContext, pairs: Pairs, kind: MapType, at: Span) -> int:
    if "entries" not in pairs and kind not in _NO_ENTRIES:
        raise problem("bad-map", "this map needs `entries=`", at, "such as entries=16")
    return _word(context, pairs, "entries", 32)


def _word(context: FileContext, pairs: Pairs, what: str, bits: int) -> int:
    arg = pairs.get(what)
    if arg is None:
        return 0
    value = context.number(arg.value, arg.value_span)
    if not 0 <= value < 1 << bits:
        raise problem("bad-map", f"`{what}` is a number of {bits} bits", arg.value_span, "0 or more")
    return value


def _inner(context: FileContext, pairs: Pairs, kind: MapType, at: Span) -> MapSpec | None:
    arg = pairs.get("inner")
    if arg is None:
        if kind in _OF_MAPS:
            raise problem("bad-map", "a map of maps needs `inner=`", at, "the name of a map declared above")
        return None
    index = context.symbols.map_index.get(arg.value)
    if index is None:
        hint = did_you_mean(arg.value, context.symbols.map_index) or "it must be declared above this line"
        raise problem("unknown-map", f"there is no map `{arg.value}`", arg.value_span, hint)
    return context.symbols.maps[index]


Entries = tuple[tuple[bytes, bytes], ...]


def _init(
    context: FileContext, spec: MapSpec, arg: Argument, key: ValueType | None, value: ValueType | None
) -> Entries:
    entries: list[tuple[bytes, bytes]] = []
    try:
        for place, part in enumerate(split_top(braced(arg.value, "{", "}", "init"))):
            left, right = _pair(part) if spec.key_size else ("", part)
            key_bytes = _bytes(context, key, spec.key_size, left or str(place)) if spec.key_size else b""
            entries.append((key_bytes, _value(context, spec, value, right)))
    except HookscopeError as error:
        found = error.diagnostic
        raise problem(found.code, found.message, arg.value_span, found.hint) from None
    return tuple(entries)


def _pair(part: str) -> tuple[str, str]:
    """The sides of ``key: value``; the colon that separates is followed by a blank, or is the last one.

    A part without a colon is a value whose key is its place.
    """
    left, found, right = part.partition(": ")
    if part.startswith("{"):
        close = part.find("}")
        left, found, right = part[: close + 1], ":", part[close + 1 :].lstrip().removeprefix(":")
    elif not found:
        left, found, right = part.rpartition(":")
    return left.strip(), right.strip()


def _value(context: FileContext, spec: MapSpec, value: ValueType | None, text: str) -> bytes:
    """A value's bytes; programs and inner maps are given by name and kept as their index in the file."""
    if spec.type is MapType.PROG_ARRAY:
        return _index([unit.name for unit in context.units], text, "program")
    if spec.type in _OF_MAPS:
        return _index([known.name for known in context.symbols.maps], text, "map")
    return _bytes(context, value, spec.value_size, text)


def _index(names: Sequence[str], name: str, what: str) -> bytes:
    if name not in names:
        raise HookscopeError.of(
            f"unknown-{what}", f"there is no {what} `{name}` in this text", did_you_mean(name, names)
        )
    return names.index(name).to_bytes(4, "little")


def _bytes(context: FileContext, kind: ValueType | None, size: int, text: str) -> bytes:
    value = context.symbols.constant(text)
    return (kind or parse_type(f"bytes[{size}]")).parse(text if value is None else str(value))
