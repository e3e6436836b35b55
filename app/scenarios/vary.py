"""Values that differ from one repetition to the next: picked, drawn from a range, or counted."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from app.scenarios.schema import Vary
from vm.kernel.scenarios.draw import Draw

Value = int | str
_WIDEST = 1 << 53
"""Values of a range at most: a drawn number has as many bits."""


class VaryError(ValueError):
    """A value cannot vary like that; the message has a hint behind "; "."""


def ends(vary: Vary) -> list[Value]:
    """The values to try a packet with before it is sent a thousand times: all picked ones, or both ends."""
    if vary.pick is not None:
        return list(vary.pick)
    low, high, _ = _range(vary)
    return [_back(low, vary.low), _back(high, vary.low)]


def values(vary: Vary, draw: Draw) -> Iterator[Value]:
    """Values without end."""
    if vary.pick is not None:
        while True:
            yield draw.pick(vary.pick)
    low, _, size = _range(vary)
    number = 0
    while True:
        at = draw.below(size) if vary.count is None else number * vary.count % size
        yield _back(low + at, vary.low)
        number += 1


def _range(vary: Vary) -> tuple[int, int, int]:
    low, high = _number(vary.low), _number(vary.high)
    if isinstance(vary.low, str) != isinstance(vary.high, str):
        raise VaryError("`from` and `to` are of different kinds; write two numbers, or two addresses")
    if high < low:
        raise VaryError(f"`to` ({vary.high}) is below `from` ({vary.low}); exchange them")
    if high - low >= _WIDEST:
        raise VaryError("that range is too wide; take one of fewer than 2^53 values")
    return low, high, high - low + 1


def _number(value: Value | None) -> int:
    if isinstance(value, int):
        return value
    try:
        return int(ip_address(str(value)))
    except ValueError:
        raise VaryError(
            f"`{str(value)[:40]}` is neither a number nor an IP address; use `pick` for a list of words"
        ) from None


def _back(number: int, like: Value | None) -> Value:
    if not isinstance(like, str):
        return number
    return str(IPv6Address(number) if ":" in like else IPv4Address(number))


def put(data: Any, path: str, value: Value) -> Any:
    """A copy of ``data`` (mappings, lists) with ``value`` at ``path``; VaryError where that is nowhere."""
    step, _, rest = path.partition(".")
    match data:
        case Mapping():
            inner = data.get(step, {} if rest else None)
            return {**data, step: put(inner, rest, value) if rest else value}
        case list() | tuple():
            if not step.isdecimal() or int(step) >= len(data):
                raise VaryError(f"there is no item `{step}` of {len(data)}; items are counted from 0")
            at = int(step)
            return [*data[:at], put(data[at], rest, value) if rest else value, *data[at + 1 :]]
        case _:
            raise VaryError(f"there is no `{step}` in `{str(data)[:40]}`; leave that part of the path out")
