"""What Linux asks of ``ld_imm64`` before data flow: both slots, the kind, and what it refers to."""

from vm.cfg.structure.rejection import Rejection, reject
from vm.cfg.structure.rules import Kind
from vm.instruction import Slot
from vm.isa import ImmKind
from vm.program import MapSpec, Program
from vm.uapi.map_types import MapType
from vm.word import MASK32

MAX_VALUE_OFFSET = 1 << 29
"""No offset into a map value may reach this (BPF_MAX_VAR_OFF)."""
_KERNEL_TYPES_VOID = 0
_MAPS = (ImmKind.MAP_FD, ImmKind.MAP_VALUE, ImmKind.MAP_IDX, ImmKind.MAP_IDX_VALUE)
_BY_INDEX = (ImmKind.MAP_IDX, ImmKind.MAP_IDX_VALUE)
_WHOLE_MAP = (ImmKind.MAP_FD, ImmKind.MAP_IDX)


def load_fault(program: Program, pc: int) -> Rejection | None:
    """What is wrong with the ``ld_imm64`` at ``pc``.

    Which numbers of kernel types (src = 3) exist depends on the running kernel; only 0 is known to be wrong.
    """
    slot = program.slots[pc]
    second = program.slots[pc + 1] if pc + 1 < len(program.slots) else None
    if second is None or second.opcode or second.dst or second.src or second.off:
        return reject(Kind.LD_IMM64_INVALID, pc)
    match slot.src:
        case ImmKind.VALUE | ImmKind.FUNC:
            return None
        case ImmKind.BTF_ID:
            return _kernel_type_fault(slot, second, pc)
        case kind if kind in _MAPS:
            return _map_fault(program, slot, second, pc)
        case _:
            return reject(Kind.LD_IMM64_UNRECOGNIZED, pc, src=slot.src)


def _kernel_type_fault(slot: Slot, second: Slot, pc: int) -> Rejection | None:
    if second.imm:
        return reject(Kind.BTF_MODULE, pc, fd=second.imm)
    if slot.imm == _KERNEL_TYPES_VOID:
        return reject(Kind.BTF_NOT_A_VARIABLE, pc, id=slot.imm)
    return None


def _map_fault(program: Program, slot: Slot, second: Slot, pc: int) -> Rejection | None:
    if slot.src in _WHOLE_MAP and second.imm:
        return reject(Kind.LD_IMM64_UNRECOGNIZED, pc, src=slot.src)
    if slot.src in _BY_INDEX:
        return reject(Kind.MAP_INDEX_WITHOUT_ARRAY, pc)
    if not 0 <= slot.imm < len(program.maps):
        return reject(Kind.NOT_A_MAP, pc, fd=slot.imm, count=len(program.maps))
    if slot.src == ImmKind.MAP_VALUE:
        return _value_fault(program.maps[slot.imm], second.imm & MASK32, pc)
    return None


def _value_fault(spec: MapSpec, offset: int, pc: int) -> Rejection | None:
    """What is wrong with pointing ``offset`` bytes into the value of a map."""
    if offset >= MAX_VALUE_OFFSET:
        return reject(Kind.VALUE_OFFSET_TOO_LARGE, pc, offset=offset)
    if spec.type is not MapType.ARRAY:
        return reject(Kind.NO_DIRECT_VALUE, pc, map=spec.name)
    if spec.max_entries != 1:
        fields = {"size": spec.value_size, "entries": spec.max_entries}
        return reject(Kind.VALUE_OF_MANY, pc, map=spec.name, offset=offset, **fields)
    if offset >= spec.value_size:
        return reject(Kind.VALUE_OFFSET_OUTSIDE, pc, map=spec.name, offset=offset, size=spec.value_size)
    return None
