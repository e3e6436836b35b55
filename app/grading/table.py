"""The kinds of expectations, by their key: the one list of them all, in the order they are told."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from app.grading.case import Case, Miss
from app.grading.judges.events import events
from app.grading.judges.maps import maps
from app.grading.judges.metrics import metrics
from app.grading.judges.native import native
from app.grading.judges.output import output
from app.grading.judges.policy import policy
from app.grading.judges.returns import returns
from app.grading.judges.shape import shape
from app.grading.judges.variables import variables
from app.grading.judges.verdicts import verdicts
from app.grading.judges.verifier import verifier

Judge = Callable[[Any, Case], Miss | None]

LOADING: Mapping[str, Judge] = MappingProxyType({"verifier": verifier, "policy": policy})
"""About the text alone: nothing is sent."""
RUNNING: Mapping[str, Judge] = MappingProxyType({
    "returns": returns,
    "verdicts": verdicts,
    "output": output,
    "map": maps,
    "variables": variables,
    "events": events,
    "metrics": metrics,
    "shape": shape,
    "native": native,
})  # fmt: skip
"""About what happened, in every order of several CPUs' steps that is tried."""
PAGE = frozenset({"action"})
"""Done on the page: no matter of a submission."""
