"""Where a label's text or a metric's number lies in a map's entry: ``ipv4(key.saddr)``, ``value[8:16]``.

An expression names the key or the value, then a part of it by field or by bytes, and may be read as another
type than the map's own: any type of a ``.map`` directive, or a table of names such as ``xdp_action``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from vm.program import MapSpec
from vm.source import HookscopeError, did_you_mean
from vm.typetext import SCALARS, Struct, ValueType, parse_type
from vm.uapi.constants import CONSTANTS

MAX_TEXT: Final = 200
_FORM = re.compile(
    r"\s*(?:(?P<reading>[a-z_][\w\[\]]*)\s*\()?\s*(?P<side>key|value)"
    r"(?P<fields>(?:\.[A-Za-z_]\w*)*)\s*(?:\[(?P<first>\d{1,4}):(?P<end>\d{1,4})\])?\s*(?P<close>\))?\s*"
)
NUMBERS: Final = frozenset(
    f"{kind}{bits}" for kind in ("u", "s", "be", "hex") for bits in (8, 16, 32, 64)
) | {"port"}
Entry = tuple[bytes, bytes]
Order = Literal["little", "big"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How bytes are taken out of an entry, and what they are read as."""

    side: int
    first: int
    end: int
    text: Callable[[bytes], str]
    type: ValueType | None
    table: str = ""
    """The table of names it is read by, if any."""

    def bytes_of(self, entry: Entry) -> bytes:
        """The bytes that are read."""
        return entry[self.side][self.first : self.end]

    def label(self, entry: Entry) -> str:
        """The entry's text for a label."""
        return self.text(self.bytes_of(entry))

    @property
    def is_number(self) -> bool:
        """Whether the bytes are one whole number."""
        kind = self.type
        return self.end - self.first <= 8 and (kind is None or kind.text in NUMBERS)

    def number(self, entry: Entry) -> int:
        """The entry's number, by its type; without one as the machine would read it."""
        data = self.bytes_of(entry)
        return int.from_bytes(data, "little") if self.type is None else int(self.type.format(data), 0)


def _names(prefix: str) -> Mapping[int, str]:
    """The user API's names that begin with ``prefix``, by value, without it."""
    return {
        constant.value: name.removeprefix(prefix).lower()
        for name, constant in reversed(list(CONSTANTS.items()))
        if name.startswith(prefix)
    }


TABLES: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "xdp_action": _names("XDP_"),
        "tc_action": _names("TC_ACT_"),
        "ip_protocol": _names("IPPROTO_"),
        "ethertype": _names("ETH_P_"),
    }
)
"""Tables of names that a number may be read by; one without a name stays a number."""


def parse_expression(text: str, spec: MapSpec) -> Reading:
    """What ``text`` means for the entries of ``spec``; raises HookscopeError."""
    match = _FORM.fullmatch(text) if len(text) <= MAX_TEXT else None
    if match is None or bool(match["reading"]) != bool(match["close"]):
        raise HookscopeError.of(
            "bad-expression",
            f"`{text[:60]}` is not a part of an entry",
            "write key, value, key.field, value[8:16], or one of them read as a type: ipv4(key)",
        )
    side = ("key", "value").index(match["side"])
    size, own = _side(spec, side)
    first, kind = _field(match["fields"], own, spec, match["side"])
    end = first + (kind.size if kind is not None else size)
    if match["first"] is not None:
        first, end, kind = first + int(match["first"]), first + int(match["end"]), None
    if not first < end <= size:
        raise HookscopeError.of(
            "bad-expression",
            f"bytes {first} to {end} are not in the {match['side']} of {spec.name}, which has {size}",
            "count bytes from 0; the end is the first byte left out",
        )
    return _as(match["reading"], side, first, end, kind)


def _side(spec: MapSpec, side: int) -> tuple[int, ValueType | None]:
    size, text = ((spec.key_size, spec.key_type), (spec.value_size, spec.value_type))[side]
    return size, parse_type(text) if text is not None else None


def _field(fields: str, kind: ValueType | None, spec: MapSpec, side: str) -> tuple[int, ValueType | None]:
    offset = 0
    for name in fields.split(".")[1:]:
        known = {field.name: field for field in kind.fields} if isinstance(kind, Struct) else {}
        if name not in known:
            raise HookscopeError.of(
                "bad-expression",
                f"the {side} of {spec.name} has no field `{name}`",
                did_you_mean(name, known) or f"its type is {kind.text if kind else 'not declared'}",
            )
        offset, kind = offset + known[name].offset, known[name].type
    return offset, kind


def _as(reading: str | None, side: int, first: int, end: int, kind: ValueType | None) -> Reading:
    """The bytes ``first`` to ``end``, read as the map's type ``kind`` or as the type ``reading``."""
    if reading is None:
        return Reading(side, first, end, _shown(kind), kind)
    if reading in TABLES:
        order: Order = "big" if kind is not None and kind.text.startswith("be") else "little"
        return Reading(side, first, end, _named(TABLES[reading], order), kind, reading)
    try:
        wanted = parse_type(reading)
    except HookscopeError as refused:
        hint = did_you_mean(reading, [*TABLES, *SCALARS])
        raise HookscopeError.of(
            "bad-expression", refused.diagnostic.message, hint or refused.diagnostic.hint
        ) from None
    if wanted.size > end - first:
        raise HookscopeError.of(
            "bad-expression",
            f"{reading} takes {wanted.size} bytes, and there are {end - first}",
            "name the bytes that are meant, or a smaller type",
        )
    return Reading(side, first, first + wanted.size, _shown(wanted), wanted)


def _shown(kind: ValueType | None) -> Callable[[bytes], str]:
    """A value's text in a label: a string is its letters up to the first zero, without quotes."""
    if kind is None:
        return lambda data: str(int.from_bytes(data, "little"))
    if kind.text.startswith(("string[", "char[")):
        return lambda data: data.partition(b"\0")[0].decode("utf-8", "backslashreplace")
    return kind.format


def _named(names: Mapping[int, str], order: Order) -> Callable[[bytes], str]:
    def text(data: bytes) -> str:
        value = int.from_bytes(data, order)
        return names.get(value, str(value))

    return text
