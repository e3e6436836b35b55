"""Builders of pseudo-C: jumps, calls, exit.

Each takes the tokens of a known shape and the unit, and answers with the instruction, or None when it left
it to a fixup. The indices are those of the example line in ``vm.asm.grammar``.
"""

from vm.asm.expression import integer
from vm.asm.operands import (
    COMPARE,
    REGISTER,
    Build,
    Tokens,
    imm32,
    operand,
    target,
)
from vm.asm.unit import Mistake, Unit, Use
from vm.instruction import (
    Call,
    CallX,
    Exit,
    Goto,
    Instruction,
    Jump,
    MayGoto,
)
from vm.isa import CallKind
from vm.source import did_you_mean
from vm.uapi.helper_ids import HELPER_NAMES, helper_id


def jump(bits: int) -> Build:
    """``if r1 == r2 goto label``."""

    def build(t: Tokens, unit: Unit) -> Instruction | None:
        op, dst, src = COMPARE[t[2]], REGISTER[t[1]], operand(t, 3, unit, bits)
        return target(t, 5, unit, lambda off: Jump(op, bits, dst, src, off))

    return build


def goto(t: Tokens, unit: Unit) -> Instruction | None:
    """``goto label``."""
    return target(t, 1, unit, Goto)


def gotol(t: Tokens, unit: Unit) -> Instruction | None:
    """``gotol label``."""
    return target(t, 1, unit, lambda off: Goto(off, wide=True), bits=32)


def may_goto(t: Tokens, unit: Unit) -> Instruction | None:
    """``may_goto label``."""
    return target(t, 1, unit, MayGoto)


def call_number(t: Tokens, unit: Unit) -> Instruction:
    """``call 6``: a helper by its number."""
    return Call(CallKind.HELPER, imm32(t, 1, unit, 32).value)


def call_minus(t: Tokens, unit: Unit) -> Instruction:
    """``call -6``: no helper has such a number, but the encoding holds it."""
    return call_number((t[0], t[1] + t[2]), unit)


def call_pc(t: Tokens, unit: Unit) -> Instruction | None:
    """``call pc+3``: a local function by its distance."""
    return target(t, 1, unit, lambda off: Call(CallKind.LOCAL, off), bits=32)


def call_name(t: Tokens, unit: Unit) -> Instruction | None:
    """``call bpf_redirect``, or ``call`` and a label: a function of the program."""
    name = t[1]
    found = helper_id(name) if name[:4].lower() == "bpf_" else None
    if found is not None:
        return Call(CallKind.HELPER, int(found))
    return target(t, 1, unit, lambda off: Call(CallKind.LOCAL, off), bits=32, use=Use.CALL)


def call_hash(t: Tokens, unit: Unit) -> Instruction | None:
    """``call bpf_map_lookup_elem#1``: bpftool and the verifier print name and number."""
    name, _, digits = t[1].partition("#")
    number = integer(digits.lstrip("0") or "0", 1)
    if not -(1 << 31) <= number < 1 << 31:
        raise Mistake("imm-range", "the number behind `#` does not fit 32 bits", 1)
    if name == "kfunc":
        return Call(CallKind.KFUNC, number)
    found = helper_id(name)
    if found is None and name not in ("unknown", "bpf_unspec"):
        raise Mistake("unknown-helper", f"there is no helper `{name}`", 1, did_you_mean(name, HELPER_NAMES))
    # After verification bpftool prints an address instead of the number: the name is what was meant.
    return Call(CallKind.HELPER, number if found is None else int(found))


def callx(t: Tokens, unit: Unit) -> Instruction:
    """``callx r1``."""
    return CallX(REGISTER[t[1]])


def exit_(t: Tokens, unit: Unit) -> Instruction:
    """``exit``."""
    return Exit()
