"""Keys and values as people read them: by their declared types, or else by what their size suggests."""

from functools import lru_cache

from vm.program import MapSpec
from vm.source import HookscopeError
from vm.typetext import ValueType, parse_type
from vm.uapi.map_types import MapType

_PREFIX_SIZES = {8: "prefix4", 20: "prefix6"}
_NUMBER_SIZES = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}


@lru_cache(maxsize=1024)
def type_of(text: str | None, size: int) -> ValueType:
    """The declared type if it is as long as the bytes, or else a number or raw bytes."""
    if text:
        try:
            found = parse_type(text)
        except HookscopeError:
            found = None  # the assembler has said what is wrong with it
        if found is not None and found.size == size:
            return found
    return parse_type(_NUMBER_SIZES.get(size) or f"bytes[{max(size, 1)}]")


def key_type(spec: MapSpec) -> ValueType:
    """How a map's keys read; the prefix of an LPM trie does so without a declaration."""
    text = spec.key_type
    if text is None and spec.type is MapType.LPM_TRIE:
        text = _PREFIX_SIZES.get(spec.key_size)
    return type_of(text, spec.key_size)


def value_type(spec: MapSpec) -> ValueType:
    """How a map's values read."""
    return type_of(spec.value_type, spec.value_size)


def key_text(spec: MapSpec, key: bytes) -> str:
    """A key as text, such as ``203.0.113.7``."""
    return key_type(spec).format(key) if key else ""


def value_text(spec: MapSpec, value: bytes) -> str:
    """A value as text, such as ``{hits: 3, bytes: 180}``."""
    return value_type(spec).format(value) if value else ""
