"""A submission graded: every check of a lesson, each within its budget, the same every time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.grading.budget import Budget, SpentError
from app.grading.case import Case, Miss, text_of
from app.grading.hints import chosen
from app.grading.judges.verifier import ACCEPTED, refusal
from app.grading.observed import Observed
from app.grading.result import NOT_TRIED, NOTHING_SAID, CheckResult, Refused, Result, Shown, Status
from app.grading.seeds import seed_of
from app.grading.sending.carry_out import carry_out
from app.grading.showing import shown
from app.grading.subject import Subject, group_of, mistakes
from app.grading.table import LOADING, RUNNING
from app.lessons.lesson import Answer, Lesson
from app.lessons.schema.checks import Check
from app.workbench.watch import Watch, unwatched
from vm.source import HookscopeError

Submission = Answer
"""What a learner hands in: ``source``, and ``documents`` by name."""
ANYBODY = "anybody"


def grade(
    lesson: Lesson,
    submission: Answer,
    learner: str = ANYBODY,
    watch: Watch | None = None,
    attempts: int = 1,
    *,
    until_failure: bool = False,
) -> Result:
    """What the submission is worth. Equal arguments give equal results; raises CancelledError.

    ``attempts`` counts this one, for hints. ``until_failure`` ends with the first check that does not pass.
    """
    diagnostics = mistakes(submission)
    if diagnostics:
        hints = chosen(lesson.hints, (), None, attempts, assembles=False)
        return Result(False, diagnostics, hints=hints)
    return _Grading(lesson, submission, learner, Budget(watch or unwatched())).result(attempts, until_failure)


@dataclass(slots=True)
class _Grading:
    """One submission on its way through the checks."""

    lesson: Lesson
    submission: Answer
    learner: str
    budget: Budget
    subject: Subject = field(init=False)
    _others: dict[str, Subject] = field(default_factory=dict)
    _seen: dict[tuple[str, str], Observed] = field(default_factory=dict)
    _refusal_told: bool = False

    def __post_init__(self) -> None:
        self.subject = Subject(self.submission, self.lesson.front.hook, self.budget)

    def result(self, attempts: int, until_failure: bool) -> Result:
        """All checks in order."""
        checks = [check for check in self.lesson.checks if check.expect.action is None]
        self.budget.total = len(checks)
        results: list[CheckResult] = []
        for number, check in enumerate(checks):
            results.append(self._check(number, check))
            if until_failure and results[-1].status is not Status.PASSED:
                return Result(True, checks=tuple(results))
        try:
            refused, measures = self.subject.refused, self.subject.measures()
        except SpentError:
            refused, measures = None, None
        hints = chosen(self.lesson.hints, results, refused, attempts)
        diagnostics = self.subject.assembly.diagnostics
        why = Refused(group_of(refused[1]), refused[1].error) if refused is not None else None
        return Result(True, diagnostics, tuple(results), hints, measures, why)

    def _check(self, number: int, check: Check) -> CheckResult:
        self.budget.begin(number)
        try:
            miss, status = self._miss(check), Status.FAILED
        except SpentError as spent:
            miss = Miss(f"{spent}; is there a loop that goes on and on?", "an end", "none in time")
            status = Status.FAILED
        except HookscopeError as error:
            found = error.diagnostic
            miss = Miss(found.message + (f"; {found.hint}" if found.hint else ""))
            status = Status.ERROR if found.code in AUTHORS else Status.FAILED
        return self._told(check, miss, Status.PASSED if miss is None else status)

    def _told(self, check: Check, miss: Miss | None, status: Status) -> CheckResult:
        base = CheckResult(
            check.id,
            check.title,
            status,
            check.points if miss is None else 0,
            check.points,
            task=check.task,
            hidden=check.hidden,
        )
        if miss is None:
            return replace(base, why=self.budget.cut_short)
        message = self._message(check, miss)
        tried = message != NOT_TRIED
        return replace(
            base,
            message=message,
            refused=miss.refused,
            why=miss.message,
            expected=miss.expected if tried else "",
            got=miss.got if tried else "",
            number=miss.number,
            found=miss.found,
            shown=None if check.hidden else self._shown(check, miss),
        )

    def _message(self, check: Check, miss: Miss) -> str:
        """What a learner is told; that the program is refused, in full once."""
        if miss.refused and (check.hidden or self._refusal_told):
            return NOT_TRIED
        self._refusal_told |= miss.refused or miss.expected == ACCEPTED
        return (check.leak_free or NOTHING_SAID) if check.hidden else miss.message

    def _shown(self, check: Check, miss: Miss) -> Shown | None:
        try:
            return shown(self.subject, check, self.lesson.files, self._seed(check), miss)
        except HookscopeError:
            return None

    def _seed(self, check: Check) -> int:
        front = self.lesson.front
        return seed_of(self.learner, front.id, front.version, check.id)

    def _miss(self, check: Check) -> Miss | None:
        """The first thing that is not as it should be."""
        expect = check.expect
        given = {key: getattr(expect, key) for key in expect.model_fields_set}
        case = self._case(check, None)
        for key, judge in LOADING.items():
            if given.get(key) is not None:
                miss = judge(given[key], case)
                if miss is not None:
                    return miss
        running = [key for key in RUNNING if given.get(key) is not None]
        if not running:
            return None
        if not check.send:
            return self._still(running, given, case)
        refused = self.subject.refused
        if refused is not None:
            return replace(refusal(*refused), refused=True)
        for observed in self._observations(self.subject, check):
            case = self._case(check, observed)
            for key in running:
                miss = RUNNING[key](given[key], case)
                if miss is not None:
                    return _placed(miss, observed)
        return None

    def _still(self, running: Sequence[str], given: dict[str, object], case: Case) -> Miss | None:
        """What can be said where nothing is sent: how the program is made."""
        for key in running:
            miss = RUNNING[key](given[key], case)
            if miss is not None:
                return miss
        return None

    def _case(self, check: Check, observed: Observed | None) -> Case:
        def other(name: str) -> Observed:
            key = check.id, name
            if key not in self._seen:
                self._seen[key] = next(self._observations(self._other(name), check))
            return self._seen[key]

        return Case(
            self.subject, check, self.lesson.files, self.budget, self._seed(check), observed, other,
            self.lesson.solution,
        )  # fmt: skip

    def _other(self, name: str) -> Subject:
        """Another program of the folder, to compare with."""
        if name not in self._others:
            text = self.lesson.solution.source if name == "solution.bpf" else text_of(self.lesson.files, name)
            self._others[name] = Subject(Answer(text, {}), self.lesson.front.hook, self.budget)
            if not self._others[name].assembly.ok:
                raise HookscopeError.of("bad-file", f"{name} does not assemble")
        return self._others[name]

    def _observations(self, subject: Subject, check: Check) -> Iterator[Observed]:
        return carry_out(subject, check, self.lesson.files, self._seed(check), self.budget)


AUTHORS = frozenset(
    {
        "bad-file", "bad-field", "bad-range", "bad-sample", "missing-file", "no-native", "no-process",
        "no-rules", "no-run", "nothing-sent", "too-much", "unknown-scenario",
    }
)  # fmt: skip
"""Codes of what is wrong with a check, or this machine; all else goes wrong by the submission's doing."""


def _placed(miss: Miss, observed: Observed) -> Miss:
    """The miss with the order in which it came about, and which of all that happens it is about."""
    message = f"{miss.message} ({observed.order})" if observed.order else miss.message
    happening = observed.ran[miss.number - 1].happening if miss.number is not None else 0
    return replace(miss, message=message, happening=happening)
