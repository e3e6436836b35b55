"""Why a program is refused, as a message: the explanation, patches that were verified, and a witness."""

from collections.abc import Sequence
from dataclasses import replace

from app.schemas.explain import (
    CauseView,
    CautionView,
    DiffLine,
    EditView,
    ExplainReply,
    ExplainRequest,
    ExplanationView,
    MapContents,
    NoteView,
    PatchView,
    PlaceView,
    WitnessView,
)
from app.verdicts import known_attach_type, refused_map
from app.workbench.exploration import report_of_walk
from app.workbench.keys import explained_walk
from vm.asm import assemble
from vm.kernel.hooks import hook_point
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options, Report
from vm.verifier.explain import Cause, Edit, Explained, Explanation, Patch, explained
from vm.verifier.explain.patches import diff, patched
from vm.witness import Budget, Nothing, Witness
from vm.witness.ask import can_run, caution, told, witness_of
from vm.witness.contents import edits_for

BUDGET = Budget()


def explain(text: str) -> str:
    """An ExplainRequest answered by an ExplainReply, both as JSON; raises HookscopeError."""
    request = ExplainRequest.model_validate_json(text)
    assembly = assemble(request.source)
    if not assembly.ok or not 0 <= request.program < len(assembly.programs):
        raise HookscopeError.of("no-program", "the text has no such program", "mend its mistakes first")
    options = Options(
        known_attach_type(request.attach_type), request.load_flags, 0, request.profile, request.limit
    )
    program = _attached(assembly.programs[request.program], request.hook)
    refused_map(program)
    lines = request.source.split("\n")
    found = explained(program, options, lines, _walked(request))
    report = found.report
    reply = ExplainReply(
        revision=request.revision,
        accepted=report.accepted,
        errno=report.errno.name if report.errno is not None else None,
        error=report.error,
        processed=report.processed,
        total_states=report.total_states,
        explanation=view(
            program,
            found,
            lines,
            request.program,
            patches=request.patches,
            witness=request.witness,
        ),
    )
    return reply.model_dump_json()


def _walked(request: ExplainRequest) -> Report | None:
    """The verifier's report, if the program was walked in this process: it may have taken a million steps."""
    if request.hook is None or request.attach_type is not None or request.load_flags:
        return None
    return report_of_walk(explained_walk(request))


def _attached(program: Program, hook: str | None) -> Program:
    """The program as it would be loaded for a hook of the modeled kernel; as it is for any other."""
    point = hook_point(hook) if hook is not None else None
    return program if point is None else replace(program, prog_type=point.prog_type, hook=point.name)


def view(
    program: Program,
    found: Explained,
    lines: Sequence[str] = (),
    index: int = 0,
    *,
    patches: bool = True,
    witness: bool = True,
    budget: Budget = BUDGET,
) -> ExplanationView | None:
    """The explanation as a message; None where the program is accepted. ``index``: its place in the text."""
    about, scene = found.explanation, found.scene
    if about is None or scene is None:
        return None
    offered = patched(scene, about, lines, index) if patches else ()
    shown, over_careful = _witness(program, found, lines, budget) if witness else (None, None)
    return ExplanationView.model_validate(
        {
            "kind": about.kind,
            "category": about.category,
            "title": about.title,
            "problem": about.problem,
            "reason": about.reason,
            "suggestion": about.suggestion,
            "fix": about.fix,
            "place": _place(about),
            "kernel": about.kernel,
            "notes": [NoteView(start=one.start, end=one.end, text=one.text) for one in about.notes],
            "causes": [_cause(one) for one in about.causes],
            "patches": [_patch(one, lines) for one in offered],
            "witness": shown,
            "caution": over_careful,
        }
    )


def _place(about: Explanation) -> PlaceView:
    place = about.place
    return PlaceView(pc=place.pc, line=place.line, start=place.start, end=place.end, text=place.text)


def _cause(cause: Cause) -> CauseView:
    return CauseView(
        kind=cause.kind.value,
        index=cause.index,
        pc=cause.pc,
        line=cause.line,
        reg=cause.reg,
        text=cause.text,
    )


def _edit(edit: Edit) -> EditView:
    return EditView(line=edit.line, start=edit.start, end=edit.end, text=edit.text)


def _patch(patch: Patch, lines: Sequence[str]) -> PatchView:
    return PatchView(
        kind=patch.kind,
        title=patch.title,
        edits=[_edit(edit) for edit in patch.edits],
        diff=[
            DiffLine.model_validate({"sign": one.sign, "line": one.line, "text": one.text})
            for one in diff(lines, patch.edits)
        ],
        processed=patch.processed,
    )


def _witness(
    program: Program, found: Explained, lines: Sequence[str], budget: Budget
) -> tuple[WitnessView | None, CautionView | None]:
    if not can_run(found):
        return None, None
    answer = witness_of(program, found, budget)
    if isinstance(answer, Nothing):
        lost = found.explanation.lost if found.explanation else None
        words = caution(found, answer)
        return None, CautionView(exhaustive=answer.exhaustive, runs=answer.runs, text=words, fact=lost)
    return _witness_view(program, answer, lines), None


def _witness_view(program: Program, answer: Witness, lines: Sequence[str]) -> WitnessView:
    return WitnessView.model_validate(
        {
            "packets": [packet.hex() for packet in answer.packets],
            "contents": [
                MapContents(name=one.map, entries=[(key.hex(), value.hex()) for key, value in one.entries])
                for one in answer.contents
            ],
            "edits": [_edit(edit) for edit in edits_for(answer, program.maps, lines)] if lines else [],
            "hook": program.hook,
            "pc": answer.pc,
            "step": answer.step,
            "runs": answer.runs,
            "how": answer.how,
            "text": told(answer),
        }
    )
