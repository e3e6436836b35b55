"""Pointer arithmetic that the processor might do speculatively with other numbers (without CAP_PERFMON).

Linux masks such arithmetic so that it cannot leave its memory; what it cannot mask it refuses. The mask's
limit is kept per instruction and must be the same on all paths (sanitize_ptr_alu, sanitize_val_alu).
"""

from typing import TYPE_CHECKING, Final

from vm.instruction import Alu, Imm
from vm.isa import AluOp
from vm.verifier import tnum
from vm.verifier.checks.bounds import check_region
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.register import Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.rules import leaks as rules
from vm.verifier.speculation import NO_POINTER, Mask, Move, is_masked
from vm.verifier.speculation_paths import skip_move
from vm.word import MASK32, signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_MAX_STACK: Final = 512


def check_numbers(walk: "Walk", insn: Alu) -> None:
    """Two numbers are added: no mask is needed, on any path."""
    guards = walk.guards
    if guards is None or not is_masked(guards, walk.pc, insn):
        return
    if not guards.demand(walk.pc, NO_POINTER):
        refuse(walk, rules.DIFFERENT_PATHS, reg=insn.dst, op=_name(insn))


def check_before(walk: "Walk", insn: Alu, dst: int, pointer: Register, value: Register) -> None:
    """The operands are ones a mask can be made for."""
    guards = walk.guards
    if guards is None:
        return
    guards.move = None
    if isinstance(insn.src, Imm) or not is_masked(guards, walk.pc, insn):
        return
    number, from_dst = value.value, walk.regs[dst] is value
    if not walk.state.speculative:
        negative = number.smin < 0
        if not number.is_const and negative != (number.smax < 0):
            refuse(walk, rules.MIXED_SIGNS, reg=dst if from_dst else insn.src.n)
        to_left = negative if insn.op is AluOp.ADD else not negative
        if pointer.kind not in (Kind.STACK, Kind.MAP_VALUE) or pointer.flags:
            refuse(walk, rules.UNSUPPORTED_POINTER, reg=insn.src.n if from_dst else dst)
        op = _name(insn)
        limit = _limit(walk, dst, op, pointer, to_left)
        guards.same_numbers |= not number.is_const
        guards.move = Move(op, to_left, (negative, number.is_const, not from_dst), limit)
    if not number.is_const:
        _skip(walk, dst, pointer)


def _name(insn: Alu) -> str:
    return "add" if insn.op is AluOp.ADD else "sub"


def _skip(walk: "Walk", dst: int, pointer: Register) -> None:
    try:
        skip_move(walk, dst, pointer)
    except Rejected as found:
        refuse(walk, rules.TOO_MANY_SKIPPED, reg=dst, before=found.message)


def _limit(walk: "Walk", dst: int, op: str, pointer: Register, to_left: bool) -> int:
    """How far the pointer may move before it leaves its memory (retrieve_ptr_limit)."""
    if pointer.kind is Kind.STACK:
        most, limit = _MAX_STACK + to_left, -(signed(pointer.value.value) + pointer.off)
    else:
        most = map_of(walk, pointer).value_size
        limit = (pointer.value.smin if to_left else pointer.value.umax) + pointer.off
    limit &= MASK32
    if limit >= most:
        refuse(walk, rules.BEYOND_BOUNDS, reg=dst, op=op)
    return limit


def check_after(walk: "Walk", dst: int, result: Register) -> None:
    """The result stays inside its memory, and its mask is that of the other paths."""
    if walk.guards is None:
        return
    _check_result(walk, dst, result)
    move = walk.guards.move
    if move is None:
        return
    limit = abs(signed(move.limit - _limit(walk, dst, move.op, result, move.to_left) & MASK32, 32))
    if not walk.guards.demand(walk.pc, Mask(move.kind, limit)):
        refuse(walk, rules.DIFFERENT_PATHS, reg=dst, op=move.op)


def check_tail_calls(walk: "Walk") -> None:
    """Every tail call goes by one map, whose index can be guarded; asked when all paths are walked."""
    if walk.guards is None:
        return
    for pc, maps in sorted(walk.guards.tail_calls.items()):
        if len(maps) > 1 and pc in walk.guards.seen:
            raise Rejected(rules.TAIL_CALL_MAPS, pc)


def _check_result(walk: "Walk", dst: int, result: Register) -> None:
    if result.kind is Kind.STACK:
        off = result.off + signed(result.value.value)
        if not result.value.is_const:
            refuse(
                walk,
                rules.STACK_ARITHMETIC_VARIABLE,
                reg=dst,
                off=off,
                var_off=tnum.text(result.value.var_off),
            )
        if not -_MAX_STACK <= off < 0:
            refuse(walk, rules.STACK_ARITHMETIC_RANGE, reg=dst, off=off)
    elif result.kind is Kind.MAP_VALUE and not result.flags:
        held, walk.regs[dst] = walk.regs[dst], result
        try:
            check_region(walk, dst, result.off, 1, map_of(walk, result).value_size)
        except Rejected as found:
            refuse(walk, rules.MAP_VALUE_ARITHMETIC, reg=dst, access=found.message)
        finally:
            walk.regs[dst] = held
