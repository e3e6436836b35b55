"""Registers and stack slots as the verifier's log of Linux 6.18 prints them (print_reg_state)."""

from functools import lru_cache
from typing import Final

from vm.program import Program
from vm.verifier.register import ADD_CONST, PACKET_KINDS, Kind, Register
from vm.verifier.scalar_text import format_ranges, format_signed, format_unsigned
from vm.verifier.state import ACTIVE, DYNPTR, ITER, SLOT_TEXT, SPILL, Slot
from vm.word import signed

_OF_MAPS: Final = frozenset({Kind.MAP_PTR, Kind.MAP_VALUE, Kind.MAP_KEY})


def register_text(program: Program, reg: Register, frameno: int) -> str:
    """One register, in the frame of that number."""
    if reg.kind not in _OF_MAPS:
        return _text(reg, frameno)
    spec = program.maps[reg.map]
    if reg.map_uid and spec.inner is not None:
        spec = spec.inner
    return _text(reg, frameno, f"ks={spec.key_size},vs={spec.value_size}")


@lru_cache(1 << 12)
def _text(reg: Register, frameno: int, sizes: str = "") -> str:
    """``sizes`` are those of the map's keys and values."""
    kind, value = reg.kind, reg.value
    if kind is Kind.SCALAR:
        mark = "P" if reg.precise else ""
        if value.is_const:
            return mark + format_signed(value.value)
        parts = _identity(reg)
        ranges = format_ranges(value)
        if ranges:
            parts.append(ranges)
        return f"{mark}scalar({','.join(parts)})"
    out = reg.type_text + (reg.btf if kind is Kind.BTF_ID else "")
    if kind is Kind.STACK:
        if reg.frame != frameno:
            out += f"[{reg.frame}]"
        if value.is_const:
            return out + format_signed(signed(value.value) + reg.off)
    parts = _identity(reg)
    if reg.ref:
        parts.append(f"ref_obj_id={reg.ref}")
    if sizes:
        parts.append(sizes)
    if reg.off:
        parts.append(f"off={format_signed(reg.off)}")
    if kind in PACKET_KINDS:
        parts.append(f"r={reg.range if reg.range >= 0 else hex(reg.range % (1 << 64))}")
    if kind is Kind.MEM:
        parts.append(f"sz={format_unsigned(reg.size)}")
    if value.is_const:
        if value.value:
            parts.append(f"imm={format_signed(value.value)}")
    else:
        ranges = format_ranges(value)
        if ranges:
            parts.append(ranges)
    return f"{out}({','.join(parts)})"


def _identity(reg: Register) -> list[str]:
    if not reg.id:
        return []
    text = f"id={reg.id & ~ADD_CONST}"
    if reg.id & ADD_CONST:
        text += f"{reg.off:+d}"
    return [text]


def slot_text(program: Program, slot: Slot, frameno: int) -> str:
    """One stack slot that holds something; the upper half of a dynptr has no text of its own."""
    types, spilled = slot
    if types[7] == DYNPTR:
        if not spilled.size:
            return ""
        ref = f"ref_id={spilled.ref}," if spilled.ref else ""
        return f"dynptr_{spilled.btf}(id={spilled.id},{ref}dynptr_id=1)"
    if types[7] == ITER:
        state = "active" if spilled.size == ACTIVE else "drained"
        kept = f"iter_{spilled.btf}(ref_id={spilled.ref},state={state},depth={spilled.dynptr})"
        return kept if spilled.ref else ""
    if types[7] != SPILL:
        return "".join(SLOT_TEXT[kind] for kind in types)
    above = types[: types.index(SPILL)]
    return "".join(SLOT_TEXT[kind] for kind in above) + register_text(program, spilled, frameno)
