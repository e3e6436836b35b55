"""What native code calls for maps: the texts of ``map_texts`` as machine code, one routine each."""

from functools import lru_cache

from vm.asm import assemble
from vm.instruction import Exit, Instruction
from vm.jit.guarded import map_texts
from vm.jit.guarded.access import ARENA_BASE, DISTANCE
from vm.jit.guarded.sheet import Sheet, pieces
from vm.jit.guarded.surroundings import MapPlan
from vm.jit.lower import lower
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import RET, Reg

_LEA = b"\x8d"
_ARGUMENTS = X86[1:6]
_KEPT = X86[6:10]


@lru_cache(maxsize=256)
def _program(text: str) -> tuple[Instruction | None, ...]:
    assembly = assemble(text)
    if assembly.program is None:
        raise AssertionError("\n".join(map(str, assembly.errors)))
    return assembly.program.insns


@lru_cache(maxsize=64)
def _texts(plan: MapPlan) -> tuple[str, str, str]:
    return map_texts.update(plan), map_texts.delete(plan), map_texts.touched(plan)


def update(sheet: Sheet, plan: MapPlan) -> None:
    """bpf_map_update_elem: key and value are at the low halves of r2 and r3, the flags in r4."""
    _routine(sheet, plan, _texts(plan)[0], (Reg.RSI, Reg.RDX))


def delete(sheet: Sheet, plan: MapPlan) -> None:
    """bpf_map_delete_elem: the key is at the low half of r2."""
    _routine(sheet, plan, _texts(plan)[1], (Reg.RSI,))


def touch(sheet: Sheet, plan: MapPlan) -> None:
    """Marks the entry in DISTANCE as used, and keeps that register."""
    sheet.code += x86.push(DISTANCE) + x86.push(Reg.RDI) + b"".join(map(x86.push, _KEPT))
    sheet.code += _table(plan) + x86.mov(Reg.RBX, DISTANCE, wide=False)
    done = _body(sheet, _program(_texts(plan)[2]))
    sheet.here(done)
    sheet.code += b"".join(map(x86.pop, reversed(_KEPT))) + x86.pop(Reg.RDI) + x86.pop(DISTANCE) + RET


def _routine(sheet: Sheet, plan: MapPlan, text: str, places: tuple[Reg, ...]) -> None:
    saved = (*_ARGUMENTS, *_KEPT)
    sheet.code += b"".join(map(x86.push, saved))
    for reg in places:
        sheet.code += x86.mov(reg, reg, wide=False)
        sheet.code += x86.indexed(_LEA, reg, ARENA_BASE, reg, wide=True)
    sheet.code += _table(plan) + x86.mov(Reg.R8, ARENA_BASE, wide=True)
    done = _body(sheet, _program(text))
    sheet.here(done)
    sheet.code += b"".join(map(x86.pop, reversed(saved))) + RET


def _table(plan: MapPlan) -> bytes:
    return x86.memory(_LEA, Reg.RDI, ARENA_BASE, plan.table, wide=True)


def _body(sheet: Sheet, insns: tuple[Instruction | None, ...]) -> int:
    """The code without checks: all addresses are the routine's own. Returns where it leaves to."""
    first, done = sheet.labels(len(insns)), sheet.label()
    for pc, insn in enumerate(insns, first):
        sheet.here(pc)
        if isinstance(insn, Exit):
            sheet.branch(done)
        elif insn is not None:
            sheet.put(pieces(lower(insn, pc)))
    return done
