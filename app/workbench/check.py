"""What can be said of a text without running it: mistakes, listing, structural verdict, graph."""

from app.schemas.source import (
    CheckReply,
    CheckRequest,
    DiagnosticView,
    MapSpecView,
    ProgramView,
    SlotView,
    SpanView,
)
from app.workbench.graph import graph_view
from vm.asm import Assembly, Line, SourceMap, Style, assemble, disassemble
from vm.asm.describe import describe
from vm.cfg.structure import check_structure, explain
from vm.encoding import pack
from vm.program import Program
from vm.source import Diagnostic


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
        graph=graph_view(shown[request.program]) if request.program < len(shown) else None,
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
    kernel = {line.pc: line.text for line in disassemble(program, Style.KERNEL)}
    return ProgramView(
        index=index,
        name=program.name,
        hook=program.hook,
        prog_type=program.prog_type.label,
        license=program.license,
        slots=[_slot(program, line, kernel[line.pc], source_map) for line in disassemble(program)],
        slot_count=len(program.slots),
        labels=dict(program.labels),
        functions=dict(program.functions),
        maps=[
            MapSpecView(
                index=number,
                name=spec.name,
                type=spec.type.label,
                key_size=spec.key_size,
                value_size=spec.value_size,
                max_entries=spec.max_entries,
                flags=spec.flags,
                key_type=spec.key_type,
                value_type=spec.value_type,
            )
            for number, spec in enumerate(program.maps)
        ],
    )


def _slot(program: Program, line: Line, kernel: str, source_map: SourceMap) -> SlotView:
    insn = program.insns[line.pc]
    return SlotView.model_construct(
        pc=line.pc,
        line=source_map.line_of(line.pc),
        text=line.text,
        kernel=kernel,
        raw=pack(line.slots).hex(),
        say=describe(insn) if insn is not None else "",
    )
