"""Sections, symbols and relocations of a relocatable ELF64 file; every read is checked against its bounds.

Source: System V ABI, chapters 4 and 5; the relocation types are those of Documentation/bpf/llvm_reloc.rst.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from vm.source import HookscopeError

MAX_BYTES = 1 << 24
"""Larger files are not read."""
MAX_SECTIONS = 4_096
MAX_SYMBOLS = 100_000
EM_BPF = 247
_ET_REL = 1
_SHN_LORESERVE = 0xFF00
_SHF_EXECINSTR = 4
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_REL = struct.Struct("<QQ")


class SectionType(IntEnum):
    """The section types that matter here."""

    PROGBITS = 1
    SYMTAB = 2
    NOBITS = 8
    REL = 9


class SymbolType(IntEnum):
    """What a symbol names."""

    NOTYPE = 0
    OBJECT = 1
    FUNC = 2
    SECTION = 3


class Reloc(IntEnum):
    """Relocation types of BPF."""

    LD_IMM64 = 1
    ABS64 = 2
    ABS32 = 3
    NODYLD32 = 4
    CALL = 10


@dataclass(frozen=True, slots=True)
class Relocation:
    """The bytes at ``offset`` of a section are to say where ``symbol`` is."""

    offset: int
    type: int
    symbol: "Symbol"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name for ``size`` bytes at ``value`` of a section; ``section`` is its index, None if undefined."""

    name: str
    type: int
    is_global: bool
    section: int | None
    value: int
    size: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its bytes (zeros for .bss), and the relocations that apply to it."""

    index: int
    name: str
    executable: bool
    no_bits: bool
    size: int
    data: bytes
    relocations: tuple[Relocation, ...] = ()


@dataclass(frozen=True, slots=True)
class Elf:
    """An object file."""

    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]

    def section(self, name: str) -> Section | None:
        """The first section of that name."""
        return next((section for section in self.sections if section.name == name), None)

    def symbols_of(self, section: Section, kind: SymbolType) -> list[Symbol]:
        """The symbols of a kind in a section, by address."""
        found = [each for each in self.symbols if each.section == section.index and each.type == kind]
        return sorted(found, key=lambda each: each.value)


def bad(message: str, hint: str | None = None) -> HookscopeError:
    """The error of a file that cannot be read."""
    return HookscopeError.of("bad-object", message, hint)


def read_elf(data: bytes) -> Elf:
    """The sections and symbols in ``data``; raises HookscopeError for what is no BPF object file."""
    if len(data) > MAX_BYTES:
        raise bad(f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    headers = _headers(data)
    names = headers.names
    raw = [_content(data, row) for row in headers.rows]
    titles = [text_at(raw[names] if names < len(raw) else b"", row[0]) for row in headers.rows]
    symbols, tables = _symbols(headers.rows, raw)
    relocations = _relocations(headers.rows, raw, symbols, tables)
    sections = tuple(
        Section(
            index,
            titles[index],
            bool(row[2] & _SHF_EXECINSTR),
            row[1] == SectionType.NOBITS,
            row[5],
            raw[index],
            tuple(sorted(relocations.get(index, ()), key=lambda each: each.offset)),
        )
        for index, row in enumerate(headers.rows)
    )
    return Elf(sections, _named(symbols, titles))


_Row = tuple[int, int, int, int, int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Headers:
    rows: list[_Row]
    names: int


def _headers(data: bytes) -> _Headers:
    if data[:4] != b"\x7fELF":
        raise bad("this is no ELF file", "compile with `clang -target bpf -O2 -g -c`")
    if len(data) < _HEADER.size:
        raise bad("the file ends inside its header")
    ident, kind, machine, _, _, _, at, _, _, _, _, row_size, count, names = _HEADER.unpack_from(data)
    if ident[4:6] != b"\2\1":
        raise bad("only 64-bit little-endian files are read", "compile with `clang -target bpfel`")
    if machine != EM_BPF:
        raise bad(
            f"the file is for machine {machine}, not BPF ({EM_BPF})", "compile with `clang -target bpf`"
        )
    if kind != _ET_REL:
        raise bad("the file is not an object file", "compile with `-c`")
    if row_size != _SECTION.size or count > MAX_SECTIONS or at + count * row_size > len(data):
        raise bad("the table of sections lies outside of the file", "the file may have been cut off")
    return _Headers([_SECTION.unpack_from(data, at + index * row_size) for index in range(count)], names)


def _content(data: bytes, row: _Row) -> bytes:
    kind, at, size = row[1], row[4], row[5]
    if kind == SectionType.NOBITS:
        if size > MAX_BYTES:
            raise bad(f"a section of {size:,} zero bytes is too large")
        return bytes(size)
    if at + size > len(data):
        raise bad("a section lies outside of the file", "the file may have been cut off")
    return data[at : at + size]


def text_at(table: bytes, at: int) -> str:
    """The zero-terminated text at an offset of a string table."""
    if at >= len(table):
        return ""
    end = table.find(b"\0", at)
    return table[at : end if end >= 0 else len(table)].decode("utf-8", "replace")


def _symbols(rows: list[_Row], raw: list[bytes]) -> tuple[list[Symbol], set[int]]:
    tables = [index for index, row in enumerate(rows) if row[1] == SectionType.SYMTAB]
    if not tables:
        raise bad("the file has no symbols", "do not strip it")
    table = tables[0]
    strings = raw[rows[table][6]] if rows[table][6] < len(raw) else b""
    if len(raw[table]) // _SYMBOL.size > MAX_SYMBOLS:
        raise bad("the file has too many symbols")
    whole = len(raw[table]) // _SYMBOL.size * _SYMBOL.size
    found = []
    for name, info, _, section, value, size in _SYMBOL.iter_unpack(raw[table][:whole]):
        defined = 0 < section < _SHN_LORESERVE and section < len(rows)
        found.append(
            Symbol(
                text_at(strings, name), info & 15, info >> 4 != 0, section if defined else None, value, size
            )
        )
    return found, set(tables)


def _named(symbols: list[Symbol], titles: list[str]) -> tuple[Symbol, ...]:
    """Symbols of whole sections get the section's name."""
    return tuple(
        Symbol(titles[each.section], each.type, False, each.section, each.value, each.size)
        if each.type == SymbolType.SECTION and each.section is not None
        else each
        for each in symbols
    )


def _relocations(
    rows: list[_Row], raw: list[bytes], symbols: list[Symbol], tables: set[int]
) -> dict[int, list[Relocation]]:
    found: dict[int, list[Relocation]] = {}
    for index, row in enumerate(rows):
        if row[1] != SectionType.REL or row[6] not in tables:
            continue
        whole = len(raw[index]) // _REL.size * _REL.size
        for offset, info in _REL.iter_unpack(raw[index][:whole]):
            if info >> 32 >= len(symbols):
                raise bad("a relocation names a symbol that is not there")
            found.setdefault(row[7], []).append(Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32]))
    return found
