"""A check's things sent to a program: once, or in every order of several CPUs' steps."""

from collections.abc import Iterator

from app.grading.budget import Budget
from app.grading.judges.native import point_of
from app.grading.observed import Observed
from app.grading.sending.meeting import Meeting
from app.grading.sending.stimuli import Stimuli
from app.grading.sending.straight import Bench, in_turn
from app.grading.sending.through import Through, goes_through
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.schema.checks import Check


def carry_out(subject: Subject, check: Check, files: Files, seed: int, budget: Budget) -> Iterator[Observed]:
    """What happened; several where orders differ. Raises HookscopeError for what cannot be sent."""
    if goes_through(check):
        yield Through(subject, check, files, seed, budget).observed()
        return
    point = point_of(subject)
    stimuli = Stimuli(subject, point, files, seed).of(check.send)
    cover = check.expect.shape is not None and check.expect.shape.branches_at_least is not None
    cpus = max(2, 1 + max((one.cpu for one in stimuli), default=0))
    bench = Bench(subject, point, seed, budget, check.maps, check.reads, cover, cpus)
    if any(one.meeting is not None for one in stimuli):
        yield from Meeting(bench, stimuli).walk()
        return
    yield bench.observed(list(in_turn(bench, stimuli)))
