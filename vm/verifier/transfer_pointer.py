"""What adding and subtracting numbers does to pointers (adjust_ptr_min_max_vals)."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Alu
from vm.isa import AluOp
from vm.verifier import scalar as scalars
from vm.verifier import tnum
from vm.verifier.checks import pointers
from vm.verifier.register import PACKET_KINDS, Kind, Register, scalar
from vm.verifier.scalar import S64_MAX, S64_MIN, UNBOUNDED32, Scalar, synced
from vm.word import MASK64

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_S32: Final = range(-(1 << 31), 1 << 31)


def pointer_arithmetic(walk: "Walk", insn: Alu, pointer: Register, value: Register, swapped: bool) -> None:
    """Leaves ``pointer`` op ``value`` in dst; ``swapped`` where the pointer is the source operand."""
    if not pointers.before(walk, insn, insn.dst, pointer, value):
        walk.regs[insn.dst] = scalar(scalars.UNKNOWN)
        return
    number = value.value
    result = _moved(walk, insn.op, pointer, number)
    if swapped:
        result = result._replace(ref=value.ref, frame=0)
    result = result._replace(precise=walk.regs[insn.dst].precise)
    pointers.after(walk, insn.dst, result)
    walk.regs[insn.dst] = result._replace(value=scalars.sync(result.value))


def _moved(walk: "Walk", op: AluOp, pointer: Register, number: Scalar) -> Register:
    sign = 1 if op is AluOp.ADD else -1
    if number.is_const and pointer.off + sign * number.smin in _S32:
        base = pointer.value
        if base.exact:
            return pointer._replace(off=pointer.off + sign * number.smin)
        value = synced(base.var_off, *base.bounds[:4], *UNBOUNDED32)
        return pointer._replace(off=pointer.off + sign * number.smin, value=value)
    value = _sum(pointer.value, number) if sign > 0 else _difference(pointer.value, number)
    result = pointer._replace(value=value)
    if pointer.kind in PACKET_KINDS:
        result = result._replace(id=walk.new_id())
        if sign > 0 or number.smin < 0:
            result = result._replace(range=0, map=-1)
    return result


def _sum(a: Scalar, b: Scalar) -> Scalar:
    smin, smax = a.smin + b.smin, a.smax + b.smax
    if smin < S64_MIN or smax > S64_MAX or smin > S64_MAX or smax < S64_MIN:
        smin, smax = S64_MIN, S64_MAX
    umin, umax = a.umin + b.umin, a.umax + b.umax
    if umin > MASK64 or umax > MASK64:
        umin, umax = 0, MASK64
    return synced(tnum.add(a.var_off, b.var_off), smin, smax, umin, umax, *UNBOUNDED32)


def _difference(a: Scalar, b: Scalar) -> Scalar:
    smin, smax = a.smin - b.smax, a.smax - b.smin
    if smin < S64_MIN or smax > S64_MAX or smin > S64_MAX or smax < S64_MIN:
        smin, smax = S64_MIN, S64_MAX
    umin, umax = (0, MASK64) if a.umin < b.umax else (a.umin - b.umax, a.umax - b.umin)
    return synced(tnum.sub(a.var_off, b.var_off), smin, smax, umin, umax, *UNBOUNDED32)


__all__ = ["Kind", "pointer_arithmetic"]
