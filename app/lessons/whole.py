"""Whether what one of a lesson's files names is there in the others."""

from collections.abc import Iterator

from app.lessons.blocks import Block, Prediction, Task
from app.lessons.lesson import WrongAnswer
from app.lessons.problems import Problem, problem
from app.lessons.schema.checks import Check
from app.lessons.schema.hints import Hint
from vm.source import did_you_mean
from vm.verifier.category import Category


def apart(
    blocks: tuple[Block, ...],
    checks: tuple[Check, ...],
    hints: tuple[Hint, ...],
    wrong: tuple[WrongAnswer, ...],
) -> Iterator[Problem]:
    """What does not hang together."""
    known = {check.id for check in checks}
    tasks = [block for block in blocks if isinstance(block, Task)]
    for task in tasks:
        for check_id in task.checks:
            yield from unknown("lesson.md", "check", check_id, known, task.line)
    for check in checks:
        if check.task is not None and check.task > len(tasks):
            message = f"check `{check.id}` belongs to task {check.task}, and there are {len(tasks)}"
            yield problem("checks.yaml", "no-task", message, "which task is it about?")
    for hint in hints:
        if hint.when.check:
            yield from unknown("hints.yaml", "check", hint.when.check, known)
    for one in wrong:
        if one.kind == "check":
            yield from unknown(f"wrong/{one.name}.bpf", "check", one.of, known, 1)
        if one.kind == "category":
            yield from unknown(f"wrong/{one.name}.bpf", "category", one.of, set(Category), 1)
    if not any(isinstance(block, Prediction) for block in blocks):
        try_this = "write ::predict{id=… answer=…} and a question"
        yield problem("lesson.md", "no-prediction", "nothing is predicted here", try_this)


def unknown(file: str, what: str, name: str, known: set[str], line: int | None = None) -> Iterator[Problem]:
    """The problem that ``file`` names something that is not there, if so."""
    if name not in known:
        hint = did_you_mean(name, known) or f"there are {', '.join(sorted(known))}"
        yield problem(file, f"unknown-{what}", f"there is no {what} `{name[:60]}`", hint, line)
