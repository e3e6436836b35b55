"""The name of a run: equal inputs have equal names, on any server."""

import hashlib

from app.schemas.trace import Inputs


def run_key(inputs: Inputs) -> str:
    """32 hex digits that stand for the inputs."""
    return hashlib.sha256(inputs.model_dump_json().encode()).hexdigest()[:32]
