"""Instructions that only the kernel's rewriting puts in."""

from vm.jit.piece import CallOut, Emit, Lowered, ShortAddress
from vm.jit.program import KernelAddress, KernelCall, PerCpuAddress, ProbedLoad
from vm.jit.registers import AX, SCRATCH, X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group

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


_VSYSCALL = -(10 << 20)
"""Addresses from here on (VSYSCALL_ADDR) are mapped, and no kernel's."""
_KERNEL = (1 << 47) - _VSYSCALL
"""How far behind that, around the end of addresses, kernel memory begins: behind the last user page."""


def lower_probed_load(insn: ProbedLoad, _pc: int) -> Lowered:
    """The load, jumped over with dst 0 where the address is no kernel address; others fault and give 0."""
    load = insn.load
    dst, base, spare = X86[load.dst], X86[load.src], X86[AX]
    code = x86.mov_sx32(spare, _VSYSCALL) + x86.mov(SCRATCH, base, wide=True)
    if load.off:
        code += x86.registers(b"\x81", Group.ADD, SCRATCH, wide=True) + x86.i32(load.off)
    code += x86.op(Group.SUB, SCRATCH, spare, wide=True) + x86.movabs(spare, _KERNEL)
    code += x86.op(Group.CMP, SCRATCH, spare, wide=True)
    fetch = x86.load(dst, base, load.off, load.size.bytes, signed=load.signed)
    nothing = x86.op(Group.XOR, dst, dst, wide=False) + bytes((0xEB, len(fetch)))
    return (Emit(code + bytes((0x70 | Cond.A, len(nothing))) + nothing + fetch),)


def lower_per_cpu(insn: PerCpuAddress, _pc: int) -> Lowered:
    """``mov``, and the running CPU's offset added from where gs points (this_cpu_off, known to a kernel)."""
    dst, src = X86[insn.dst], X86[insn.src]
    move = b"" if dst is src else x86.mov(dst, src, wide=True)
    rex, modrm = bytes((0x48 | (dst >> 3) << 2,)), bytes(((dst & 7) << 3 | 4, _ABSOLUTE))
    return Emit(move), ShortAddress(_GS + rex + _ADD_FROM_GS + modrm + bytes(4), "this_cpu_off")
