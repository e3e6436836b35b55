"""Questions that a simulation process answers: the same over the socket and over HTTP.

A socket answers one event after the other, so the page asks what may take long over HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.schemas.base import Message
from app.schemas.explain import ExplainRequest
from app.schemas.flights import FlightsRequest, TimelineRequest
from app.schemas.happening import EventRequest, OpenRequest
from app.schemas.lessons import PredictRequest
from app.schemas.metrics import DashboardRequest, MetricsRequest
from app.schemas.native import NativeRequest
from app.schemas.outcome_pages import AuditRequest, RowsRequest, SeriesRequest
from app.schemas.policy import CellRequest, PolicyRequest
from app.schemas.simulate import ScriptRequest, SimulationRequest
from app.schemas.source import CheckRequest, GraphRequest
from app.schemas.trace import MarksRequest, StopRequest, WindowRequest
from app.schemas.verifier import ExploreRequest, LogRequest, VerdictRequest, WalkRequest, WalkWindowRequest
from app.workbench.keys import explained_walk, metrics_key, policy_key, walk_key
from app.workers.pool import PATIENCE, Pool

LIVES_THERE = 15.0
"""Seconds to wait for the process that has a simulation: another one would have to begin it anew."""


@dataclass(frozen=True, slots=True)
class Question:
    """``job`` answers a message of type ``model``, best in the process that remembers what ``home`` names."""

    model: type[Message]
    job: str
    home: Callable[[Any], str] | None = None
    long: bool = False
    patience: float = PATIENCE

    def answer(self, pool: Pool, message: Message) -> str:
        """The answer as JSON; raises HookscopeError."""
        home, text = self.home(message) if self.home else None, message.model_dump_json()
        while (answer := self._ask(pool, text, home)) is None:
            continue  # it goes on when others had their turn
        return str(answer)

    def _ask(self, pool: Pool, text: str, home: str | None) -> str | None:
        answer: str | None = pool.run(self.job, text, home=home, long=self.long, patience=self.patience)
        return answer


def _run(message: WindowRequest | StopRequest | MarksRequest) -> str:
    return message.run.partition("/")[0]  # a run of a simulation's event lives with the simulation


def _simulation(
    message: SimulationRequest
    | RowsRequest
    | EventRequest
    | OpenRequest
    | SeriesRequest
    | AuditRequest
    | TimelineRequest
    | FlightsRequest,
) -> str:
    return message.simulation


def _walk(message: WalkRequest | WalkWindowRequest | LogRequest) -> str:
    return message.walk


def _explained(message: ExplainRequest) -> str:
    return walk_key(explained_walk(message))


def _metrics(message: MetricsRequest) -> str:
    return metrics_key(message.inputs, message.scenario)


WALKED = 15.0
"""Seconds to wait for the process that has a walk: another one would walk for as long."""

QUESTIONS: Mapping[str, Question] = {
    "check": Question(CheckRequest, "check"),
    "graph": Question(GraphRequest, "graph"),
    "window": Question(WindowRequest, "window", _run),
    "stop": Question(StopRequest, "stop", _run),
    "marks": Question(MarksRequest, "marks", _run),
    "verdict": Question(VerdictRequest, "verdict"),
    "explain": Question(ExplainRequest, "explain", _explained, long=True),
    "explore": Question(ExploreRequest, "explore", walk_key, long=True),
    "walk:window": Question(WalkWindowRequest, "walk.window", _walk, patience=WALKED),
    "walk:known": Question(WalkRequest, "walk.known", _walk, patience=WALKED),
    "simulate:summary": Question(SimulationRequest, "simulate.summary", _simulation, patience=LIVES_THERE),
    "simulate:rows": Question(RowsRequest, "simulate.rows", _simulation, patience=LIVES_THERE),
    "simulate:event": Question(EventRequest, "simulate.event", _simulation, patience=LIVES_THERE),
    "simulate:open": Question(OpenRequest, "simulate.open", _simulation, patience=LIVES_THERE),
    "simulate:timeline": Question(TimelineRequest, "simulate.timeline", _simulation, patience=LIVES_THERE),
    "simulate:flights": Question(FlightsRequest, "simulate.flights", _simulation, patience=LIVES_THERE),
    "simulate:series": Question(SeriesRequest, "simulate.series", _simulation, patience=LIVES_THERE),
    "simulate:audit": Question(AuditRequest, "simulate.audit", _simulation, patience=LIVES_THERE),
    "simulate:script": Question(ScriptRequest, "simulate.script"),
    "walk:log": Question(LogRequest, "walk.log", _walk, long=True, patience=WALKED),
    "native": Question(NativeRequest, "native", long=True),
    "metrics": Question(MetricsRequest, "metrics", _metrics, long=True),
    "lesson:predict": Question(PredictRequest, "lessons.predict"),
    "dashboard": Question(DashboardRequest, "metrics.dashboard"),
    "policy": Question(PolicyRequest, "policy", policy_key, long=True),
    "policy:cell": Question(CellRequest, "policy.cell", policy_key),
}
"""By the name of the event, and of the address below /api/ask/."""
