"""The submissions of one session."""

from app.schemas.lessons import GradeProgress, GradeRequest
from app.web.latest import Job, Latest


class Grader(Latest[GradeRequest]):
    """Grades what its session hands in, and pushes how far it is and what came of it."""

    name = "grade"

    def key(self, message: GradeRequest) -> str:
        """The lesson: a process that has read it need not read it again."""
        return message.lesson

    def work(self, job: Job[GradeRequest]) -> None:
        """Asks for the result."""

        def progress(done: int, total: int) -> None:
            told = GradeProgress(revision=job.message.revision, done=done, total=total)
            self.tell(job, "progress", told.model_dump())

        text = job.message.model_dump_json()
        # Not as a long job: when a class hands in at once, every process grades.
        answer = self.pool.run("lessons.grade", text, progress=progress, cancel=job.cancel)
        if answer is not None:
            self.tell(job, "done", answer)
