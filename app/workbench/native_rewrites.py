"""What Linux rewrote of a program before it compiled it, in words (read off ``Rewritten.origins``)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vm.asm import Style, text_of
from vm.instruction import Alu, Atomic, Call, Goto, Instruction, Jump, Load, LoadImm64, LoadPacket, MayGoto
from vm.isa import CallKind, ImmKind
from vm.jit.program import Insn, KernelAddress, KernelCall, PerCpuAddress, ProbedLoad, TailCall
from vm.kernel.native import Compiled
from vm.program import Program

Kind = Literal["", "context", "lookup", "division", "legacy", "budget", "helper", "dead", "width", "probe"]
_LOOKUP = 1
_TAIL_CALL = 12
_TRAPS = "x86 traps where eBPF has an answer"
_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
NUMBERS = dict(enumerate(_WORDS))
"""Small numbers in words."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Why an instruction became another, what is said of it, and the eBPF instructions it became."""

    kind: Kind
    say: str
    became: tuple[str, ...]


def rewrites(program: Program, compiled: Compiled) -> dict[int, Rewrite]:
    """By the learner's slot, those that Linux changed or took out."""
    made: dict[int, list[Insn]] = {}
    for origin, insn in zip(compiled.rewritten.origins, compiled.rewritten.insns, strict=True):
        if insn is not None:
            made.setdefault(origin, []).append(insn)
    return {
        pc: _told(pc, insn, made.get(pc, []), compiled)
        for pc, insn in enumerate(program.insns)
        if insn is not None and [_bare(insn)] != [_bare(now) for now in made.get(pc, [])]
    }


def _bare(insn: Insn) -> Insn:
    """The instruction without distances, which change when others around it do."""
    match insn:
        case Jump() | Goto():
            return replace(insn, off=0)
        case Call(CallKind.LOCAL) | LoadImm64(kind=ImmKind.FUNC):
            return replace(insn, imm=0)
        case _:
            return insn


def _told(pc: int, insn: Instruction, now: Sequence[Insn], compiled: Compiled) -> Rewrite:
    kind, say = _why(pc, insn, len(now), compiled)
    return Rewrite(kind, say, tuple(_text(part) for part in now))


def _why(pc: int, insn: Instruction, count: int, compiled: Compiled) -> tuple[Kind, str]:
    many = "another instruction" if count == 1 else f"{NUMBERS.get(count, count)} instructions"
    if count == 0:
        return "dead", (
            "Linux took it out: it only leads to what follows." if pc in compiled.proof.seen
            else "Linux took it out: the verifier found no path that comes here."
        )  # fmt: skip
    if pc in compiled.proof.context:
        return "context", (
            f"A context field: the verifier made it {many}, which reach it where the kernel keeps it."
            if count > 1
            else "A context field: the verifier put in the offset at which the kernel really keeps it."
        )
    match insn:
        case Alu():
            return "division", f"The verifier made it {many}: checks first, for {_TRAPS}."
        case Call(CallKind.HELPER, helper) if helper == _TAIL_CALL:
            return "helper", "A tail call: no call but a counted jump into the other program."
        case Call(CallKind.HELPER, helper) if helper == _LOOKUP:
            return "lookup", (
                f"The verifier knows which map it is, so the lookup is written out as {many} of eBPF: the "
                "kernel's general helper is never called."
            )
        case Call():
            return "helper", f"What the helper does is written out in its place, as {many} of eBPF."
        case Atomic():
            return (
                "width",
                "x86 leaves r0's upper half alone where the exchange succeeds: it is cleared behind it.",
            )
        case Load():
            return "probe", (
                "Nobody vouches for this pointer: where no kernel memory is, the load is left out, with 0."
            )
        case LoadPacket():
            return "legacy", f"A legacy packet load: {many}, a call of the kernel's loader and its check."
        case MayGoto():
            return "budget", f"may_goto is {many}: a count on the stack that runs down to 0."
        case _:
            return "budget", f"It became {many}: the count that may_goto runs down is set first."


def _text(insn: Insn) -> str:
    match insn:
        case KernelCall(name):
            return f"call {name}"
        case KernelAddress(dst, name):
            return f"r{dst} = &{name}"
        case PerCpuAddress(dst, src):
            return f"r{dst} = this CPU's copy at r{src}"
        case ProbedLoad(load):
            return f"{text_of(load, Style.SOURCE)}, or 0"
        case TailCall(direct):
            return (
                "tail call to a program known beforehand" if direct else "tail call to program r3 of map r2"
            )
        case _:
            return text_of(insn, Style.SOURCE)
