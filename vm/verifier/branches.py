"""Conditional jumps: which ways are open, and what each way teaches (check_cond_jmp_op)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from vm.instruction import Imm, Jump, Reg
from vm.isa import AluOp, JumpOp
from vm.uapi.map_types import MapType
from vm.verifier import scalar as scalars
from vm.verifier.arithmetic import TRANSFER
from vm.verifier.checks.common import map_of
from vm.verifier.compare import decide, is_known, refine, refine_same
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import (
    ADD_CONST,
    ADD_CONST32,
    AT_PKT_END,
    BEYOND_PKT_END,
    PACKET_KINDS,
    Flag,
    Kind,
    Register,
    scalar,
)
from vm.verifier.rejection import Rejected
from vm.verifier.resize import zext_32_to_64
from vm.verifier.saved import push
from vm.verifier.speculation_paths import go_wrong
from vm.verifier.state import SPILL, Slot, State
from vm.verifier.transfer_alu import readable
from vm.verifier.walk import DST_STACK, SRC_STACK

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_PACKET_OFF: Final = 0xFFFF
MAX_LINKED: Final = 6
_FLIPPED: Final = {
    JumpOp.JGT: JumpOp.JLT,
    JumpOp.JGE: JumpOp.JLE,
    JumpOp.JLT: JumpOp.JGT,
    JumpOp.JLE: JumpOp.JGE,
    JumpOp.JSGT: JumpOp.JSLT,
    JumpOp.JSGE: JumpOp.JSLE,
    JumpOp.JSLT: JumpOp.JSGT,
    JumpOp.JSLE: JumpOp.JSGE,
}
_NOT_NULL: Final = frozenset(
    {Kind.SOCKET, Kind.TCP_SOCK, Kind.MAP_VALUE, Kind.MAP_KEY, Kind.SOCK_COMMON, Kind.MEM, Kind.MAP_PTR}
)
_ANY_PACKET: Final = frozenset({Kind.PACKET, Kind.PACKET_META, Kind.PACKET_END})
Linked = tuple[int, bool, int]
Change = Callable[[Register], Register]


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
    if known or dst.maybe_null or dst.kind not in _NOT_NULL or dst.flags & Flag.UNTRUSTED:
        return None
    return {JumpOp.JEQ: False, JumpOp.JNE: True}.get(op)


def _decide_packet(op: JumpOp, dst: Register, src: Register) -> bool | None:
    if src.kind is Kind.PACKET_END:
        packet = dst
    elif dst.kind is Kind.PACKET_END:
        packet, op = src, _FLIPPED.get(op, op)
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
    linked = _linked(walk, insn, dst, src)
    dst = walk.regs[insn.dst]
    if isinstance(insn.src, Reg):
        src = walk.regs[insn.src.n]
    here = walk.state
    other = push(walk, target, walk.pc)
    if dst.kind is Kind.SCALAR and src.kind is Kind.SCALAR:
        _learn(insn, here, dst, src, False)
        _learn(insn, other, dst, src, True)
        for state in (here, other):
            if isinstance(insn.src, Reg) and src.id:
                _sync(state, state.frame.regs[insn.src.n], linked)
            if dst.id:
                _sync(state, state.frame.regs[insn.dst], linked)
    else:
        _sync_scalars(insn, here, other, dst, src, linked)
    _pointers(walk, insn, dst, src, here, other)
    walk.print_state(here)
    return walk.pc + 1


def _sync_scalars(
    insn: Jump, here: State, other: State, dst: Register, src: Register, linked: tuple[Linked, ...]
) -> None:
    """A comparison with a pointer teaches nothing of the number, but its copies are brought in line."""
    for state in (here, other):
        if isinstance(insn.src, Reg) and src.kind is Kind.SCALAR and src.id:
            _sync(state, state.frame.regs[insn.src.n], linked)
        if dst.kind is Kind.SCALAR and dst.id:
            _sync(state, state.frame.regs[insn.dst], linked)


def _learn(insn: Jump, state: State, dst: Register, src: Register, taken: bool) -> None:
    regs = state.frame.regs
    if isinstance(insn.src, Reg):
        if insn.src.n == insn.dst:
            regs[insn.dst] = dst.with_value(refine_same(insn.op, dst.value, insn.bits, taken))
            return
        left, right = refine(insn.op, dst.value, src.value, insn.bits, taken)
        regs[insn.dst] = dst.with_value(left)
        regs[insn.src.n] = src.with_value(right)
    else:
        left, _ = refine(insn.op, dst.value, src.value, insn.bits, taken)
        regs[insn.dst] = dst.with_value(left)


# -- linked scalars ----------------------------------------------------------------------------------------


def _linked(walk: "Walk", insn: Jump, dst: Register, src: Register) -> tuple[Linked, ...]:
    """The registers and spills that share an id with an operand (collect_linked_regs)."""
    found: list[Linked] = []
    state = walk.state
    if isinstance(insn.src, Reg) and src.kind is Kind.SCALAR and src.id:
        _collect(walk, src.id & ~ADD_CONST, found)
    if dst.kind is Kind.SCALAR and dst.id:
        _collect(walk, dst.id & ~ADD_CONST, found)
    linked = tuple(found)
    if len(linked) > 1:
        walk.remember(state, 0, linked)
    return linked


def _collect(walk: "Walk", number: int, found: list[Linked]) -> None:
    pc = walk.pc
    for frame in reversed(walk.state.frames):
        live = walk.analysis.live[pc]
        pc = frame.callsite
        for n in range(10):
            if not live >> n & 1:
                continue
            reg = frame.regs[n]
            if reg.id & ~ADD_CONST == number and reg.kind is Kind.SCALAR:
                if len(found) < MAX_LINKED:
                    found.append((frame.frameno, True, n))
                else:
                    frame.regs[n] = reg._replace(id=0)
        for index, slot in enumerate(frame.stack):
            reg = slot.spilled
            if slot.types[7] == SPILL and reg.id & ~ADD_CONST == number and reg.kind is Kind.SCALAR:
                if len(found) < MAX_LINKED:
                    found.append((frame.frameno, False, index))
                else:
                    frame.stack[index] = Slot(slot.types, reg._replace(id=0))


def _sync(state: State, known: Register, linked: tuple[Linked, ...]) -> None:
    """What is known of one scalar now, told to its copies (sync_linked_regs)."""
    number = known.id & ~ADD_CONST
    for frameno, is_reg, at in linked:
        frame = state.frames[frameno]
        reg = frame.regs[at] if is_reg else frame.stack[at].spilled
        if reg is known or reg.kind is not Kind.SCALAR or reg.id & ~ADD_CONST != number:
            continue
        if not (reg.id | known.id) & ADD_CONST or reg.off == known.off:
            new = known
        else:
            delta = scalars.const(reg.off - known.off)
            value = TRANSFER[AluOp.ADD](known.value, delta, 64)
            if (reg.id | known.id) & ADD_CONST32:
                value = zext_32_to_64(value)
            new = known._replace(value=value, id=reg.id, off=reg.off)
        if is_reg:
            frame.regs[at] = new
        else:
            frame.stack[at] = Slot(frame.stack[at].types, new)


# -- pointers ----------------------------------------------------------------------------------------------


def _pointers(walk: "Walk", insn: Jump, dst: Register, src: Register, here: State, other: State) -> None:
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
            return Register(Kind.SCALAR, reg.value)
        return not_null(walk, reg)._replace(id=0)

    each_register(state, told)


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
        packet, at, op = src, insn.src.n, _FLIPPED[op]
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


__all__ = ["PACKET_KINDS", "each_register", "jump", "not_null", "null_or_not"]
