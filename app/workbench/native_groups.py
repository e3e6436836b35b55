"""Machine instructions grouped by the eBPF instruction they are made of, with what is to be said of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.schemas.native import NativeFunctionView, NativeGroupView, NativeInsnView
from app.workbench.native import NativeLine
from app.workbench.native_checks import Check
from app.workbench.native_known import Known, proof_in_words
from app.workbench.native_rewrites import NUMBERS, Rewrite
from vm.asm import Style, text_of
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Store,
    StoreRelease,
    width,
)
from vm.isa import CallKind
from vm.jit.arch import Arch
from vm.program import Program
from vm.verifier.signatures import signature

NAMES = {Arch.X86_64: "x86-64", Arch.AARCH64: "AArch64"}
_PLAIN = Rewrite("", "", ())
_NO_CODE = "It needs no machine code: what follows it is where it leads."
_MERGED = "It has no machine code of its own: what stands beside it does its work too."
_BEGINS = "Added by the compiler: how the function begins. Only registers it uses are saved."
_HANDS_BACK = "Added by the compiler: where instructions are handed back to the machine."


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a program's slots: rewrites, what the verifier knew, and the guarded form's checks."""

    program: Program
    arch: Arch
    made: Mapping[int, Rewrite]
    known: Known | None
    checks: Mapping[int, Check]


def function_view(about: About, name: str, lines: Sequence[NativeLine]) -> NativeFunctionView:
    """One function's groups, also of the instructions between its first and last that no byte is made of."""
    groups: list[NativeGroupView] = []
    begun: list[NativeLine] = []
    for line in lines:
        if begun and begun[-1].origin != line.origin:
            groups.append(_group(about, begun))
            begun = []
        begun.append(line)
    groups.append(_group(about, begun))
    size = sum(len(line.code) for line in lines)
    return NativeFunctionView(name=name or about.program.name, size=size, groups=_with_empty(about, groups))


def _with_empty(about: About, groups: list[NativeGroupView]) -> list[NativeGroupView]:
    shown: list[NativeGroupView] = []
    last: int | None = None
    for group in groups:
        if group.pc is not None:
            first = 0 if last is None and group.pc == 1 else group.pc if last is None else last + 1
            missing = (pc for pc in range(first, group.pc) if about.program.insns[pc] is not None)
            shown += [
                _view(about, pc, about.made.get(pc, _PLAIN).say or _why_none(about, pc), []) for pc in missing
            ]
            last = max(group.pc, last or 0)
        shown.append(group)
    return shown


def _why_none(about: About, pc: int) -> str:
    return _NO_CODE if isinstance(about.program.insns[pc], Jump | Goto) else _MERGED


def _group(about: About, lines: Sequence[NativeLine]) -> NativeGroupView:
    pc = lines[0].origin
    if pc is None:
        return _view(about, None, _BEGINS if lines[0].at == 0 else _HANDS_BACK, lines)
    insn = about.program.insns[pc]
    count = "one instruction" if len(lines) == 1 else f"{NUMBERS.get(len(lines), len(lines))} instructions"
    lead = f"{_noun(insn)} became {count} of {NAMES[about.arch]}."
    return _view(about, pc, f"{lead} {about.made.get(pc, _PLAIN).say}".strip(), lines)


def _noun(insn: Instruction | None) -> str:
    match insn:
        case Call():
            return "One call"
        case Load() | LoadAcquire():
            return "One load"
        case Store() | StoreRelease():
            return "One store"
        case Atomic():
            return "One atomic operation"
        case Jump():
            return "One comparison"
        case _:
            return "One instruction"


def _view(about: About, pc: int | None, say: str, lines: Iterable[NativeLine]) -> NativeGroupView:
    program = about.program
    insn = program.insns[pc] if pc is not None else None
    span = program.spans.get(pc) if pc is not None else None
    told = about.made.get(pc, _PLAIN) if pc is not None else _PLAIN
    return NativeGroupView(
        pc=pc,
        text=text_of(insn, Style.SOURCE) if insn is not None else "",
        line=span.line if span is not None else None,
        rewritten=told.kind,
        say=say,
        became=list(told.became),
        proved=_proved(about, pc),
        check=about.checks.get(pc, "") if pc is not None else "",
        knows=_knows(about, pc),
        takes=_takes(program, insn),
        insns=[insn_view(line) for line in lines],
    )


def _knows(about: About, pc: int | None) -> str:
    """What the registers hold here; the one that is written, behind it."""
    if about.known is None or pc is None:
        return ""
    letters, insn = about.known.letters, about.program.insns[pc]
    here = letters.get(pc, "")
    written = _written(insn)
    behind = letters.get(pc + width(insn), "") if insn is not None else ""
    if not here or not behind or written is None:
        return here
    return here[:written] + behind[written] + here[written + 1 :]


def _takes(program: Program, insn: Instruction | None) -> int:
    match insn:
        case Call(CallKind.HELPER, number):
            found = signature(program.prog_type, number)
            return len(found.args) if found is not None else 0
        case _:
            return 0


def _written(insn: Instruction | None) -> int | None:
    match insn:
        case Alu() | Neg() | Endian() | Load() | LoadAcquire() | LoadImm64():
            return insn.dst
        case Call():
            return 0
        case _:
            return None


def insn_view(line: NativeLine) -> NativeInsnView:
    """One line as a message."""
    return NativeInsnView(
        at=line.at, code=line.code.hex(), text=line.text, symbol=line.symbol, blank=line.blank
    )


def _proved(about: About, pc: int | None) -> str:
    reach = about.known.reach.get(pc) if about.known is not None and pc is not None else None
    return proof_in_words(reach, about.program) if reach is not None else ""
