"""What can be said of a text without running it: mistakes, listing, structural verdict."""

from app.schemas.source import (
    CheckReply,
    CheckRequest,
    DiagnosticView,
    MapSpecView,
    ProgramView,
    SlotView,
    SpanView,
)
from vm.asm import Assembly, SourceMap, Style, assemble, text_of
from vm.asm.describe import describe
from vm.cfg.structure import check_structure, explain
from vm.encoding import pack
from vm.instruction import Instruction, LoadImm64
from vm.program import MapSpec, Program
from vm.source import Diagnostic

LISTED = 20_000
"""Slots of a program whose listing is sent; ``slot_count`` says how many there are."""


def check(text: str) -> str:
    """A CheckRequest answered by a CheckReply, both as JSON."""
    request = CheckRequest.model_validate_json(text)
    assembly = assemble(request.source)
    shown = assembly.programs or assembly.partials
    refusals = [found for program in assembly.programs if (found := _refusal(program))]
    views = [
        _program(index, program, source_map)
        for index, (program, source_map) in enumerate(zip(shown, assembly.source_maps, strict=False))
    ]
    reply = CheckReply(
        revision=request.revision,
        ok=assembly.ok and not refusals,
        diagnostics=[*_mistakes(assembly), *refusals],
        programs=views,
    )
    return reply.model_dump_json()


def _mistakes(assembly: Assembly) -> list[DiagnosticView]:
    return [diagnostic_view(found) for found in assembly.diagnostics]


def diagnostic_view(found: Diagnostic, pc: int | None = None, kernel: str | None = None) -> DiagnosticView:
    """A diagnostic as the browser has it."""
    span = found.span
    return DiagnosticView(
        code=found.code,
        severity=found.severity.value,
        message=found.message,
        hint=found.hint,
        span=SpanView(line=span.line, start=span.start, end=span.end) if span else None,
        replacement=found.replacement,
        pc=pc,
        kernel=kernel,
    )


def _refusal(program: Program) -> DiagnosticView | None:
    rejection = check_structure(program)
    if rejection is None:
        return None
    return diagnostic_view(explain(rejection, program), rejection.pc, rejection.message)


def _program(index: int, program: Program, source_map: SourceMap) -> ProgramView:
    return ProgramView(
        index=index,
        name=program.name,
        hook=program.hook,
        prog_type=program.prog_type.label,
        license=program.license,
        slots=[
            _slot(program, pc, insn, source_map)
            for pc, insn in enumerate(program.insns[:LISTED])
            if insn is not None
        ],
        slot_count=len(program.slots),
        labels=dict(program.labels),
        functions=dict(program.functions),
        maps=[_map(number, spec) for number, spec in enumerate(program.maps)],
    )


def _map(index: int, spec: MapSpec) -> MapSpecView:
    return MapSpecView(
        index=index,
        name=spec.name,
        type=spec.type.label,
        key_size=spec.key_size,
        value_size=spec.value_size,
        max_entries=spec.max_entries,
        flags=spec.flags,
        key_type=spec.key_type,
        value_type=spec.value_type,
    )


def _slot(program: Program, pc: int, insn: Instruction, source_map: SourceMap) -> SlotView:
    return SlotView.model_construct(
        pc=pc,
        line=source_map.line_of(pc),
        text=text_of(insn, Style.LLVM),
        kernel=text_of(insn, Style.KERNEL),
        raw=pack(program.slots[pc : pc + (2 if isinstance(insn, LoadImm64) else 1)]).hex(),
        say=describe(insn),
    )
