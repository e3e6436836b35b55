"""Reading the parts of an instruction: registers, immediates, offsets, jump targets, widths."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vm.asm.expression import integer
from vm.asm.lexer import register_names
from vm.asm.unit import Mistake, Unit, Use
from vm.instruction import Imm, Instruction, Operand, Reg
from vm.isa import ALU, JUMP, AluOp, JumpOp, Size
from vm.word import MASK64

Tokens = Sequence[str]
Build = Callable[[Tokens, Unit], Instruction | None]
"""Makes the instruction of a statement's tokens, or leaves it to a fixup and gives None; raises Mistake."""

REGISTER: Mapping[str, int] = MappingProxyType(
    {name: number for name, (_, number) in register_names().items()}
)
"""The number of every spelling of a register."""
REG: Mapping[str, Reg] = MappingProxyType({name: Reg(number) for name, number in REGISTER.items()})
"""The operand of every spelling of a register."""
ASSIGN: Mapping[str, AluOp] = MappingProxyType(
    {spec.symbol: op for op, spec in ALU.items() if spec.symbol.endswith("=") and op is not AluOp.MOV}
)
COMPARE: Mapping[str, JumpOp] = MappingProxyType({spec.symbol: op for op, spec in JUMP.items()})
UNSIGNED: Mapping[str, Size] = MappingProxyType({"u8": Size.B, "u16": Size.H, "u32": Size.W, "u64": Size.DW})
SIGNED: Mapping[str, Size] = MappingProxyType({"s8": Size.B, "s16": Size.H, "s32": Size.W})

_LOCAL_LABEL = re.compile(r"[0-9]+[fb]")
_LOW, _MIDDLE, _HIGH = -(1 << 31), 1 << 31, 1 << 32


def imm32(tokens: Tokens, at: int, unit: Unit, bits: int) -> Imm:
    """The 32-bit immediate at ``at``; numbers from 2**31 wrap, with a warning where 64 bits are used."""
    token = tokens[at]
    value = integer(token, at)
    if _LOW <= value < _MIDDLE:
        return Imm(value)
    if _MIDDLE <= value < _HIGH:
        if bits == 64:
            unit.warn(
                "sign-extended",
                f"{token} is kept in 32 bits and sign-extended: the 64-bit operation uses "
                f"{value - _HIGH & MASK64:#x}",
                at,
                "load it with `ll` into a register, or use the 32-bit registers w0 to w10",
            )
        return Imm(value - _HIGH)
    raise Mistake(
        "imm-range",
        f"{token} does not fit the instruction's 32-bit constant",
        at,
        f"put it in a register first: `r2 = {token} ll`",
    )


def signed_imm32(tokens: Tokens, at: int, unit: Unit, bits: int) -> Imm:
    """As ``imm32``; decimal numbers above 2**31 - 1 are refused, as uBPF and bpf_conformance do."""
    token = tokens[at]
    value = integer(token, at)
    if not _LOW <= value < _HIGH or (token.isdigit() and value >= _MIDDLE):
        hint = (
            f"write {value:#x} for the bit pattern" if 0 < value < _HIGH else f"load it: `lddw r2, {token}`"
        )
        raise Mistake("imm-range", f"{token} does not fit a signed 32-bit constant", at, hint)
    return imm32(tokens, at, unit, bits)


def offset16(tokens: Tokens, at: int) -> int:
    """The 16-bit offset made of the sign at ``at`` and the number behind it."""
    value = integer(tokens[at] + tokens[at + 1], at + 1)
    if -0x8000 <= value < 0x8000:
        return value
    raise Mistake(
        "offset-range",
        f"the offset {value} does not fit 16 bits",
        (at, at + 1),
        "offsets reach from -32768 to 32767: add the rest to the register first",
    )


def operand(tokens: Tokens, at: int, unit: Unit, bits: int) -> Operand:
    """The register or 32-bit constant at ``at``."""
    return REG.get(tokens[at]) or imm32(tokens, at, unit, bits)


def target(
    tokens: Tokens,
    at: int,
    unit: Unit,
    make: Callable[[int], Instruction],
    bits: int = 16,
    *,
    use: Use = Use.JUMP,
) -> Instruction | None:
    """The jump or call to what stands at ``at``: ``+3``, ``pc-3``, ``3``, or a label, for which it waits.

    ``make`` builds it from the distance in slots, which must fit ``bits``.
    """
    first = tokens[at]
    if first == "pc":
        at += 1
        first = tokens[at]
    blame: int | tuple[int, int] = at
    if first in "+-":
        off, blame = integer(first + tokens[at + 1], at + 1), (at, at + 1)
    elif first[0].isdigit() and not _LOCAL_LABEL.fullmatch(first):
        off = integer(first, at)
    else:
        unit.defer(first, at, make, bits, use=use)
        return None
    return make(checked_distance(off, blame, bits))


def checked_distance(off: int, at: int | tuple[int, int], bits: int) -> int:
    """``off`` if a jump with an offset field of ``bits`` can hold it; raises Mistake."""
    if -(1 << bits - 1) <= off < 1 << bits - 1:
        return off
    hint = "use `gotol`, which reaches further" if bits == 16 else None
    raise Mistake("offset-range", f"a jump over {off} slots does not fit {bits} bits", at, hint)


def unsigned(tokens: Tokens, at: int) -> Size:
    """The width of a load, store or atomic from its type."""
    return UNSIGNED[tokens[at]]


def same_register(t: Tokens, first: int, second: int, verb: str) -> None:
    """Raises Mistake unless both tokens are the same register."""
    if REGISTER[t[first]] != REGISTER[t[second]]:
        raise Mistake(
            "two-registers",
            f"this instruction {verb}: both must be the same",
            second,
            f"copy first: `{t[first]} = {t[second]}`",
            t[first],
        )


def narrow(t: Tokens, register: int, kind: int) -> Mistake:
    """The mistake of a 64-bit access through a 32-bit register."""
    wide = f"r{REGISTER[t[register]]}"
    return Mistake(
        "bad-width", f"{t[register]} is 32 bits wide, {t[kind]} is 64", register, f"write {wide}", wide
    )


def only_r0(t: Tokens, *places: int) -> None:
    """Raises Mistake unless the tokens are r0 or w0."""
    for at in places:
        if REGISTER[t[at]] != 0:
            right = f"{t[at][0]}0"
            raise Mistake(
                "only-r0", "compare-and-exchange always compares with r0", at, f"write {right}", right
            )
