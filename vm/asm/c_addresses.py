"""Builders of pseudo-C: 64-bit constants, and the addresses of maps, data and functions.

Each takes the tokens of a known shape and the unit, and answers with the instruction, or None when it left
it to a fixup. The indices are those of the example line in ``vm.asm.grammar``.
"""

from vm.asm.expression import integer
from vm.asm.operands import (
    REGISTER,
    Tokens,
    checked_distance,
)
from vm.asm.unit import Mistake, Unit, Use
from vm.instruction import (
    Instruction,
    LoadImm64,
)
from vm.isa import ImmKind
from vm.word import MASK32, signed


def imm64(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = 5 ll``."""
    return LoadImm64(REGISTER[t[0]], ImmKind.VALUE, *halves(integer(t[2], 2), 2))


def halves(value: int, at: int) -> tuple[int, int]:
    """A 64-bit number as the signed low and high immediate."""
    if not -(1 << 63) <= value < 1 << 64:
        raise Mistake("imm-range", "this number does not fit 64 bits", at)
    return signed(value & MASK32, 32), signed(value >> 32 & MASK32, 32)


def address(t: Tokens, unit: Unit) -> Instruction | None:
    """``r1 = counts ll``: the address of a map, of data, or of a function."""
    return symbol_address(REGISTER[t[0]], t[2], 2, 0, unit)


def ampersand(t: Tokens, unit: Unit) -> Instruction | None:
    """``r1 = &counts``: the same."""
    return symbol_address(REGISTER[t[0]], t[3], 3, 0, unit)


def symbol_address(dst: int, name: str, at: int, offset: int, unit: Unit) -> Instruction | None:
    """The ``ld_imm64`` of a name, ``offset`` bytes into its data; a name not declared is a label."""
    symbols = unit.symbols
    datum = symbols.data.get(name)
    if datum is not None:
        return map_value(dst, datum.map_index, datum.offset + offset, at)
    index = symbols.map_index.get(name)
    if index is not None:
        return LoadImm64(dst, ImmKind.MAP_FD, index)
    value = symbols.constant(name)
    if value is not None:
        return LoadImm64(dst, ImmKind.VALUE, *halves(value + offset, at))
    unit.defer(name, at, lambda off: LoadImm64(dst, ImmKind.FUNC, off), use=Use.ADDRESS)
    return None


def map_value(dst: int, index: int, offset: int, at: int) -> Instruction:
    """The address of byte ``offset`` of the value of an array map."""
    if not 0 <= offset < 1 << 32:
        raise Mistake(
            "offset-range", f"{offset} is no offset into a map's value", at, "it counts bytes from 0"
        )
    return LoadImm64(dst, ImmKind.MAP_VALUE, index, signed(offset, 32))


_MAP_KINDS = {
    "id": (ImmKind.MAP_FD, ImmKind.MAP_VALUE),
    "fd": (ImmKind.MAP_FD, ImmKind.MAP_VALUE),
    "idx": (ImmKind.MAP_IDX, ImmKind.MAP_IDX_VALUE),
}


def map_number(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = map[id:5]``, as bpftool prints it; the number is the map's place in the file."""
    return numbered_map(REGISTER[t[0]], t, 2)


def map_value_number(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = map[id:5][0]+8``: an address inside the map's first value."""
    return numbered_map_value(REGISTER[t[0]], t, 2)


def subprog(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = subprog[+3]``: the address of a local function."""
    return subprog_at(REGISTER[t[0]], t, 2)


def numbered_map(dst: int, t: Tokens, at: int) -> Instruction:
    """``map[id:5]`` at ``at``; ``btf[id:5]`` is a kernel variable by its BTF id."""
    number = integer(t[at + 4], at + 4)
    if t[at] == "btf" and t[at + 2] == "id":
        return LoadImm64(dst, ImmKind.BTF_ID, *halves(number, at + 4))
    return LoadImm64(dst, map_kinds(t, at)[0], checked_index(number, at + 4))


def numbered_map_value(dst: int, t: Tokens, at: int) -> Instruction:
    """``map[id:5][0]+8`` at ``at``."""
    index, offset = integer(t[at + 4], at + 4), integer(t[at + 10], at + 10)
    if integer(t[at + 7], at + 7) != 0:
        raise Mistake(
            "bad-index", "only entry 0 has an address known before the run", at + 7, "write [0]", "0"
        )
    if offset >= 1 << 32:
        raise Mistake("imm-range", "the offset does not fit 32 bits", at + 10)
    return LoadImm64(dst, map_kinds(t, at)[1], checked_index(index, at + 4), signed(offset, 32))


def map_kinds(t: Tokens, at: int) -> tuple[ImmKind, ImmKind]:
    """What ``map[id:`` or ``map[idx:`` at ``at`` stands for: of the map, and of its value."""
    if t[at] != "map" or t[at + 2] not in _MAP_KINDS:
        raise Mistake("bad-map-reference", f"`{t[at]}[{t[at + 2]}:` is not understood", at, "write map[id:0]")
    return _MAP_KINDS[t[at + 2]]


def checked_index(number: int, at: int) -> int:
    """A map's number, which must fit the immediate."""
    if number >= 1 << 32:
        raise Mistake("imm-range", "the number of the map does not fit 32 bits", at)
    return signed(number, 32)


def subprog_at(dst: int, t: Tokens, at: int) -> Instruction:
    """``subprog[+3]`` at ``at``."""
    if t[at] != "subprog":
        raise Mistake(
            "bad-map-reference", f"`{t[at]}[` is not understood", at, "write subprog[+3] or a label"
        )
    off = integer(t[at + 2] + t[at + 3], at + 3)
    return LoadImm64(dst, ImmKind.FUNC, checked_distance(off, at + 3, 32))
