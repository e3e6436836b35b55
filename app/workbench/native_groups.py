"""Machine instructions grouped by the eBPF instruction they are made of, with what is to be said of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.schemas.native import NativeFunctionView, NativeGroupView, NativeInsnView
from app.workbench.native import NativeLine
from app.workbench.native_checks import Check
from app.workbench.native_known import Known, proof_in_words
from app.workbench.native_rewrites import NUMBERS, Rewrite
from vm.asm import Style, text_of
from vm.instruction import Atomic, Call, Instruction, Jump, Load, LoadAcquire, Store, StoreRelease
from vm.program import Program

_PLAIN = Rewrite("", "", ())
_NO_CODE = "It needs no machine code: what follows it is where it leads."
_BEGINS = "Added by the compiler: how the function begins. Only registers it uses are saved."
_HANDS_BACK = "Added by the compiler: where instructions are handed back to the machine."


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a program's slots: rewrites, what the verifier knew, and the guarded form's checks."""

    program: Program
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
            shown += [_view(about, pc, about.made.get(pc, _PLAIN).say or _NO_CODE, []) for pc in missing]
            last = max(group.pc, last or 0)
        shown.append(group)
    return shown


def _group(about: About, lines: Sequence[NativeLine]) -> NativeGroupView:
    pc = lines[0].origin
    if pc is None:
        return _view(about, None, _BEGINS if lines[0].at == 0 else _HANDS_BACK, lines)
    insn = about.program.insns[pc]
    lead = f"{_noun(insn)} became {NUMBERS.get(len(lines), len(lines))} of x86-64."
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
        knows=about.known.letters.get(pc, "") if about.known is not None and pc is not None else "",
        insns=[insn_view(line) for line in lines],
    )


def insn_view(line: NativeLine) -> NativeInsnView:
    """One line as a message."""
    return NativeInsnView(
        at=line.at, code=line.code.hex(), text=line.text, symbol=line.symbol, blank=line.blank
    )


def _proved(about: About, pc: int | None) -> str:
    reach = about.known.reach.get(pc) if about.known is not None and pc is not None else None
    return proof_in_words(reach, about.program) if reach is not None else ""
