"""The machine code of a program as a message: grouped by the eBPF instruction it comes of."""

from collections import Counter
from collections.abc import Iterable, Sequence

from app.schemas.native import (
    NativeFunctionView,
    NativeGroupView,
    NativeInsnView,
    NativeRegisterView,
    NativeReply,
    NativeRequest,
    NativeSizes,
)
from app.verdicts import refused_map
from app.workbench.check import diagnostic_view
from app.workbench.native import NativeLine, guarded_listing, listing
from app.workbench.native_rewrites import Rewrite, rewrites
from app.workbench.native_words import in_own_words
from app.workbench.verdict import programs_of
from vm.asm import Style, assemble, text_of
from vm.instruction import Atomic, Load, LoadAcquire, Store, StoreRelease
from vm.jit.proof import Proof
from vm.jit.registers import X86
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.source import HookscopeError

MOST = 4_096
"""Slots of a program whose machine code is sent."""
_ROLES = (
    "return value",
    *(f"argument {n}" for n in range(1, 6)),
    *["kept across calls"] * 4,
    "frame pointer",
)
_ACCESS = (Load, LoadAcquire, Store, StoreRelease, Atomic)


def native(text: str) -> str:
    """A NativeRequest answered by a NativeReply, both as JSON."""
    request = NativeRequest.model_validate_json(text)
    programs = programs_of(request.source, request.hook)
    number = min(max(request.program, 0), max(len(programs) - 1, 0))
    empty = NativeReply(
        revision=request.revision,
        diagnostics=[diagnostic_view(found) for found in assemble(request.source).diagnostics],
        programs=[program.name for program in programs],
        program=number,
        form=request.form,
        refused="",
        what="",
        hint="",
        pc=None,
        functions=[],
        registers=[],
        sizes=None,
    )
    if not programs:
        return empty.model_dump_json()
    program = programs[number]
    return in_own_words(_answer(program, empty), program, request.source).model_dump_json()


def _answer(program: Program, empty: NativeReply) -> NativeReply:
    if len(program.slots) > MOST:
        said = f"{len(program.slots):,} slots are too many to show here."
        return _refused(empty, said, "hookscope jit FILE prints the code of programs of any length.")
    try:
        refused_map(program)
        compiled = compile_program(program)
        if isinstance(compiled, Compiled):
            return _compiled(program, compiled, empty)
        if empty.form != "guarded":
            told = {
                "refused": compiled.error,
                "what": compiled.what,
                "hint": compiled.hint,
                "pc": compiled.pc,
            }
            return empty.model_copy(update=told)
        return _reply(program, [("", guarded_listing(program, None))], {}, None, empty)
    except HookscopeError as error:
        return _refused(empty, error.diagnostic.message, error.diagnostic.hint or "")


def _refused(empty: NativeReply, said: str, hint: str) -> NativeReply:
    return empty.model_copy(update={"refused": said, "hint": hint})


def _compiled(program: Program, compiled: Compiled, empty: NativeReply) -> NativeReply:
    if empty.form != "kernel":
        proof = compiled.proof if empty.form == "proved" else None
        return _reply(program, [("", guarded_listing(program, proof))], {}, compiled, empty)
    names = {pc: name for name, pc in program.functions.items()}
    starts = [compiled.rewritten.origins[function.start] for function in compiled.functions]
    named = [names.get(start, program.name if start == 0 else f"pc {start}") for start in starts]
    functions = list(zip(named, listing(compiled), strict=True))
    return _reply(program, functions, rewrites(program, compiled), compiled, empty)


def _reply(
    program: Program,
    functions: Sequence[tuple[str, Sequence[NativeLine]]],
    made: dict[int, Rewrite],
    compiled: Compiled | None,
    empty: NativeReply,
) -> NativeReply:
    lines = [line for _, part in functions for line in part]
    return empty.model_copy(
        update={
            "functions": [_function(program, name, part, made) for name, part in functions],
            "registers": _registers(program),
            "sizes": _sizes(program, compiled, lines),
        }
    )


def _function(
    program: Program, name: str, lines: Sequence[NativeLine], made: dict[int, Rewrite]
) -> NativeFunctionView:
    groups: list[NativeGroupView] = []
    begun: list[NativeLine] = []
    for line in lines:
        if begun and begun[-1].origin != line.origin:
            groups.append(_group(program, begun, made))
            begun = []
        begun.append(line)
    groups.append(_group(program, begun, made))
    return NativeFunctionView(
        name=name or program.name,
        size=sum(len(line.code) for line in lines),
        groups=_with_empty(program, groups, made),
    )


def _with_empty(
    program: Program, groups: list[NativeGroupView], made: dict[int, Rewrite]
) -> list[NativeGroupView]:
    """Also the instructions between the first and the last of the function that no byte is made of."""
    shown: list[NativeGroupView] = []
    last: int | None = None
    for group in groups:
        if group.pc is not None:
            first = 0 if last is None and group.pc == 1 else group.pc if last is None else last + 1
            shown += [
                _none(program, pc, made) for pc in range(first, group.pc) if program.insns[pc] is not None
            ]
            last = max(group.pc, last or 0)
        shown.append(group)
    return shown


def _none(program: Program, pc: int, made: dict[int, Rewrite]) -> NativeGroupView:
    told = made.get(pc, Rewrite("", "It needs no machine code: what follows it is where it leads.", ()))
    return _view(program, pc, told, [])


def _group(program: Program, lines: Sequence[NativeLine], made: dict[int, Rewrite]) -> NativeGroupView:
    pc = lines[0].origin
    if pc is None:
        say = "Added by the compiler: how the function begins." if lines[0].at == 0 else (
            "Added by the compiler: where instructions are handed back to the machine."
        )  # fmt: skip
        return _view(program, None, Rewrite("", say, ()), lines)
    count = len(lines)
    plain = "One instruction became one." if count == 1 else f"One instruction became {count}."
    return _view(program, pc, made.get(pc, Rewrite("", plain, ())), lines)


def _view(program: Program, pc: int | None, told: Rewrite, lines: Iterable[NativeLine]) -> NativeGroupView:
    insn = program.insns[pc] if pc is not None else None
    span = program.spans.get(pc) if pc is not None else None
    return NativeGroupView(
        pc=pc,
        text=text_of(insn, Style.SOURCE) if insn is not None else "",
        line=span.line if span is not None else None,
        rewritten=told.kind,
        say=told.say,
        became=list(told.became),
        insns=[
            NativeInsnView(at=line.at, code=line.code.hex(), text=line.text, symbol=line.symbol)
            for line in lines
        ],
    )


def _registers(program: Program) -> list[NativeRegisterView]:
    used: set[int] = set()
    for slot in program.slots:
        used |= {slot.dst, slot.src}
    return [
        NativeRegisterView(name=f"r{n}", machine=X86[n].name.lower(), role=role, used=n in used)
        for n, role in enumerate(_ROLES)
    ]


def _sizes(program: Program, compiled: Compiled | None, lines: Sequence[NativeLine]) -> NativeSizes:
    bare = guarded_listing(program, None)
    every = frozenset(pc for pc, insn in enumerate(program.insns) if isinstance(insn, _ACCESS))
    all_dropped = guarded_listing(program, Proof(every, frozenset()))
    proved = guarded_listing(program, compiled.proof) if compiled is not None else bare
    return NativeSizes(
        bpf_slots=len(program.slots),
        rewritten_slots=len(compiled.rewritten.slots) if compiled is not None else None,
        machine_bytes=sum(len(line.code) for line in lines),
        machine_insns=len(lines),
        checks=_shorter(every, bare, all_dropped),
        dropped=_shorter(every, bare, proved),
        saved_bytes=sum(len(line.code) for line in bare) - sum(len(line.code) for line in proved),
    )


def _shorter(slots: frozenset[int], before: Iterable[NativeLine], after: Iterable[NativeLine]) -> int:
    """At how many of the slots fewer machine instructions stand."""
    first, second = (Counter(line.origin for line in lines) for lines in (before, after))
    return sum(first[pc] > second[pc] for pc in slots)
