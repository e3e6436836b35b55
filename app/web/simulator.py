"""The simulations of one session."""

from app.schemas.simulate import SimulateRequest
from app.web.latest import Job, Latest
from app.web.questions import LIVES_THERE
from app.workbench.keys import simulation_key


class Simulator(Latest[SimulateRequest]):
    """Simulates what its session asks for, and pushes how far it is."""

    name = "simulate"

    def key(self, message: SimulateRequest) -> str:
        """The key of the simulation."""
        return simulation_key(message.inputs)

    def work(self, job: Job[SimulateRequest]) -> None:
        """Asks for the simulation slice by slice until it has ended; in between others get their turn."""
        text, ended = job.message.model_dump_json(), False
        while not ended and not job.unwanted:
            ended, told = self.pool.run(
                "simulate", text, home=job.key, long=True, cancel=job.cancel, patience=LIVES_THERE
            )
            self.tell(job, "done" if ended else "progress", told)
