"""The registers of a function as it starts or returns: struct pt_regs."""

from struct import Struct

from vm.kernel.context.inputs import Registers
from vm.kernel.context.objects import Objects, symbol_address
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.uapi.structs_events import PT_REGS
from vm.word import MASK64

ARGUMENT_REGISTERS = ("di", "si", "dx", "cx", "r8", "r9")
"""Where x86-64 passes arguments, in order."""
KERNEL_CS, KERNEL_SS, USER_CS, USER_SS, FLAGS = 0x10, 0x18, 0x33, 0x2B, 0x246


def registers(what: Registers, memory: Memory, objects: Objects) -> bytes:
    """``struct pt_regs`` at a function's start or return."""
    words = list(_USER_REGISTERS if what.user else _KERNEL_REGISTERS)
    for place, value in zip(_ARGUMENT_PLACES, what.arguments, strict=False):
        words[place] = objects.word(value)
    function = symbol_address(what.function, user=what.user)
    caller = symbol_address("main" if what.user else "do_syscall_64", user=what.user) + 0x2A
    words[_IP] = function if what.result is None else caller
    words[_AX] = 0 if what.result is None else what.result & MASK64
    stack = caller.to_bytes(8, "little")
    if what.user:
        words[_SP] = memory.user.put(stack)
    else:
        words[_SP] = memory.add(RegionKind.MEM, "kernel stack", bytearray(stack), writable=False).base
    words[_BP] = words[_SP] + 0x40
    return _PT_REGS.pack(*words)


_PT_REGS = Struct(f"<{len(PT_REGS.fields)}Q")
_AT = {field.name: place for place, field in enumerate(PT_REGS.fields)}
_ARGUMENT_PLACES = tuple(_AT[name] for name in ARGUMENT_REGISTERS)
_IP, _AX, _SP, _BP = (_AT[name] for name in ("ip", "ax", "sp", "bp"))


def _begin(code: int, stack: int) -> tuple[int, ...]:
    """Registers that are the same in all functions, of the kernel or of a process."""
    known = {"cs": code, "ss": stack, "flags": FLAGS, "orig_ax": MASK64}
    return tuple(known.get(field.name, 0) for field in PT_REGS.fields)


_USER_REGISTERS, _KERNEL_REGISTERS = _begin(USER_CS, USER_SS), _begin(KERNEL_CS, KERNEL_SS)
