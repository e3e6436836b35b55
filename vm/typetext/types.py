"""What a value's bytes mean to a person: scalars, arrays and structures laid out as C does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vm.source import HookscopeError, did_you_mean
from vm.typetext.text import braced, split_top


class ValueType(Protocol):
    """A type: ``size`` and ``align`` in bytes, ``text`` its spelling, which ``parse_type`` reads back."""

    @property
    def text(self) -> str:
        """The type as it is written in a ``.map`` directive."""
        ...

    @property
    def size(self) -> int:
        """Bytes a value takes."""
        ...

    @property
    def align(self) -> int:
        """What a value's offset in a structure is a multiple of."""
        ...

    def format(self, data: bytes) -> str:
        """``data`` (``size`` bytes) as a person reads it; ``parse`` gives it back (padding as zeros)."""
        ...

    def parse(self, text: str) -> bytes:
        """The bytes a person means by ``text``; raises HookscopeError saying what was expected."""
        ...

    def path(self, off: int) -> str:
        """What lies at byte ``off``: ``.bytes``, ``[3]``, ``.bytes+2``; empty at the start of a scalar."""
        ...


def _rest(off: int) -> str:
    return f"{off:+d}" if off else ""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value without parts, with the two functions between its bytes and its text."""

    text: str
    size: int
    align: int
    formatter: Callable[[bytes], str]
    parser: Callable[[str, int], bytes]
    doc: str

    def format(self, data: bytes) -> str:
        """See ValueType."""
        return self.formatter(data)

    def parse(self, text: str) -> bytes:
        """See ValueType."""
        return self.parser(text.strip(), self.size)

    def path(self, off: int) -> str:
        """See ValueType."""
        return _rest(off)


@dataclass(frozen=True, slots=True)
class Array:
    """``count`` values of one type, one after the other; written ``[1, 2, 3]``."""

    item: ValueType
    count: int

    @property
    def text(self) -> str:
        """See ValueType."""
        return f"{self.item.text}[{self.count}]"

    @property
    def size(self) -> int:
        """See ValueType."""
        return self.item.size * self.count

    @property
    def align(self) -> int:
        """See ValueType."""
        return self.item.align

    def format(self, data: bytes) -> str:
        """See ValueType."""
        size = self.item.size
        parts = (self.item.format(data[at : at + size]) for at in range(0, self.size, size))
        return f"[{', '.join(parts)}]"

    def parse(self, text: str) -> bytes:
        """Missing items at the end are zero."""
        parts = split_top(braced(text, "[", "]", self.text))
        if len(parts) > self.count:
            raise HookscopeError.of(
                "bad-value",
                f"{len(parts)} items where {self.text} holds {self.count}",
                "leave the last ones out; items not given are zero",
            )
        return b"".join(self.item.parse(part) for part in parts).ljust(self.size, b"\0")

    def path(self, off: int) -> str:
        """See ValueType."""
        if not 0 <= off < self.size:
            return _rest(off)
        index, inner = divmod(off, self.item.size)
        return f"[{index}]{self.item.path(inner)}"


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a structure at byte ``offset``."""

    name: str
    type: ValueType
    offset: int


@dataclass(frozen=True, slots=True)
class Struct:
    """Named parts, laid out as in C unless ``packed``; a value is written ``{hits: 3, bytes: 180}``."""

    fields: tuple[Field, ...]
    size: int
    align: int
    packed: bool = False

    @classmethod
    def of(cls, members: Sequence[tuple[str, ValueType]], packed: bool = False) -> "Struct":
        """The structure with ``members`` in order, each at the next offset its alignment allows."""
        fields: list[Field] = []
        at, align = 0, 1
        for name, kind in members:
            need = 1 if packed else kind.align
            at = -(-at // need) * need
            fields.append(Field(name, kind, at))
            at += kind.size
            align = max(align, need)
        return cls(tuple(fields), -(-at // align) * align, align, packed)

    @property
    def text(self) -> str:
        """See ValueType."""
        inner = ", ".join(f"{field.type.text} {field.name}" for field in self.fields)
        return f"{'packed ' if self.packed else ''}{{{inner}}}"

    def format(self, data: bytes) -> str:
        """See ValueType."""
        parts = (f"{f.name}: {f.type.format(data[f.offset : f.offset + f.type.size])}" for f in self.fields)
        return f"{{{', '.join(parts)}}}"

    def parse(self, text: str) -> bytes:
        """Fields by name (``hits: 3`` or ``hits=3``) or in order; those not given are zero."""
        data = bytearray(self.size)
        for place, part in enumerate(split_top(braced(text, "{", "}", self.text))):
            field, value = self._named(part, place)
            data[field.offset : field.offset + field.type.size] = field.type.parse(value)
        return bytes(data)

    def _named(self, part: str, place: int) -> tuple[Field, str]:
        known = {field.name: field for field in self.fields}
        for separator in ("=", ":"):
            name, found, value = part.partition(separator)
            if found and name.strip() in known:
                return known[name.strip()], value
            if found and name.strip().isidentifier() and not _could_be_value(name.strip()):
                raise HookscopeError.of(
                    "bad-value",
                    f"{self.text} has no field `{name.strip()}`",
                    did_you_mean(name.strip(), known) or f"its fields are {', '.join(known)}",
                )
        if place >= len(self.fields):
            raise HookscopeError.of(
                "bad-value", f"more values than the {len(self.fields)} fields of {self.text}"
            )
        return self.fields[place], part

    def path(self, off: int) -> str:
        """See ValueType."""
        for field in reversed(self.fields):
            if field.offset <= off < field.offset + field.type.size:
                return f".{field.name}{field.type.path(off - field.offset)}"
        return _rest(off)


def _could_be_value(word: str) -> bool:
    """Whether a word before a colon is the first group of a MAC or IPv6 address rather than a field name."""
    return len(word) <= 4 and all(letter in "0123456789abcdefABCDEF" for letter in word)
