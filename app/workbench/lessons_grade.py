"""A submission graded, as its learner is told of it."""

from app.grading.grade import grade
from app.grading.result import CheckResult, Result, Shown
from app.lessons.lesson import Answer, Lesson
from app.lessons.markdown import render
from app.schemas.lessons import CheckResultView, GradeReply, GradeRequest, ShownView
from app.workbench.check import diagnostic_view
from app.workbench.lessons import lesson_named
from app.workbench.watch import CancelledError, Watch


def graded(text: str, watch: Watch) -> str | None:
    """A GradeRequest answered by a GradeReply; None where nobody waits for it any more."""
    request = GradeRequest.model_validate_json(text)
    lesson = lesson_named(request.lesson)
    try:
        return reply_to(lesson, request, watch).model_dump_json()
    except CancelledError:
        return None


def reply_to(lesson: Lesson, request: GradeRequest, watch: Watch) -> GradeReply:
    """The same, of a lesson in hand."""
    known = {name: request.documents.get(name, stub) for name, stub in lesson.stub.documents.items()}
    result = grade(lesson, Answer(request.source, known), request.learner, watch, request.attempts)
    return view(lesson, result.for_learner(), request.revision)


def view(lesson: Lesson, result: Result, revision: int) -> GradeReply:
    """What is sent of a result; the solution only with one that passed."""
    measures, passed = result.measures, result.passed
    return GradeReply(
        revision=revision,
        lesson=lesson.id,
        version=lesson.front.version,
        gradable=result.gradable,
        diagnostics=[diagnostic_view(found) for found in result.diagnostics],
        checks=[_check(check) for check in result.checks],
        hints=[render(text, "hints.yaml", 1)[0] for text in result.hints],
        passed=passed,
        instructions=measures.instructions if measures else None,
        states=measures.states if measures else None,
        solution=lesson.solution.source if passed else None,
        solution_documents=dict(lesson.solution.documents) if passed else {},
    )


def _check(check: CheckResult) -> CheckResultView:
    return CheckResultView(
        id=check.id,
        title=check.title,
        task=check.task,
        hidden=check.hidden,
        status=check.status.value,
        points=check.points,
        of=check.of,
        message=check.message,
        expected=check.expected,
        got=check.got,
        shown=_shown(check.shown) if check.shown and not check.hidden else None,
    )


def _shown(shown: Shown) -> ShownView:
    return ShownView(
        title=shown.title,
        inputs=shown.inputs,
        packet=shown.packet,
        simulation=shown.simulation,
        event=shown.event,
    )
