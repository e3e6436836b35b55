"""The long walks of the verifier of one session."""

from app.schemas.verifier import ExploreRequest
from app.web.latest import Job, Latest
from app.workbench.keys import walk_key


class Walker(Latest[ExploreRequest]):
    """Walks what its session asks for, and pushes how far it is."""

    name = "walk"

    def key(self, message: ExploreRequest) -> str:
        """The key of the walk."""
        return walk_key(message)

    def work(self, job: Job[ExploreRequest]) -> None:
        """Asks for the walk until it has ended or is stopped; in between others get their turn."""

        def progress(done: int, total: int, loop: dict[str, object] | None) -> None:
            self.tell(job, "progress", {"ask": job.message.ask, "done": done, "total": total, "loop": loop})

        text, answer = job.message.model_dump_json(), None
        while answer is None and not job.unwanted:
            answer = self.pool.run(
                "explore", text, home=job.key, long=True, progress=progress, cancel=job.cancel
            )
        if answer is not None:
            self.tell(job, "done", answer)
