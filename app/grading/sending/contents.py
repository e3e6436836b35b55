"""Keys and values of maps as lessons write them, made into bytes, and what a value is as a number."""

import re
from collections.abc import Sequence
from typing import Any, Final, Literal

from vm.maps.base import PER_CPU, round8
from vm.maps.display import key_type, value_type
from vm.program import MapSpec
from vm.source import HookscopeError
from vm.typetext import Array, Struct, ValueType

_HEX: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_PARTED: Final = re.compile(r"\s*[/,]\s*|(?<=[0-9]):(?=[0-9]{1,5}(?:/|,|$))")
_BIG: Final = ("be16", "be32", "be64")


def key_bytes(spec: MapSpec, key: str | int) -> bytes:
    """The key that a lesson means; raises HookscopeError where the map can have no such."""
    return _bytes(key_type(spec), key, spec.key_size, f"a key of {spec.name}")


def value_bytes(spec: MapSpec, value: Any) -> bytes:
    """The value that a lesson means, of one CPU."""
    return _bytes(value_type(spec), value, spec.value_size, f"a value of {spec.name}")


def _bytes(kind: ValueType, given: Any, size: int, what: str) -> bytes:
    match given:
        case bool():
            raise _wrong(given, what, "a number, or text")
        case int():
            return number_bytes(kind, given, size)
        case str():
            return text_bytes(kind, given, size, what)
        case dict():
            return kind.parse("{" + ", ".join(f"{name}: {one}" for name, one in given.items()) + "}")
        case list() | tuple():
            return kind.parse("[" + ", ".join(map(str, given)) + "]")
        case _:
            raise _wrong(given, what, "a number, text, or fields by name")


def text_bytes(kind: ValueType, given: str, size: int, what: str) -> bytes:
    """All bytes behind ``0x``, or a text by the type; ``203.0.113.7:53/17`` is a structure's fields."""
    if _HEX.fullmatch(given) and len(given) == 2 + 2 * size:
        return bytes.fromhex(given[2:])
    try:
        return kind.parse(given)
    except HookscopeError as error:
        if isinstance(kind, Struct):
            return kind.parse(", ".join(_PARTED.split(given)))
        letters = kind.text.startswith("bytes") or (isinstance(kind, Array) and kind.item.size == 1)
        if len(given.encode()) <= size and letters:
            return given.encode().ljust(size, b"\0")
        found = error.diagnostic
        raise HookscopeError.of("bad-value", f"{what}: {found.message}", found.hint) from None


def number_bytes(kind: ValueType, number: int, size: int) -> bytes:
    """A number as wide as the value, in the order its type says."""
    first = kind
    if isinstance(kind, Struct) and kind.fields:
        first = kind.fields[0].type
        if len(kind.fields) > 1:
            raise HookscopeError.of(
                "bad-value", f"{kind.text} is not one number", "write its fields by name: {hits: 3}"
            )
    if not -(1 << 8 * size - 1) <= number < 1 << 8 * size:
        raise HookscopeError.of("bad-value", f"{number:,} does not fit in {size} bytes")
    return packed(number, size, first)


def packed(number: int, size: int, kind: ValueType | None) -> bytes:
    """The lower bytes of a number, in the order of the type."""
    order: Literal["big", "little"] = "big" if kind is not None and kind.text in _BIG else "little"
    return (number & (1 << 8 * size) - 1).to_bytes(size, order)


def as_number(kind: ValueType, data: bytes) -> int:
    """A value as a number."""
    signed = kind.text.startswith(("s", "i")) and kind.text not in ("string",)
    if isinstance(kind, Struct) and len(kind.fields) == 1:
        return as_number(kind.fields[0].type, data[: kind.fields[0].type.size])
    return int.from_bytes(data, "big" if kind.text in _BIG else "little", signed=signed)


def per_cpu(spec: MapSpec, data: bytes) -> list[bytes]:
    """What user space reads, cut into the values of each CPU; one where all share it."""
    if spec.type not in PER_CPU:
        return [data]
    stride = round8(spec.value_size)
    return [data[at : at + spec.value_size] for at in range(0, len(data), stride)]


def items_of(kind: ValueType, data: bytes) -> Sequence[int]:
    """The numbers of an array, or of bytes."""
    if isinstance(kind, Array):
        size = kind.item.size
        return [as_number(kind.item, data[at : at + size]) for at in range(0, len(data), size)]
    return list(data)


def _wrong(given: object, what: str, expected: str) -> HookscopeError:
    return HookscopeError.of("bad-value", f"`{str(given)[:40]}` is not {what}; write {expected}")
