"""Instructions that only the kernel's rewriting puts in."""

from vm.jit.piece import CallOut, Emit, Lowered, ShortAddress
from vm.jit.program import KernelAddress, KernelCall, PerCpuAddress
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86

_ADD_FROM_GS = b"\x03"
_ABSOLUTE = 0x25
"""SIB for a 32-bit address without base and index."""
_GS = b"\x65"


def lower_kernel_call(insn: KernelCall, _pc: int) -> Lowered:
    """A call, like a helper's."""
    return (CallOut(insn.name),)


def lower_address(insn: KernelAddress, _pc: int) -> Lowered:
    """``mov r64, imm32``, sign-extended: the kernel lies in the last two GiB."""
    return (ShortAddress(x86.mov_sx32(X86[insn.dst], 0), insn.name),)


def lower_per_cpu(insn: PerCpuAddress, _pc: int) -> Lowered:
    """``mov``, and the running CPU's offset added from where gs points (this_cpu_off, known to a kernel)."""
    dst, src = X86[insn.dst], X86[insn.src]
    move = b"" if dst is src else x86.mov(dst, src, wide=True)
    rex, modrm = bytes((0x48 | (dst >> 3) << 2,)), bytes(((dst & 7) << 3 | 4, _ABSOLUTE))
    return Emit(move), ShortAddress(_GS + rex + _ADD_FROM_GS + modrm + bytes(4), "this_cpu_off")
