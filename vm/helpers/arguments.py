"""Reading a helper's arguments: registers are 64-bit words, the kernel's parameters narrower and signed."""

from vm.helpers.api import HelperCall, PacketAccess
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.errno import Errno
from vm.word import MASK16, MASK32, signed

EINVAL, EFAULT, ENOMEM, ENOENT = -Errno.EINVAL, -Errno.EFAULT, -Errno.ENOMEM, -Errno.ENOENT


def u16(call: HelperCall, n: int) -> int:
    """Register ``n`` as the kernel's u16 parameter."""
    return call.r[n - 1] & MASK16


def u32(call: HelperCall, n: int) -> int:
    """Register ``n`` as the kernel's u32 parameter."""
    return call.r[n - 1] & MASK32


def s32(call: HelperCall, n: int) -> int:
    """Register ``n`` as the kernel's int parameter."""
    return signed(call.r[n - 1], 32)


def packet_of(call: HelperCall) -> PacketAccess:
    """The packet whose context r1 points at; raises MachineFault where r1 points at no context."""
    if call.ctx is not None and call.r[0] == call.ctx.region.base:
        return call.ctx
    message = f"r1 should hold the context, but {call.r[0]:#x} is not its address"
    raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[0]))


def read(call: HelperCall, pointer: int, size: int) -> bytes:
    """The memory that register ``pointer`` points at; raises MachineFault."""
    return call.memory.read(call.r[pointer - 1], size)


def write(call: HelperCall, pointer: int, data: bytes) -> None:
    """Writes where register ``pointer`` points at; raises MachineFault."""
    call.memory.write(call.r[pointer - 1], data)


def room(call: HelperCall, pointer: int, size: int) -> None:
    """Makes sure that ``size`` bytes can be written where register ``pointer`` points; raises MachineFault.

    Ask before building something of a size the program chose.
    """
    if size:
        call.memory.check(call.r[pointer - 1], size, write=True)


def clear(call: HelperCall, pointer: int, size: int) -> None:
    """Writes ``size`` zero bytes where register ``pointer`` points at; raises MachineFault."""
    room(call, pointer, size)
    write(call, pointer, bytes(size))
