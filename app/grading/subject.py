"""A submission that assembles: its programs, and what the verifier says of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from app.grading.budget import Budget
from app.grading.result import Measures
from app.lessons.lesson import Answer
from app.verdicts import report_of
from vm.asm import Assembly, assemble
from vm.asm.symbols import Datum
from vm.kernel.hooks import hook_point
from vm.program import MapSpec, Program
from vm.source import Diagnostic, HookscopeError
from vm.verifier import Options, Report
from vm.verifier.explain.broken import category_of
from vm.verifier.rejection import Rejected
from vm.verifier.state import State

MAX_SOURCE: Final = 65_536
"""Characters of a submission; no exercise needs more."""
LOOK_EVERY: Final = 1_024
MAX_PROGRAMS: Final = 16
"""Programs of one submission: each may be attached with all others beside it."""
MAP: Final = "map"
"""The category of a program with a map that Linux does not make."""


def mistakes(answer: Answer) -> tuple[Diagnostic, ...]:
    """Why a submission cannot be graded; nothing where it can."""
    if len(answer.source) > MAX_SOURCE:
        message = f"the program has {len(answer.source):,} characters; {MAX_SOURCE:,} are graded at most"
        return (Diagnostic("too-long", message, hint="leave out what is not needed"),)
    for name, text in answer.documents.items():
        if len(text) > MAX_SOURCE:
            return (Diagnostic("too-long", f"{name} has {len(text):,} characters; that is too much"),)
    assembly = assemble(answer.source)
    if len(assembly.programs) > MAX_PROGRAMS:
        message = (
            f"there are {len(assembly.programs)} programs in this text; {MAX_PROGRAMS} are graded at most"
        )
        return (Diagnostic("too-many-programs", message, hint="leave out those that are not needed"),)
    return assembly.errors


def group_of(report: Report) -> str:
    """The category of a refusal: one of the eight that explanations have; "" of what is accepted."""
    return report.category if report.category in ("", MAP) else category_of(report.category)


@dataclass(slots=True)
class _Looking:
    """Watches the clock while the verifier walks."""

    budget: Budget
    seen: int = 0

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """Looks now and then."""
        self.seen += 1
        if not self.seen % LOOK_EVERY:
            self.budget.tick()

    def fork(self, index: int, pc: int, other_pc: int, state: State) -> None:
        """Not needed."""

    def resume(self, index: int, pc: int, previous: int, state: State) -> None:
        """Not needed."""

    def pruned(self, index: int, pc: int, by: int) -> None:
        """Not needed."""

    def exited(self, index: int, pc: int) -> None:
        """Not needed."""

    def barred(self, index: int, pc: int) -> None:
        """Not needed."""

    def rejected(self, index: int, pc: int, rejected: Rejected) -> None:
        """Not needed."""


@dataclass(eq=False)
class Subject:
    """A text that assembles, as it would be loaded where the lesson says."""

    answer: Answer
    hook: str
    budget: Budget = field(repr=False)
    _reports: dict[str, tuple[Report, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def assembly(self) -> Assembly:
        """The text, assembled."""
        return assemble(self.answer.source)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """Its programs; one that names no hook is for the lesson's."""
        return tuple(self._hooked(program) for program in self.assembly.programs)

    def _hooked(self, program: Program) -> Program:
        point = hook_point(self.hook)
        if program.hook is not None or point is None:
            return program
        return replace(program, prog_type=point.prog_type, hook=self.hook)

    @property
    def placed(self) -> tuple[Program, ...]:
        """The programs, with a hook where they name one; without any such the first is for the lesson's."""
        given = self.assembly.programs
        return given if any(program.hook for program in given) else (self.first, *given[1:])

    @property
    def first(self) -> Program:
        """The program that is run."""
        return self.programs[0]

    @property
    def maps(self) -> Mapping[str, MapSpec]:
        """All maps by name."""
        return {spec.name: spec for program in self.programs for spec in program.maps}

    @property
    def data(self) -> Mapping[str, Datum]:
        """Its variables."""
        return self.assembly.symbols.data

    def reports(self, profile: str = "root") -> tuple[Report, ...]:
        """What the verifier says of each program; raises SpentError."""
        if profile not in self._reports:
            self._reports[profile] = tuple(self._report(program, profile) for program in self.programs)
        return self._reports[profile]

    def _report(self, program: Program, profile: str) -> Report:
        try:
            return report_of(program, Options(profile=profile), _Looking(self.budget))
        except HookscopeError as error:
            found = error.diagnostic
            return Report(False, error=found.message, category=MAP, what=found.message, hint=found.hint or "")

    @property
    def refused(self) -> tuple[Program, Report] | None:
        """The first program that Linux would not load."""
        pairs = zip(self.programs, self.reports(), strict=True)
        return next(((program, report) for program, report in pairs if not report.accepted), None)

    def measures(self) -> Measures:
        """How big it is, and what the verifier needed."""
        reports = self.reports()
        return Measures(
            sum(1 for program in self.programs for insn in program.insns if insn is not None),
            sum(report.total_states for report in reports),
            sum(report.processed for report in reports),
        )
