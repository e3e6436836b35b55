"""Pointer arithmetic that the processor might do speculatively with other numbers (without CAP_PERFMON).

Linux masks such arithmetic so that it cannot leave its memory; what it cannot mask it refuses. The mask's
limit is kept per instruction and must be the same on all paths (``Aux.facts["mask"]``).
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from vm.instruction import Alu, Imm
from vm.isa import AluOp
from vm.verifier import tnum
from vm.verifier.checks.bounds import check_region
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.register import Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.rules import leaks as rules
from vm.word import MASK32, signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_MAX_STACK: Final = 512


class _Pending(NamedTuple):
    """What ``check_before`` found out for ``check_after``."""

    pc: int
    op: str
    constant: bool
    to_left: bool
    traits: tuple[bool, bool, bool]
    limit: int


def check_before(walk: "Walk", insn: Alu, dst: int, pointer: Register, value: Register) -> None:
    """The operands are ones a mask can be made for."""
    facts = walk.facts(walk.pc).facts
    facts.pop("pending", None)
    if walk.profile.bypass_spec_v1 or insn.op not in (AluOp.ADD, AluOp.SUB) or isinstance(insn.src, Imm):
        return
    if walk.state.speculative:
        return
    from_dst = walk.regs[dst] is value
    number = value.value
    if not number.is_const and (number.smin < 0) != (number.smax < 0):
        refuse(walk, rules.MIXED_SIGNS, reg=dst if from_dst else insn.src.n)
    negative = number.smin < 0
    to_left = negative if insn.op is AluOp.ADD else not negative
    op = "add" if insn.op is AluOp.ADD else "sub"
    if pointer.kind not in (Kind.STACK, Kind.MAP_VALUE) or pointer.flags:
        refuse(walk, rules.UNSUPPORTED_POINTER, reg=insn.src.n if from_dst else dst)
    limit = _limit(walk, dst, op, pointer, to_left)
    facts["pending"] = _Pending(
        walk.pc, op, number.is_const, to_left, (negative, number.is_const, not from_dst), limit
    )


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
    if walk.profile.bypass_spec_v1:
        return
    _check_result(walk, dst, result)
    facts = walk.facts(walk.pc).facts
    pending = facts.pop("pending", None)
    if not isinstance(pending, _Pending):
        return
    limit = abs(pending.limit - _limit(walk, dst, pending.op, result, pending.to_left))
    mask = (pending.traits, limit)
    if facts.setdefault("mask", mask) != mask:
        refuse(walk, rules.DIFFERENT_PATHS, reg=dst, op=pending.op)


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
