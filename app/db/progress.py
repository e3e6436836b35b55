"""Two accounts of what a learner did in a lesson put together, as static/src/lesson/progress.ts does."""

from app.schemas.lessons import LessonProgress


def merged(a: LessonProgress, b: LessonProgress) -> LessonProgress:
    """The later one's text, and all that was reached in either."""
    older, newer = (a, b) if a.updated_at <= b.updated_at else (b, a)
    same = older.version == newer.version
    return newer.model_copy(
        update={
            "checks": tuple(dict.fromkeys((*older.checks, *newer.checks))) if same else newer.checks,
            "predictions": {**older.predictions, **newer.predictions} if same else newer.predictions,
            "attempts": max(a.attempts, b.attempts),
            "passed_at": min((at for at in (a.passed_at, b.passed_at) if at), default=None),
            "instructions": _least(a.instructions, b.instructions),
            "states": _least(a.states, b.states),
        }
    )


def _least(a: int | None, b: int | None) -> int | None:
    return min((count for count in (a, b) if count is not None), default=None)
