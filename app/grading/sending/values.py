"""Values for a program's variables: given, or drawn, edges of their type among them."""

from collections.abc import Mapping
from typing import Any

from app.grading.sending.contents import packed, text_bytes
from app.scenarios.schema import Vary
from app.scenarios.vary import VaryError, values
from vm.asm.symbols import Datum
from vm.kernel.scenarios.draw import Draw
from vm.source import HookscopeError, did_you_mean
from vm.typetext import Array, ValueType, parse_type


def edges(bits: int) -> tuple[int, ...]:
    """Numbers of ``bits`` bits that programs get wrong."""
    top = 1 << bits
    found = (0, 1, 2, top - 1, top >> 1, (top >> 1) - 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32,
             top - 2, 0x80, 0xFF, 0x1234_5678_9ABC_DEF0)  # fmt: skip
    return tuple(dict.fromkeys(number % top for number in found))


def any_number(bits: int, draw: Draw) -> int:
    """An edge as often as not; else a number of any length."""
    if draw.chance(50):
        return draw.pick(edges(bits))
    return draw.bits(1 + draw.below(bits))


def put(data: Mapping[str, Datum], name: str, given: Any, draw: Draw) -> bytes:
    """The bytes of a variable that is given a value; raises HookscopeError where it cannot have it."""
    datum = data.get(name)
    if datum is None:
        hint = did_you_mean(name, data) or f"keep the line that declares `{name}`, as it was given to you"
        raise HookscopeError.of("no-variable", f"the program has no variable `{name}`", hint)
    return _bytes(datum, given, draw, name)


def _bytes(datum: Datum, given: Any, draw: Draw, name: str) -> bytes:
    kind = datum.type
    match given:
        case str() if given != "any":
            return text_bytes(kind or parse_type(f"bytes[{datum.size}]"), given, datum.size, f"`{name}`")
        case list() | tuple():
            item = kind.item if isinstance(kind, Array) else None
            size = item.size if item is not None else 1
            if len(given) * size > datum.size:
                raise _does_not_fit(name, f"{len(given)} values", datum)
            return b"".join(_number(item, size, one, draw) for one in given).ljust(datum.size, b"\0")
        case _ if isinstance(kind, Array):
            size = kind.item.size
            return b"".join(_number(kind.item, size, given, draw) for _ in range(datum.size // size))
        case _:
            return _number(kind, datum.size, given, draw)


def _number(kind: ValueType | None, size: int, given: Any, draw: Draw) -> bytes:
    match given:
        case "any":
            number = any_number(8 * size, draw) if size <= 8 else draw.bits(8 * size)
        case Vary():
            try:
                number = int(next(values(given, draw)))
            except VaryError as error:
                raise HookscopeError.of("bad-value", str(error)) from None
        case _:
            number = int(given)
    return packed(number, size, kind)


def _does_not_fit(name: str, what: str, datum: Datum) -> HookscopeError:
    return HookscopeError.of("bad-value", f"{what} do not fit into `{name}`, which has {datum.size} bytes")
