"""The name of a run, a walk or a simulation: equal inputs have equal names, on any server."""

import hashlib

from app.schemas.explain import ExplainRequest
from app.schemas.policy import CellRequest, PolicyRequest
from app.schemas.simulate import SimulationInputs
from app.schemas.trace import Inputs
from app.schemas.verifier import ExploreRequest


def run_key(inputs: Inputs) -> str:
    """32 hex digits that stand for the inputs."""
    return hashlib.sha256(inputs.model_dump_json().encode()).hexdigest()[:32]


def walk_key(request: ExploreRequest) -> str:
    """32 hex digits that stand for a walk of the verifier: the same for any revision of the text."""
    same = request.model_copy(update={"revision": 0, "ask": 0})
    return hashlib.sha256(same.model_dump_json().encode()).hexdigest()[:32]


def simulation_key(inputs: SimulationInputs) -> str:
    """32 hex digits that stand for what is simulated."""
    return hashlib.sha256(b"simulation " + inputs.model_dump_json().encode()).hexdigest()[:32]


def metrics_key(inputs: Inputs, scenario: str = "") -> str:
    """The name of a run that is watched for its maps alone: another process may have the run itself."""
    return f"metrics:{scenario}:{run_key(inputs)}"


def policy_key(request: PolicyRequest | CellRequest) -> str:
    """The name of what follows from policies: the process that has worked it out answers for its cells."""
    text = f"{len(request.policies)}:{request.policies}{request.cluster}"
    return f"policy:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def explained_walk(request: ExplainRequest) -> ExploreRequest:
    """The walk whose refusal is to be explained."""
    return ExploreRequest(
        source=request.source,
        hook=request.hook or "",
        profile=request.profile,
        limit=request.limit,
        program=request.program,
    )
