"""The name of a run or a walk: equal inputs have equal names, on any server."""

import hashlib

from app.schemas.trace import Inputs
from app.schemas.verifier import ExploreRequest


def run_key(inputs: Inputs) -> str:
    """32 hex digits that stand for the inputs."""
    return hashlib.sha256(inputs.model_dump_json().encode()).hexdigest()[:32]


def walk_key(request: ExploreRequest) -> str:
    """32 hex digits that stand for a walk of the verifier: the same for any revision of the text."""
    same = request.model_copy(update={"revision": 0})
    return hashlib.sha256(same.model_dump_json().encode()).hexdigest()[:32]
