"""Helper calls that Linux writes out in place, where it knows which map or variable they are about."""

from collections.abc import Callable, Mapping

from vm.instruction import Alu, Goto, Imm, Jump, Load, Reg, Store
from vm.isa import AluOp, JumpOp, Size
from vm.jit.arch import Arch
from vm.jit.kernel_structs import ARRAY_VALUES, HASH_KEY, LRU_REFERENCED
from vm.jit.program import Insn, KernelAddress, KernelCall, PerCpuAddress
from vm.program import MapSpec
from vm.uapi.map_types import MapType

_LOOKUP = 1
_CPU = 8
_JIFFIES = 118

Code = tuple[Insn, ...]


def written_out(helper: int, target: MapSpec | None, arch: Arch) -> Code | None:
    """The instructions that stand for the call; None where it stays one. ``target`` is the map in r1.

    On AArch64 the number of the CPU is left to the compiler, which needs but two instructions for it.
    """
    if helper == _CPU and arch is Arch.AARCH64:
        return None
    if helper == _LOOKUP and target is not None:
        make = _LOOKUPS.get(target.type)
        return make(target) if make is not None else None
    return _PLAIN.get(helper)


def _value_at(spec: MapSpec) -> int:
    return HASH_KEY + -(-spec.key_size // 8) * 8


def _element(size: int, entries: int, past: int) -> Code:
    """r0 = the address of element *r2, or a jump over the rest, ``past`` instructions longer than usual."""
    power = size & (size - 1) == 0
    scale = Alu(AluOp.LSH, 64, 0, Imm(size.bit_length() - 1)) if power else Alu(AluOp.MUL, 64, 0, Imm(size))
    return (
        Alu(AluOp.ADD, 64, 1, Imm(ARRAY_VALUES)),
        Load(Size.W, 0, 2, 0),
        Jump(JumpOp.JGE, 64, 0, Imm(entries), 3 + past),
        scale,
        Alu(AluOp.ADD, 64, 0, Reg(1)),
    )


_ELSE_NULL: Code = (Goto(1), Alu(AluOp.MOV, 64, 0, Imm(0)))
_TO_THIS_CPU: Code = (Load(Size.DW, 0, 0, 0), PerCpuAddress(0, 0))


def _array(spec: MapSpec) -> Code:
    return (*_element(-(-spec.value_size // 8) * 8, spec.max_entries, 0), *_ELSE_NULL)


def _percpu_array(spec: MapSpec) -> Code:
    return (*_element(8, spec.max_entries, 2), *_TO_THIS_CPU, *_ELSE_NULL)


def _array_of_maps(spec: MapSpec) -> Code:
    there = (Load(Size.DW, 0, 0, 0), Jump(JumpOp.JEQ, 64, 0, Imm(0), 1))
    return (*_element(8, spec.max_entries, len(there)), *there, *_ELSE_NULL)


def _found(spec: MapSpec, more: Code) -> Code:
    """A call that gives the element or 0, then what is done with an element."""
    call = KernelCall("__htab_map_lookup_elem")
    return (call, Jump(JumpOp.JEQ, 64, 0, Imm(0), len(more)), *more)


def _hash(spec: MapSpec) -> Code:
    return _found(spec, (Alu(AluOp.ADD, 64, 0, Imm(_value_at(spec))),))


def _percpu_hash(spec: MapSpec) -> Code:
    return _found(spec, (Alu(AluOp.ADD, 64, 0, Imm(_value_at(spec))), *_TO_THIS_CPU))


def _lru_hash(spec: MapSpec) -> Code:
    return _found(
        spec,
        (
            Load(Size.B, 1, 0, LRU_REFERENCED),
            Jump(JumpOp.JNE, 64, 1, Imm(0), 1),
            Store(Size.B, 0, LRU_REFERENCED, Imm(1)),
            Alu(AluOp.ADD, 64, 0, Imm(_value_at(spec))),
        ),
    )


def _hash_of_maps(spec: MapSpec) -> Code:
    return _found(spec, (Alu(AluOp.ADD, 64, 0, Imm(_value_at(spec))), Load(Size.DW, 0, 0, 0)))


_LOOKUPS: Mapping[MapType, Callable[[MapSpec], Code]] = {
    MapType.ARRAY: _array,
    MapType.PERCPU_ARRAY: _percpu_array,
    MapType.HASH: _hash,
    MapType.PERCPU_HASH: _percpu_hash,
    MapType.LRU_HASH: _lru_hash,
    MapType.ARRAY_OF_MAPS: _array_of_maps,
    MapType.HASH_OF_MAPS: _hash_of_maps,
}
_PLAIN: Mapping[int, Code] = {
    _CPU: (KernelAddress(0, "pcpu_hot.cpu_number"), PerCpuAddress(0, 0), Load(Size.W, 0, 0, 0)),
    _JIFFIES: (KernelAddress(0, "jiffies_64"), Load(Size.DW, 0, 0, 0)),
}
