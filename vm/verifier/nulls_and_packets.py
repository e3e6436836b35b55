"""What comparisons teach of pointers: null or not, and how many bytes lie before data_end."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from vm.instruction import Imm, Jump, Reg
from vm.isa import JumpOp
from vm.maps.locks import known_lock
from vm.uapi.map_types import MapType
from vm.verifier import scalar as scalars
from vm.verifier.checks.common import map_of
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import AT_PKT_END, BEYOND_PKT_END, Flag, Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.state import SPILL, Slot, State

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_PACKET_OFF: Final = 0xFFFF
FLIPPED: Final = {
    JumpOp.JGT: JumpOp.JLT,
    JumpOp.JGE: JumpOp.JLE,
    JumpOp.JLT: JumpOp.JGT,
    JumpOp.JLE: JumpOp.JGE,
    JumpOp.JSGT: JumpOp.JSLT,
    JumpOp.JSGE: JumpOp.JSLE,
    JumpOp.JSLT: JumpOp.JSGT,
    JumpOp.JSLE: JumpOp.JSGE,
}
"""The comparison with its operands exchanged."""
Change = Callable[[Register], Register]


def pointers(walk: "Walk", insn: Jump, dst: Register, src: Register, here: State, other: State) -> None:
    wide = insn.bits == 64
    by_reg = isinstance(insn.src, Reg)
    _one_null(walk, insn, dst, src, here, other)
    if (
        wide
        and isinstance(insn.src, Imm)
        and not insn.src.value
        and insn.op in (JumpOp.JEQ, JumpOp.JNE)
        and dst.maybe_null
    ):
        null_or_not(walk, here, insn.dst, insn.op is JumpOp.JNE)
        null_or_not(walk, other, insn.dst, insn.op is JumpOp.JEQ)
    elif (
        not (wide and by_reg and _packet_ranges(insn, dst, src, here, other))
        and dst.kind is not Kind.SCALAR
        and not walk.profile.allow_ptr_leaks
    ):
        raise Rejected(CORE_RULES["pointer-comparison"], walk.pc, reg=insn.dst)


def _one_null(walk: "Walk", insn: Jump, dst: Register, src: Register, here: State, other: State) -> None:
    """A pointer that may be null equals one that is not: so it is not."""
    if insn.bits != 64 or not isinstance(insn.src, Reg) or dst.maybe_null == src.maybe_null:
        return
    equal = {JumpOp.JEQ: other, JumpOp.JNE: here}.get(insn.op)
    kinds = (dst.kind, src.kind)
    if equal is not None and Kind.SCALAR not in kinds and Kind.BTF_ID not in kinds:
        at = insn.src.n if src.maybe_null else insn.dst
        equal.frame.regs[at] = not_null(walk, equal.frame.regs[at])


def not_null(walk: "Walk", reg: Register) -> Register:
    """The pointer known not to be null: what it points at (mark_ptr_not_null_reg)."""
    flags = reg.flags & ~Flag.MAYBE_NULL
    if reg.kind is Kind.MAP_VALUE and reg.map >= 0:
        spec = map_of(walk, reg)
        if spec.inner is not None:
            return reg._replace(kind=Kind.MAP_PTR, flags=flags, map_uid=1)
        if spec.type is MapType.XSKMAP:
            return reg._replace(kind=Kind.XDP_SOCK, flags=flags)
        if spec.type in (MapType.SOCKMAP, MapType.SOCKHASH):
            return reg._replace(kind=Kind.SOCKET, flags=flags)
    return reg._replace(flags=flags)


def null_or_not(walk: "Walk", state: State, regno: int, is_null: bool) -> None:
    """A test against null decides all pointers of the same id (mark_ptr_or_null_regs)."""
    tested = state.frame.regs[regno]
    if tested.ref and tested.ref == tested.id and is_null:
        state.refs = tuple(ref for ref in state.refs if ref.id != tested.id)

    def told(reg: Register) -> Register:
        if not reg.flags & Flag.MAYBE_NULL or reg.id != tested.id:
            return reg
        if is_null:
            # what it pointed at stays behind, and tells it from other zeros where states must be the same
            return reg._replace(kind=Kind.SCALAR, flags=0, id=0, ref=0)
        found = not_null(walk, reg)
        return found if _has_lock(walk, reg) else found._replace(id=0)

    each_register(state, told)


def _has_lock(walk: "Walk", reg: Register) -> bool:
    """Values with a spin lock keep their number, by which locks are told apart."""
    return reg.kind is Kind.MAP_VALUE and known_lock(map_of(walk, reg)) is not None


def each_register(state: State, change: Change) -> None:
    """Replaces every register and every spilled one of all frames."""
    for frame in state.frames:
        regs = frame.regs
        for n in range(10):
            reg = regs[n]
            if reg.kind is not Kind.NOT_INIT:
                regs[n] = change(reg)
        for index, slot in enumerate(frame.stack):
            if slot.types[7] == SPILL:
                new = change(slot.spilled)
                if new is not slot.spilled:
                    frame.stack[index] = Slot(slot.types, new)


def _packet_ranges(insn: Jump, dst: Register, src: Register, here: State, other: State) -> bool:
    """Learns how many bytes lie before data_end, from any order and form of the comparison."""
    op = insn.op
    if not isinstance(insn.src, Reg) or op not in (JumpOp.JGT, JumpOp.JLT, JumpOp.JGE, JumpOp.JLE):
        return False
    if _is_bound(dst, src):
        packet, at = dst, insn.dst
    elif _is_bound(src, dst):
        packet, at, op = src, insn.src.n, FLIPPED[op]
    else:
        return False
    # now as ``packet op end``: the branch where it is not beyond, and the one where it is
    inside, outside = (here, other) if op in (JumpOp.JGT, JumpOp.JGE) else (other, here)
    strictly = op in (JumpOp.JGE, JumpOp.JLT)
    _in_packet(inside, packet, strictly)
    reg = outside.frame.regs[at]
    if reg.kind is Kind.PACKET:
        outside.frame.regs[at] = reg._replace(range=AT_PKT_END if strictly else BEYOND_PKT_END)
    return True


def _is_bound(packet: Register, end: Register) -> bool:
    if packet.kind is Kind.PACKET:
        return end.kind is Kind.PACKET_END
    start = end.kind is Kind.PACKET and not end.id and not end.off and end.value is scalars.ZERO
    return packet.kind is Kind.PACKET_META and start


def _in_packet(state: State, packet: Register, strictly: bool) -> None:
    off = packet.off
    if off < 0 or (off == 0 and strictly):
        return
    if packet.value.umax > MAX_PACKET_OFF or packet.value.umax + off > MAX_PACKET_OFF:
        return
    proved = off + 1 if strictly else off

    def told(reg: Register) -> Register:
        if reg.kind is packet.kind and reg.id == packet.id and reg.range < proved:
            return reg._replace(range=proved)
        return reg

    each_register(state, told)
