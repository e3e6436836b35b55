"""The machine code of a program as a message: grouped by the eBPF instruction it comes of."""

from collections.abc import Sequence

from app.schemas.native import NativeRegisterView, NativeReply, NativeRequest, NativeSizes
from app.verdicts import refused_map
from app.workbench.check import diagnostic_view
from app.workbench.native import NativeLine, guarded_listing, listing
from app.workbench.native_checks import Checks, checks_of
from app.workbench.native_groups import About, function_view
from app.workbench.native_known import known
from app.workbench.native_rewrites import Rewrite, rewrites
from app.workbench.native_words import in_own_words
from app.workbench.verdict import programs_of
from vm.asm import assemble
from vm.jit.arch import Arch
from vm.jit.arm64.registers import A64
from vm.jit.registers import X86
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.source import HookscopeError

MOST = 4_096
"""Slots of a program whose machine code is sent."""
_MACHINE = {Arch.X86_64: X86, Arch.AARCH64: A64}
_ROLES = (
    "return value",
    *(f"argument {n}" for n in range(1, 6)),
    *["kept across calls"] * 4,
    "frame pointer",
)


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
        arch=request.arch if request.form == "kernel" else "x86_64",
        syntax=request.syntax,
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
        compiled = compile_program(program, arch=Arch(empty.arch))
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
        lines = guarded_listing(program, None, empty.syntax)
        return _reply(program, [("", lines)], {}, None, empty)
    except HookscopeError as error:
        return _refused(empty, error.diagnostic.message, error.diagnostic.hint or "")


def _refused(empty: NativeReply, said: str, hint: str) -> NativeReply:
    return empty.model_copy(update={"refused": said, "hint": hint})


def _compiled(program: Program, compiled: Compiled, empty: NativeReply) -> NativeReply:
    if empty.form != "kernel":
        proof = compiled.proof if empty.form == "proved" else None
        lines = guarded_listing(program, proof, empty.syntax)
        return _reply(program, [("", lines)], {}, compiled, empty)
    functions = list(zip(function_names(program, compiled), listing(compiled, empty.syntax), strict=True))
    return _reply(program, functions, rewrites(program, compiled), compiled, empty)


def function_names(program: Program, compiled: Compiled) -> list[str]:
    """What each function of the kernel form is called."""
    names = {pc: name for name, pc in program.functions.items()}
    starts = [compiled.rewritten.origins[function.start] for function in compiled.functions]
    return [names.get(start, program.name if start == 0 else f"pc {start}") for start in starts]


def _reply(
    program: Program,
    functions: Sequence[tuple[str, Sequence[NativeLine]]],
    made: dict[int, Rewrite],
    compiled: Compiled | None,
    empty: NativeReply,
) -> NativeReply:
    checks = checks_of(program, compiled.proof if compiled is not None else None)
    knows = known(program) if compiled is not None else None
    about = About(program, Arch(empty.arch), made, knows, checks.of(empty.form))
    lines = [line for _, part in functions for line in part]
    return empty.model_copy(
        update={
            "functions": [function_view(about, name, part) for name, part in functions],
            "registers": _registers(program, Arch(empty.arch)),
            "sizes": _sizes(program, compiled, lines, checks),
        }
    )


def _registers(program: Program, arch: Arch) -> list[NativeRegisterView]:
    used: set[int] = set()
    for slot in program.slots:
        used |= {slot.dst, slot.src}
    return [
        NativeRegisterView(name=f"r{n}", machine=_MACHINE[arch][n].name.lower(), role=role, used=n in used)
        for n, role in enumerate(_ROLES)
    ]


def _sizes(
    program: Program, compiled: Compiled | None, lines: Sequence[NativeLine], checks: Checks
) -> NativeSizes:
    return NativeSizes(
        bpf_slots=len(program.slots),
        rewritten_slots=len(compiled.rewritten.slots) if compiled is not None else None,
        machine_bytes=sum(len(line.code) for line in lines),
        machine_insns=len(lines),
        checks=len(checks.checked),
        dropped=len(checks.dropped),
        saved_bytes=checks.saved,
    )
