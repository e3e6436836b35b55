"""Constants: instructions take few of them in themselves; the others are put together 16 bits at a time."""

from vm.instruction import LoadImm64
from vm.isa import ImmKind
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.encode import Op, Reg
from vm.jit.arm64.immediates import fits_arithmetic
from vm.jit.arm64.registers import A64
from vm.jit.piece import AddressPart, Emit, Lowered
from vm.jit.program import KernelAddress

_HALF = 0xFFFF
_RISING = ((Op.MOVN, 0), (Op.MOVK, 16), (Op.MOVK, 32))
_FALLING = ((Op.MOVN, 32), (Op.MOVK, 16), (Op.MOVK, 0))
"""In what order the 16 bits of an address come: of a function from the lowest, of others from the highest."""


def load_constant(dst: Reg, value: int, *, wide: bool) -> bytes:
    """One or two instructions for 32 signed bits, sign-extended where ``wide``."""
    high, low = value >> 16 & _HALF, value & _HALF
    if not high & 0x8000:
        more = a64.move_wide(Op.MOVK, dst, high, 16, wide=wide) if high else b""
        return a64.move_wide(Op.MOVZ, dst, low, wide=wide) + more
    if high == _HALF:
        return a64.move_wide(Op.MOVN, dst, ~low & _HALF, wide=wide)
    more = a64.move_wide(Op.MOVK, dst, low, wide=wide) if low != _HALF else b""
    return a64.move_wide(Op.MOVN, dst, ~high & _HALF, 16, wide=wide) + more


def load_constant64(dst: Reg, value: int) -> bytes:
    """64 bits, beginning at the highest 16 that matter, with zeros or ones as what is already there."""
    if value >> 32 == 0:
        return load_constant(dst, value, wide=False)
    halves = [value >> shift & _HALF for shift in (0, 16, 32, 48)]
    filler = _HALF if halves.count(_HALF) > halves.count(0) else 0
    first = max((n for n, half in enumerate(halves) if half != filler), default=0)
    begin = halves[first] ^ filler
    code = a64.move_wide(Op.MOVN if filler else Op.MOVZ, dst, begin, 16 * first, wide=True)
    for n in range(first - 1, -1, -1):
        if halves[n] != filler:
            code += a64.move_wide(Op.MOVK, dst, halves[n], 16 * n, wide=True)
    return code


def add_constant(dst: Reg, src: Reg, value: int, *, spare: Reg, wide: bool) -> bytes:
    """``dst = src + value`` for 32 signed bits; ``spare`` takes what fits in no instruction."""
    if fits_arithmetic(value):
        return a64.arithmetic_imm(Op.ADD_IMM, dst, src, value & 0xFFFFFFFF, wide=wide)
    if fits_arithmetic(-value):
        return a64.arithmetic_imm(Op.SUB_IMM, dst, src, -value, wide=wide)
    return load_constant(spare, value, wide=wide) + a64.three(Op.ADD, dst, src, spare, wide=wide)


def lower_imm64(insn: LoadImm64, _pc: int, _frame: object) -> Lowered:
    """A number; or three gaps for the 48 bits of an address whose upper 16 are ones."""
    dst = A64[insn.dst]
    if insn.kind is ImmKind.VALUE:
        return (Emit(load_constant64(dst, insn.value)),)
    name = f"{insn.kind.name.lower()} {insn.imm}"
    return _address(dst, name, _RISING if insn.kind is ImmKind.FUNC else _FALLING)


def lower_address(insn: KernelAddress, _pc: int, _frame: object) -> Lowered:
    """The same for a variable of the kernel."""
    return _address(A64[insn.dst], insn.name, _FALLING)


def _address(dst: Reg, name: str, order: tuple[tuple[Op, int], ...]) -> Lowered:
    return tuple(AddressPart(a64.move_wide(op, dst, 0, shift, wide=True), name) for op, shift in order)
