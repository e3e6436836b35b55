"""bpf_map_lookup_elem in machine code, written out where it is called, for one map.

It may spoil r10 and r11 and leaves the value's address, or 0, in r0; r1 to r5 stay, as in the machine. The
key's place in the arena comes in INDEX.
"""

from typing import Final

from vm.jit.guarded.access import ARENA_BASE, DISTANCE, INDEX
from vm.jit.guarded.sheet import Sheet
from vm.jit.guarded.surroundings import MapPlan, Shape, place
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group, Reg, Shift

SPREAD32: Final = 0x9E3779B1
SPREAD64: Final = 0x9E3779B97F4A7C15
"""Odd numbers near the golden ratio: their products' upper bits depend on all bits of the key."""
_LOAD, _CMP, _LEA = b"\x8b", b"\x3b", b"\x8d"
_MASK64 = (1 << 64) - 1


def chunks(size: int) -> list[tuple[int, int]]:
    """(offset, bytes) of the words of 8, 4, 2 and 1 bytes that make up ``size`` bytes."""
    found, at = [], 0
    for word in (8, 4, 2, 1):
        while size - at >= word:
            found.append((at, word))
            at += word
    return found


def chain_of(key: bytes, bits: int) -> int:
    """The chain that native code looks for a key in."""
    if len(key) == 4:
        return (int.from_bytes(key, "little") * SPREAD32 & 0xFFFFFFFF) >> (32 - bits)
    mixed = 0
    for at, size in chunks(len(key)):
        mixed = (mixed ^ int.from_bytes(key[at : at + size], "little")) * SPREAD64 & _MASK64
    return mixed >> (64 - bits)


def lookup(sheet: Sheet, plan: MapPlan, touch: int) -> None:
    """Writes the look-up; ``touch`` is where an LRU map's entry in DISTANCE is marked as used."""
    if plan.shape is Shape.ARRAY:
        _in_array(sheet, plan)
        return
    wide = plan.key_size != 4
    missing, found, done = sheet.label(), sheet.label(), sheet.label()
    sheet.code += _hashed(plan)
    sheet.code += x86.indexed(_LOAD, DISTANCE, ARENA_BASE, DISTANCE, _head(plan), wide=False, scale=2)
    again = sheet.label()
    sheet.here(again)
    sheet.code += x86.test(DISTANCE, DISTANCE, wide=False)
    sheet.branch(missing, Cond.E)
    if plan.key_size in (4, 8):
        keys = place(plan.address) - plan.key_size
        scale = 3 if wide else 2
        sheet.code += x86.indexed(_CMP, Reg.RAX, ARENA_BASE, DISTANCE, keys, wide=wide, scale=scale)
        sheet.branch(found, Cond.E)
    else:
        _compare_long(sheet, plan, found)
    following = plan.table + plan.layout.next
    sheet.code += x86.indexed(_LOAD, DISTANCE, ARENA_BASE, DISTANCE, following, wide=False, scale=2)
    sheet.branch(again)
    sheet.here(missing)
    sheet.code += x86.mov_imm32(Reg.RAX, 0, sign_extend=False)
    sheet.branch(done)
    sheet.here(found)
    if plan.shape is Shape.LRU:
        sheet.call(touch)
    sheet.code += _address(plan)
    sheet.here(done)


def _in_array(sheet: Sheet, plan: MapPlan) -> None:
    done = sheet.label()
    sheet.code += x86.indexed(_LOAD, DISTANCE, ARENA_BASE, INDEX, wide=False)
    sheet.code += x86.mov_imm32(Reg.RAX, 0, sign_extend=False)
    sheet.code += x86.op_imm(Group.CMP, DISTANCE, plan.entries, wide=False)
    sheet.branch(done, Cond.AE)
    if plan.stride != 8:
        sheet.code += x86.imul_imm(DISTANCE, plan.stride, wide=True)
    sheet.code += _sum(plan.values, plan.stride)
    sheet.here(done)


def _address(plan: MapPlan) -> bytes:
    """The slot in DISTANCE is numbered from 1."""
    code = b"" if plan.stride == 8 else x86.imul_imm(DISTANCE, plan.stride, wide=True)
    return code + _sum(plan.values - plan.stride, plan.stride)


def _sum(base: int, stride: int) -> bytes:
    scale = 3 if stride == 8 else 0
    code = x86.movabs(Reg.RAX, base)
    return code + x86.indexed(_LEA, Reg.RAX, Reg.RAX, DISTANCE, wide=True, scale=scale)


def _head(plan: MapPlan) -> int:
    return plan.table + plan.layout.heads


def _hashed(plan: MapPlan) -> bytes:
    """The chain's number into DISTANCE, and a key of 4 or 8 bytes into rax."""
    bits = plan.layout.bits
    if plan.key_size == 4:
        code = x86.indexed(_LOAD, Reg.RAX, ARENA_BASE, INDEX, wide=False)
        code += x86.registers(b"\x69", DISTANCE, Reg.RAX, wide=False) + x86.i32(SPREAD32)
        return code + x86.shift_imm(Shift.SHR, DISTANCE, 32 - bits, wide=False)
    code = x86.mov_imm32(DISTANCE, 0, sign_extend=False)
    for number, (at, size) in enumerate(chunks(plan.key_size)):
        opcode, wide = x86.load_opcode(size, signed=False)
        code += x86.indexed(opcode, Reg.RAX, ARENA_BASE, INDEX, at, wide=wide)
        if number:
            code += x86.op(Group.XOR, Reg.RAX, DISTANCE, wide=True)
        code += x86.movabs(DISTANCE, SPREAD64) + x86.imul(DISTANCE, Reg.RAX, wide=True)
    return code + x86.shift_imm(Shift.SHR, DISTANCE, 64 - bits, wide=True)


def _compare_long(sheet: Sheet, plan: MapPlan, found: int) -> None:
    """Goes to ``found`` where the slot's key is the one at INDEX; rcx waits on the stack meanwhile."""
    other = sheet.label()
    sheet.code += x86.push(Reg.RCX)
    sheet.code += x86.registers(b"\x69", Reg.RCX, DISTANCE, wide=True) + x86.i32(plan.key_size)
    keys = place(plan.address) - plan.key_size
    for at, size in chunks(plan.key_size):
        opcode, wide = x86.load_opcode(size, signed=False)
        sheet.code += x86.indexed(opcode, Reg.RAX, ARENA_BASE, INDEX, at, wide=wide)
        prefix, compare = (b"\x66" if size == 2 else b""), (b"\x3a" if size == 1 else _CMP)
        sheet.code += prefix + x86.indexed(compare, Reg.RAX, ARENA_BASE, Reg.RCX, keys + at, wide=size == 8)
        sheet.branch(other, Cond.NE)
    sheet.code += x86.pop(Reg.RCX)
    sheet.branch(found)
    sheet.here(other)
    sheet.code += x86.pop(Reg.RCX)
