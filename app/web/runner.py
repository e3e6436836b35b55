"""The runs of one session."""

from app.schemas.trace import RunRequest
from app.web.latest import Job, Latest
from app.workbench.keys import run_key


class Runner(Latest[RunRequest]):
    """Runs what its session asks for."""

    name = "run"

    def key(self, message: RunRequest) -> str:
        """The key of the run."""
        return message.opened.partition("/")[0] or run_key(message.inputs)

    def work(self, job: Job[RunRequest]) -> None:
        """Asks for the run until it has finished; in between others get their turn."""

        def progress(done: int, total: int) -> None:
            self.tell(job, "progress", {"revision": job.message.revision, "done": done, "total": total})

        text, answer = job.message.model_dump_json(), None
        while answer is None and not job.unwanted:
            answer = self.pool.run("run", text, home=job.key, long=True, progress=progress, cancel=job.cancel)
        if answer is not None:
            done, window = answer
            if window is not None:
                self.tell(job, "window", window)
            self.tell(job, "done", done)
