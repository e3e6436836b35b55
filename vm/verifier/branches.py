"""Conditional jumps: which ways are open, and what each way teaches (check_cond_jmp_op)."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Jump, Reg
from vm.isa import JumpOp
from vm.verifier import scalar as scalars
from vm.verifier.compare import decide, is_known, outcomes, outcomes_same
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.history import DST_STACK, SRC_STACK, Linked
from vm.verifier.linked import linked_with, sync
from vm.verifier.nulls_and_packets import FLIPPED, pointers
from vm.verifier.options import TEST_REG_INVARIANTS
from vm.verifier.register import BEYOND_PKT_END, Flag, Kind, Register, scalar
from vm.verifier.rejection import Rejected
from vm.verifier.saved import push
from vm.verifier.scalar_text import format_violation
from vm.verifier.speculation_paths import go_wrong
from vm.verifier.state import State
from vm.verifier.transfer_alu import readable

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_NOT_NULL: Final = frozenset(
    {Kind.SOCKET, Kind.TCP_SOCK, Kind.MAP_VALUE, Kind.MAP_KEY, Kind.SOCK_COMMON, Kind.MEM, Kind.MAP_PTR}
)
_ANY_PACKET: Final = frozenset({Kind.PACKET, Kind.PACKET_META, Kind.PACKET_END})


def jump(walk: "Walk", insn: Jump) -> int:
    """Walks on at the slot it answers; the other way, where open, waits."""
    pc, target = walk.pc, walk.pc + 1 + insn.off
    dst = readable(walk, insn.dst)
    flags = 0
    if isinstance(insn.src, Reg):
        src = readable(walk, insn.src.n)
        both_packet = dst.kind in _ANY_PACKET and src.kind in _ANY_PACKET
        if not both_packet and src.kind is not Kind.SCALAR and not walk.profile.allow_ptr_leaks:
            raise Rejected(CORE_RULES["pointer-comparison"], pc, reg=insn.src.n)
        if src.kind is Kind.STACK:
            flags |= SRC_STACK
    else:
        src = scalar(scalars.const(insn.src.value))
    if dst.kind is Kind.STACK:
        flags |= DST_STACK
    if flags:
        walk.remember(walk.state, flags)
    way = _decide(insn, dst, src)
    if way is not None:
        if dst.kind is Kind.SCALAR:
            walk.mark_precise(insn.dst)
        if isinstance(insn.src, Reg) and src.kind is Kind.SCALAR:
            walk.mark_precise(insn.src.n)
        if walk.guards is not None:
            go_wrong(walk, insn, pc + 1 if way else target)
        walk.print_state(walk.state)
        return target if way else pc + 1
    return _split(walk, insn, dst, src, target)


def _decide(insn: Jump, dst: Register, src: Register) -> bool | None:
    op, bits = insn.op, insn.bits
    if dst.kind is Kind.SCALAR and src.kind is Kind.SCALAR:
        return decide(op, dst.value, src.value, bits)
    if dst.kind in _ANY_PACKET and src.kind in _ANY_PACKET and bits == 64:
        return _decide_packet(op, dst, src)
    if dst.kind is Kind.SCALAR:
        dst, src = src, dst
    if src.kind is not Kind.SCALAR or not is_known(src.value, bits):
        return None
    known = src.value.value if bits == 64 else src.value.value & 0xFFFFFFFF
    if known or not _not_null(dst):
        return None
    return {JumpOp.JEQ: False, JumpOp.JNE: True}.get(op)


def _not_null(reg: Register) -> bool:
    """Certainly not null (reg_not_null); pointers to structures only where the kernel vouches for them."""
    if reg.maybe_null or reg.flags & Flag.UNTRUSTED:
        return False
    if reg.kind is Kind.BTF_ID:
        trusted = Flag.TRUSTED | Flag.ALLOC
        return bool(reg.ref) or (bool(reg.flags & trusted) and not reg.flags & ~trusted)
    return reg.kind in _NOT_NULL


def _decide_packet(op: JumpOp, dst: Register, src: Register) -> bool | None:
    if src.kind is Kind.PACKET_END:
        packet = dst
    elif dst.kind is Kind.PACKET_END:
        packet, op = src, FLIPPED.get(op, op)
    else:
        return None
    if packet.range >= 0:
        return None
    if op in (JumpOp.JLE, JumpOp.JGT) and packet.range == BEYOND_PKT_END:
        return op is JumpOp.JGT
    if op in (JumpOp.JLT, JumpOp.JGE):
        return op is JumpOp.JGE
    return None


def _split(walk: "Walk", insn: Jump, dst: Register, src: Register, target: int) -> int:
    linked: tuple[Linked, ...] = ()
    if dst.id or src.id:
        linked = linked_with(walk, insn, dst, src)
        dst = walk.regs[insn.dst]
        if isinstance(insn.src, Reg):
            src = walk.regs[insn.src.n]
    here = walk.state
    other = push(walk, target, walk.pc)
    numbers = dst.kind is Kind.SCALAR and src.kind is Kind.SCALAR
    if numbers:
        _learn(walk, insn, here, other, dst, src)
    if len(linked) > 1:
        _tell_linked(insn, (here, other), dst, src, linked)
    if not numbers:
        pointers(walk, insn, dst, src, here, other)
    walk.print_state(here)
    return walk.pc + 1


def _tell_linked(
    insn: Jump, ways: tuple[State, State], dst: Register, src: Register, linked: tuple[Linked, ...]
) -> None:
    """Copies of the operands are brought in line, also where a pointer has taught nothing of a number."""
    for state in ways:
        if isinstance(insn.src, Reg) and src.kind is Kind.SCALAR and src.id:
            sync(state, state.frame.regs[insn.src.n], linked)
        if dst.kind is Kind.SCALAR and dst.id:
            sync(state, state.frame.regs[insn.dst], linked)


def _learn(walk: "Walk", insn: Jump, here: State, other: State, dst: Register, src: Register) -> None:
    """What each way teaches of the two numbers; of bounds that contradict each other Linux tells loudly."""
    left, bits = insn.dst, insn.bits
    right = insn.src.n if isinstance(insn.src, Reg) else None
    found = (
        outcomes_same(insn.op, dst.value, bits)
        if right == left
        else outcomes(insn.op, dst.value, src.value, bits)
    )
    for complaint in found.complaints:
        text = format_violation(*complaint)
        if walk.options.load_flags & TEST_REG_INVARIANTS:
            raise Rejected(CORE_RULES["contradiction"], walk.pc, text=text)
        walk.log.write(text + "\n")
    for state, (a, b) in ((here, found.fallthrough), (other, found.taken)):
        regs = state.frame.regs
        if right == left:
            regs[left] = dst.with_value(b)
            continue
        regs[left] = dst.with_value(a)
        if right is not None:
            regs[right] = src.with_value(b)
