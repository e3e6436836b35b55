"""Arithmetic on pointers, and what would give an address away to a loader that may not know any."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Alu
from vm.isa import ALU, AluOp
from vm.verifier.checks.bounds import MAX_VAR_OFF
from vm.verifier.checks.common import refuse
from vm.verifier.checks.speculation import check_after, check_before
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.rules import leaks
from vm.verifier.rules import pointers as rules
from vm.verifier.scalar import S64_MIN
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_MOVABLE: Final = frozenset({
    Kind.CTX, Kind.MAP_VALUE, Kind.MAP_KEY, Kind.STACK, Kind.PACKET_META, Kind.PACKET, Kind.TP_BUFFER,
    Kind.BTF_ID, Kind.MEM, Kind.BUF, Kind.FUNC, Kind.DYNPTR,
})  # fmt: skip
"""Kinds of pointers that may be moved by any number; others only by a constant or not at all."""
_BITWISE: Final = frozenset({AluOp.AND, AluOp.OR, AluOp.XOR})
_SYMBOLS: Final = {AluOp.SDIV: "/=", AluOp.SMOD: "%="}


def symbol(op: AluOp) -> str:
    """The operator as the kernel's messages write it."""
    return _SYMBOLS.get(op) or ALU[op].symbol


def before(walk: "Walk", insn: Alu, dst: int, pointer: Register, value: Register) -> bool:
    """``pointer op value`` may be computed into r``dst``, as far as the operands tell.

    False: it may, but the result is an unknown number and nothing else needs to be done.
    """
    number = value.value
    if number.smin > number.smax or number.umin > number.umax:
        return False
    if number.is_const and (number.smin != number.smax or number.umin != number.umax):
        return False
    if insn.bits != 64:
        if insn.op is AluOp.SUB and walk.profile.allow_ptr_leaks:
            return False
        refuse(walk, rules.ALU32, reg=dst, type=pointer.type_text)
    if pointer.maybe_null:
        refuse(walk, rules.ARITHMETIC_MAYBE_NULL, reg=dst, type=pointer.type_text)
    if pointer.kind is Kind.MEM and pointer.flags & Flag.UNTRUSTED:
        return True
    _check_kind(walk, insn, dst, pointer, value)
    _check_sane(walk, value, pointer.type_text)
    _check_sane(walk, pointer, pointer.type_text)
    check_before(walk, insn, dst, pointer, value)
    _check_operator(walk, insn, dst, pointer)
    return True


def _check_kind(walk: "Walk", insn: Alu, dst: int, pointer: Register, value: Register) -> None:
    if pointer.kind in _MOVABLE or (pointer.kind is Kind.FLOW_KEYS and value.value.is_const):
        return
    still = value.value.is_const and not value.value.value and insn.op is AluOp.ADD
    if pointer.kind in (Kind.FLOW_KEYS, Kind.MAP_PTR) and still:
        return
    refuse(walk, rules.ARITHMETIC_KIND, reg=dst, type=pointer.type_text)


def _check_operator(walk: "Walk", insn: Alu, dst: int, pointer: Register) -> None:
    if insn.op is AluOp.SUB:
        if walk.regs[dst].is_scalar:
            refuse(walk, rules.SUBTRACT_FROM_SCALAR, reg=dst)
        if pointer.kind is Kind.STACK:
            refuse(walk, rules.STACK_SUBTRACTION, reg=dst)
    elif insn.op is not AluOp.ADD:
        rule = rules.BITWISE if insn.op in _BITWISE else rules.OPERATOR
        refuse(walk, rule, reg=dst, op=symbol(insn.op), type=pointer.type_text)


def _check_sane(walk: "Walk", reg: Register, type: str) -> None:  # noqa: A002 - as the messages name it
    """The offset is one that further arithmetic cannot carry round (check_reg_sane_offset)."""
    value, smin = reg.value, reg.value.smin
    if value.is_const and not -MAX_VAR_OFF < signed(value.value) < MAX_VAR_OFF:
        refuse(walk, rules.MATH_CONSTANT, type=type, value=signed(value.value))
    if not -MAX_VAR_OFF < reg.off < MAX_VAR_OFF:
        refuse(walk, rules.OFFSET_TOO_LARGE, type=type, off=reg.off)
    if smin == S64_MIN:
        refuse(walk, rules.MATH_UNBOUNDED, type=type)
    if not -MAX_VAR_OFF < smin < MAX_VAR_OFF:
        refuse(walk, rules.MATH_OUT_OF_BOUNDS, type=type, value=smin)


def after(walk: "Walk", dst: int, result: Register) -> None:
    """The pointer that ``before`` allowed to be computed is one that may be kept in r``dst``."""
    _check_sane(walk, result, result.type_text)
    check_after(walk, dst, result)


def is_secret(walk: "Walk", reg: Register) -> bool:
    """The register holds an address that the loader may not know (is_pointer_value)."""
    return not walk.profile.allow_ptr_leaks and reg.kind is not Kind.SCALAR


def check_structure_secret(walk: "Walk", reg: Register) -> None:
    """The loader may look into structures of the kernel (check_ptr_to_btf_access)."""
    if not walk.profile.allow_ptr_leaks:
        refuse(walk, leaks.STRUCTURE_SECRET, struct=reg.btf)


def leak(walk: "Walk", regno: int, place: str = "mem") -> None:
    """What r``regno`` holds may be stored in ``place`` (map, mem, ctx, packet, flow keys)."""
    reg = walk.regs[regno]
    if is_secret(walk, reg):
        refuse(walk, leaks.LEAK_STORE, reg=regno, place=place, type=reg.type_text)


def check_store_leak(walk: "Walk", regno: int, place: str) -> None:
    """The same of a store's source, which is no register where ``regno`` is -1."""
    if regno >= 0:
        leak(walk, regno, place)
