"""Atomic operations: operands, and memory that may be changed in one step."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Atomic, LoadAcquire, StoreRelease
from vm.isa import AtomicOp
from vm.verifier.checks import memory
from vm.verifier.checks.common import refuse
from vm.verifier.checks.pointers import leak
from vm.verifier.register import PACKET_KINDS, Kind, Register
from vm.verifier.rejection import Rule
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_FORBIDDEN: Final = PACKET_KINDS | {
    Kind.CTX, Kind.FLOW_KEYS, Kind.SOCKET, Kind.SOCK_COMMON, Kind.TCP_SOCK, Kind.XDP_SOCK,
}  # fmt: skip


def access(walk: "Walk", insn: Atomic) -> Register | None:
    """The operation is allowed; what it fetches, before extension, or None if it fetches nothing."""
    if insn.op is AtomicOp.CMPXCHG:
        leak(walk, 0)
    leak(walk, insn.src)
    _check_pointer(walk, insn.dst, rules.ATOMIC_STORE)
    size = insn.size.bytes
    memory.read(walk, insn.dst, insn.off, size, into=False, atomic=True)
    fetched = memory.read(walk, insn.dst, insn.off, size, atomic=True) if insn.fetch else None
    memory.write(walk, insn.dst, insn.off, size, None, atomic=True)
    return fetched


def load(walk: "Walk", insn: LoadAcquire) -> Register:
    """What an ordered load gives, before extension."""
    value = memory.read(walk, insn.src, insn.off, insn.size.bytes, atomic=True)
    _check_pointer(walk, insn.src, rules.ATOMIC_LOAD)
    return value


def store(walk: "Walk", insn: StoreRelease) -> None:
    """An ordered store of a register."""
    memory.write(walk, insn.dst, insn.off, insn.size.bytes, walk.regs[insn.src], insn.src, atomic=True)
    _check_pointer(walk, insn.dst, rules.ATOMIC_STORE)


def _check_pointer(walk: "Walk", regno: int, rule: Rule) -> None:
    reg = walk.regs[regno]
    if reg.kind in _FORBIDDEN and not reg.maybe_null:
        refuse(walk, rule, reg=regno, type=reg.type_text)
