"""What each instruction that does not jump leaves behind."""

from typing import TYPE_CHECKING, Final

from vm.instruction import (
    Atomic,
    Imm,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AtomicOp, ImmKind
from vm.uapi.prog_types import ProgType
from vm.verifier import scalar as scalars
from vm.verifier.checks import atomics, memory, resources
from vm.verifier.checks.pointer_offset import check_unmodified
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import NOT_INIT, Flag, Kind, Register, scalar
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.resize import coerce_to_size, sign_extend_to_64
from vm.verifier.transfer_alu import UNKNOWN, readable

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_DISTINCT: Final = frozenset(
    {Kind.CTX, Kind.SOCKET, Kind.SOCK_COMMON, Kind.TCP_SOCK, Kind.XDP_SOCK, Kind.BTF_ID, Kind.ARENA}
)


def load(walk: "Walk", insn: Load | LoadAcquire) -> None:
    """``dst = *(size *)(src + off)``."""
    pointer = readable(walk, insn.src)
    signed = isinstance(insn, Load) and insn.signed
    walk.scratched |= 1 << insn.dst
    size = insn.size.bytes
    if isinstance(insn, LoadAcquire):
        value = atomics.load(walk, insn)
    else:
        value = memory.read(walk, insn.src, insn.off, size, signed)
    if size < 8 and value.kind is Kind.SCALAR:
        grown = sign_extend_to_64 if signed else coerce_to_size
        value = value.with_value(grown(value.value, size))
    walk.regs[insn.dst] = value
    same_kind(walk, pointer)


def store(walk: "Walk", insn: Store | StoreRelease) -> None:
    """``*(size *)(dst + off) = src``."""
    source = Reg(insn.src) if isinstance(insn.src, int) else insn.src
    if isinstance(source, Imm):
        value = scalar(scalars.const(source.word))
        pointer = readable(walk, insn.dst)
    else:
        value = readable(walk, source.n)
        pointer = readable(walk, insn.dst)
    regno = source.n if isinstance(source, Reg) else -1
    if isinstance(insn, StoreRelease):
        atomics.store(walk, insn)
    else:
        memory.write(walk, insn.dst, insn.off, insn.size.bytes, value, regno, constant=regno < 0)
    same_kind(walk, pointer)


def atomic(walk: "Walk", insn: Atomic) -> None:
    """Read-modify-write."""
    readable(walk, insn.src)
    pointer = readable(walk, insn.dst)
    if insn.op is AtomicOp.CMPXCHG:
        readable(walk, 0)
    fetched = atomics.access(walk, insn)
    if fetched is not None:
        into = 0 if insn.op is AtomicOp.CMPXCHG else insn.src
        if fetched.kind is Kind.SCALAR and insn.size.bytes < 8:
            fetched = fetched._replace(value=coerce_to_size(fetched.value, insn.size.bytes))
        walk.set(into, fetched)
    same_kind(walk, pointer)


def same_kind(walk: "Walk", pointer: Register) -> None:
    """An instruction goes through one kind of pointer on all paths (save_aux_ptr_type)."""
    aux = walk.facts(walk.pc)
    if aux.kind is None:
        aux.kind, aux.flags = pointer.kind, pointer.flags
        return
    if aux.kind is pointer.kind and aux.flags == pointer.flags:
        return
    if aux.kind in _DISTINCT or pointer.kind in _DISTINCT:
        raise Rejected(CORE_RULES["different-pointers"], walk.pc)


def load_imm64(walk: "Walk", insn: LoadImm64) -> None:
    """Constants, maps, map values and functions."""
    match insn.kind:
        case ImmKind.VALUE:
            reg = scalar(scalars.const(insn.value))
        case ImmKind.MAP_FD:
            reg = Register(Kind.MAP_PTR, scalars.ZERO, map=insn.imm)
        case ImmKind.MAP_VALUE:
            reg = Register(Kind.MAP_VALUE, scalars.ZERO, off=insn.next_imm, map=insn.imm)
        case ImmKind.FUNC:
            if not walk.options.func_info:
                raise Rejected(CORE_RULES["no-func-info"], walk.pc)
            reg = Register(Kind.FUNC, scalars.ZERO, subprog=walk.subprogs.index(walk.pc + 1 + insn.imm))
        case ImmKind.BTF_ID:  # a function of the kernel: nothing of it may be read
            reg = Register(Kind.MEM, scalars.ZERO, flags=int(Flag.RDONLY))
        case _:
            raise unsupported(walk.pc, "this kind of 64-bit immediate")
    walk.set(insn.dst, reg)


def load_packet(walk: "Walk", insn: LoadPacket) -> None:
    """Legacy packet access: r6 is the context, r1 to r5 are lost, r0 is a number."""
    readable(walk, 6)
    resources.check_leaks(walk, "BPF_LD_[ABS|IND]")
    if walk.regs[6].kind is not Kind.CTX:
        raise Rejected(CORE_RULES["ld-abs-context"], walk.pc)
    if insn.src is not None:
        readable(walk, insn.src)
    check_unmodified(walk, 6, walk.regs[6])
    for n in range(6):
        walk.regs[n] = NOT_INIT
    walk.scratched |= 0x3F
    walk.regs[0] = UNKNOWN


__all__ = ["ProgType", "atomic", "load", "load_imm64", "load_packet", "same_kind", "store"]
