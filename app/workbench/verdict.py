"""The verdict on what is being typed: what the verifier says of every program of a text, in brief."""

from dataclasses import replace

from app.schemas.source import SpanView
from app.schemas.verifier import ProgramVerdict, VerdictReply, VerdictRequest
from app.verdicts import report_of
from vm.asm import assemble
from vm.kernel.hooks import hook_point
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options, Report
from vm.verifier.exploration import Visits
from vm.verifier.rejection import Rejected
from vm.verifier.state import State

LINUX_LIMIT = 1_000_000
MOST_WALKED = 20_000
"""Slots of which it is told how often they were walked."""


class Tally:
    """Observes a walk, and counts: visits of each slot, frames and bytes of stack at most."""

    def __init__(self) -> None:
        self.walked: dict[int, int] = {}
        self.cut: dict[int, int] = {}
        self.depth = self.stack = 0

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """An instruction is about to be checked."""
        del index, previous
        self.walked[pc] = self.walked.get(pc, 0) + 1
        frames = state.frames
        if len(frames) > self.depth:
            self.depth = len(frames)
        stack = 8 * sum(len(frame.stack) for frame in frames)
        if stack > self.stack:
            self.stack = stack

    def pruned(self, index: int, pc: int, by: int) -> None:
        """The path was cut here."""
        del index, by
        self.walked[pc] -= 1
        self.cut[pc] = self.cut.get(pc, 0) + 1

    def fork(self, index: int, pc: int, other_pc: int, state: State) -> None:
        """Not counted."""

    def resume(self, index: int, pc: int, previous: int, state: State) -> None:
        """Not counted."""

    def exited(self, index: int, pc: int) -> None:
        """Not counted."""

    def barred(self, index: int, pc: int) -> None:
        """Not counted."""

    def rejected(self, index: int, pc: int, rejected: Rejected) -> None:
        """Not counted."""

    def visits(self) -> dict[int, Visits]:
        """By slot."""
        return {pc: Visits(count, self.cut.get(pc, 0)) for pc, count in self.walked.items()}


def verdict(text: str) -> str:
    """A VerdictRequest answered by a VerdictReply, both as JSON."""
    request = VerdictRequest.model_validate_json(text)
    options = Options(profile=request.profile, limit=request.limit)
    programs = [
        _verdict(index, program, options)
        for index, program in enumerate(programs_of(request.source, request.hook))
    ]
    reply = VerdictReply(revision=request.revision, profile=request.profile, programs=programs)
    return reply.model_dump_json()


def programs_of(source: str, hook: str) -> tuple[Program, ...]:
    """The programs of a text as they would be loaded for a hook; none where it does not assemble."""
    point = hook_point(hook)
    programs = assemble(source).programs
    if point is None:
        return programs
    return tuple(replace(program, prog_type=point.prog_type) for program in programs)


def _verdict(index: int, program: Program, options: Options) -> ProgramVerdict:
    tally = Tally()
    try:
        report = report_of(program, options, tally)
    except HookscopeError as error:
        return refused_map(index, program, error, options)
    return verdict_view(index, program, report, options, tally.visits(), tally.depth, tally.stack)


def refused_map(index: int, program: Program, error: HookscopeError, options: Options) -> ProgramVerdict:
    """A program that is never asked about, as one of its maps cannot be made."""
    found = error.diagnostic
    report = Report(False, error="", category="map", what=found.message, hint=found.hint or "")
    return verdict_view(index, program, report, options, {}, 0, 0)


def _out_of_budget(report: Report, options: Options) -> bool:
    return not report.accepted and options.limit < LINUX_LIMIT and report.processed > options.limit


def verdict_view(
    index: int,
    program: Program,
    report: Report,
    options: Options,
    visits: dict[int, Visits],
    depth: int,
    stack: int,
    *,
    ended: bool = True,
) -> ProgramVerdict:
    """The verdict as the browser has it; one of a walk that has not ended is undecided."""
    span = program.spans.get(report.pc) if report.pc is not None else None
    return ProgramVerdict(
        index=index,
        name=program.name,
        accepted=report.accepted,
        stopped=not ended or _out_of_budget(report, options),
        errno=report.errno.name if report.errno is not None else None,
        error=report.error,
        category=report.category,
        pc=report.pc,
        span=SpanView(line=span.line, start=span.start, end=span.end) if span is not None else None,
        what=report.what,
        hint=report.hint,
        processed=report.processed,
        total_states=report.total_states,
        peak_states=report.peak_states,
        stack=stack,
        depth=depth,
        limit=options.limit,
        walked={pc: (seen.walked, seen.cut) for pc, seen in sorted(visits.items())[:MOST_WALKED]},
    )
