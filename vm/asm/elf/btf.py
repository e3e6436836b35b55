"""Types of a ``.BTF`` section, as far as maps need them.

Source: Documentation/bpf/btf.rst of Linux 6.18.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from vm.asm.elf.reader import bad, text_at
from vm.source import HookscopeError
from vm.typetext import parse_type

MAX_TYPES = 200_000
_MAGIC = 0xEB9F
_DEPTH = 16
_HEADER = struct.Struct("<HBBIIIII")
_TYPE = struct.Struct("<III")
_MEMBER = struct.Struct("<III")
_ARRAY = struct.Struct("<III")
_SIGNED, _CHAR, _BOOL = 1, 2, 4


class Kind(IntEnum):
    """BTF_KIND_*."""

    VOID = 0
    INT = 1
    PTR = 2
    ARRAY = 3
    STRUCT = 4
    UNION = 5
    ENUM = 6
    FWD = 7
    TYPEDEF = 8
    VOLATILE = 9
    CONST = 10
    RESTRICT = 11
    FUNC = 12
    FUNC_PROTO = 13
    VAR = 14
    DATASEC = 15
    FLOAT = 16
    DECL_TAG = 17
    TYPE_TAG = 18
    ENUM64 = 19


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure (``offset`` in bits), or a variable of a section (in bytes)."""

    name: str
    type: int
    offset: int


@dataclass(frozen=True, slots=True)
class BtfType:
    """One type: ``number`` is its size or the type it refers to; ``count`` the length of an array."""

    kind: Kind
    name: str
    number: int
    members: tuple[Member, ...] = ()
    count: int = 0
    encoding: int = 0
    is_bitfield: bool = False


# Bytes behind each type, per item of its vlen; the constant part comes first.
_EXTRA: Mapping[Kind, tuple[int, int]] = MappingProxyType({
    Kind.INT: (4, 0), Kind.ARRAY: (12, 0), Kind.STRUCT: (0, 12), Kind.UNION: (0, 12), Kind.ENUM: (0, 8),
    Kind.FUNC_PROTO: (0, 8), Kind.VAR: (4, 0), Kind.DATASEC: (0, 12), Kind.DECL_TAG: (4, 0),
    Kind.ENUM64: (0, 12),
})  # fmt: skip
_MODIFIERS = (Kind.TYPEDEF, Kind.VOLATILE, Kind.CONST, Kind.RESTRICT, Kind.TYPE_TAG)


@dataclass(frozen=True, slots=True)
class Btf:
    """All types, by id; type 0 is void."""

    types: tuple[BtfType, ...]

    def get(self, number: int) -> BtfType:
        """The type of that id; raises HookscopeError."""
        if not 0 <= number < len(self.types):
            raise bad(f"BTF has no type {number}")
        return self.types[number]

    def resolved(self, number: int) -> BtfType:
        """The type behind typedefs, const and the like."""
        for _ in range(_DEPTH):
            found = self.get(number)
            if found.kind not in _MODIFIERS:
                return found
            number = found.number
        raise bad("a BTF type refers to itself")

    def section(self, name: str) -> BtfType | None:
        """The variables of a data section."""
        return next((each for each in self.types if each.kind is Kind.DATASEC and each.name == name), None)

    def size_of(self, number: int, depth: int = 0) -> int:
        """The size of a type in bytes."""
        found = self.resolved(number)
        match found.kind:
            case Kind.PTR:
                return 8
            case Kind.ARRAY if depth < _DEPTH:
                return min(self.size_of(found.number, depth + 1) * found.count, 1 << 32)
            case Kind.INT | Kind.STRUCT | Kind.UNION | Kind.ENUM | Kind.ENUM64 | Kind.FLOAT:
                return found.number
            case _:
                return 0

    def text_of(self, number: int) -> str | None:
        """The type as ``vm.typetext`` writes it; None for what it has no words for."""
        try:
            text = self._text(number, 0)
            known = text and parse_type(text).size == self.size_of(number)
        except HookscopeError:
            return None
        return text if known else None

    def _text(self, number: int, depth: int) -> str | None:
        named = self.get(number)
        if named.kind is Kind.TYPEDEF and named.name in ("__be16", "__be32", "__be64"):
            return named.name[2:]
        found = self.resolved(number)
        match found.kind:
            case Kind.INT:
                return _int_text(found)
            case Kind.ENUM | Kind.ENUM64:
                return f"u{found.number * 8}"
            case Kind.PTR:
                return "hex64"
            case Kind.ARRAY if depth < _DEPTH:
                item = self._text(found.number, depth + 1)
                return f"{item}[{found.count}]" if item else None
            case Kind.STRUCT if depth < _DEPTH and not found.is_bitfield:
                parts = [(self._text(member.type, depth + 1), member.name) for member in found.members]
                if not parts or not all(text and name for text, name in parts):
                    return None
                return f"{{{', '.join(f'{text} {name}' for text, name in parts)}}}"
            case _:
                return None


def _int_text(found: BtfType) -> str:
    if found.name == "char" or found.encoding & _CHAR:
        return "char"
    if found.encoding & _BOOL and found.number == 1:
        return "bool"
    return f"{'s' if found.encoding & _SIGNED else 'u'}{found.number * 8}"


def read_btf(data: bytes) -> Btf:
    """The types in a ``.BTF`` section; raises HookscopeError."""
    if len(data) < _HEADER.size:
        raise bad("the .BTF section is too short")
    magic, version, _, header, types_at, types_size, strings_at, strings_size = _HEADER.unpack_from(data)
    if magic != _MAGIC or version != 1:
        raise bad("the .BTF section is not BTF of version 1")
    body = data[header + types_at : header + types_at + types_size]
    strings = data[header + strings_at : header + strings_at + strings_size]
    types, at = [BtfType(Kind.VOID, "", 0)], 0
    while at + _TYPE.size <= len(body):
        if len(types) > MAX_TYPES:
            raise bad("the .BTF section has too many types")
        found, at = _read_type(body, at, strings)
        types.append(found)
    return Btf(tuple(types))


def _read_type(body: bytes, at: int, strings: bytes) -> tuple[BtfType, int]:
    name, info, number = _TYPE.unpack_from(body, at)
    code, length = info >> 24 & 31, info & 0xFFFF
    if code not in Kind.__members__.values():
        raise bad(f"BTF has a type of unknown kind {code}")
    kind = Kind(code)
    fixed, each = _EXTRA.get(kind, (0, 0))
    start, end = at + _TYPE.size, at + _TYPE.size + fixed + each * length
    if end > len(body):
        raise bad("a BTF type lies outside of its section")
    title = text_at(strings, name)
    read = _READERS.get(kind)
    if read is None:
        return BtfType(kind, title, number), end
    return read(BtfType(kind, title, number, is_bitfield=bool(info >> 31)), body, start, length, strings), end


def _read_int(found: BtfType, body: bytes, at: int, length: int, strings: bytes) -> BtfType:
    return BtfType(found.kind, found.name, found.number, encoding=body[at + 3] & 15)


def _read_array(found: BtfType, body: bytes, at: int, length: int, strings: bytes) -> BtfType:
    item, _, count = _ARRAY.unpack_from(body, at)
    return BtfType(found.kind, found.name, item, count=count)


def _read_members(found: BtfType, body: bytes, at: int, length: int, strings: bytes) -> BtfType:
    rows = [_MEMBER.unpack_from(body, at + index * _MEMBER.size) for index in range(length)]
    members = tuple(Member(text_at(strings, name), type_, offset & 0xFFFFFF) for name, type_, offset in rows)
    return BtfType(found.kind, found.name, found.number, members, is_bitfield=found.is_bitfield)


def _read_section(found: BtfType, body: bytes, at: int, length: int, strings: bytes) -> BtfType:
    rows = [_MEMBER.unpack_from(body, at + index * _MEMBER.size) for index in range(length)]
    return BtfType(
        found.kind, found.name, found.number, tuple(Member("", type_, off) for type_, off, _ in rows)
    )


_Reader = Callable[[BtfType, bytes, int, int, bytes], BtfType]
_READERS: Mapping[Kind, _Reader] = MappingProxyType({
    Kind.INT: _read_int, Kind.ARRAY: _read_array, Kind.STRUCT: _read_members, Kind.UNION: _read_members,
    Kind.DATASEC: _read_section,
})  # fmt: skip
