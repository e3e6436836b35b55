"""NetworkPolicies as jobs of a simulation process: all that follows from them, and one cell in full."""

from functools import lru_cache
from typing import Final

from app.manifests.cluster import Read, read
from app.schemas.policy import CellReply, CellRequest, PolicyReply, PolicyRequest, PolicyView
from app.workbench.check import diagnostic_view
from app.workbench.policy_cell import cell_reply
from app.workbench.policy_grid import Grid, grid
from app.workbench.policy_views import cells, doors, identities, places
from vm.kernel.policy.verdicts import Decisions
from vm.source import Diagnostic, HookscopeError

MOST_PODS: Final = 64
REMEMBERED: Final = 4


@lru_cache(maxsize=REMEMBERED)
def _read(policies: str, cluster: str) -> Read:
    return read(policies, cluster)


@lru_cache(maxsize=REMEMBERED)
def _decided(policies: str, cluster: str) -> tuple[Decisions, Grid]:
    found = _read(policies, cluster)
    decisions = Decisions(found.cluster, found.policies)
    return decisions, grid(decisions)


def look(text: str) -> str:
    """A PolicyRequest answered by a PolicyReply."""
    request = PolicyRequest.model_validate_json(text)
    found = _read(request.policies, request.cluster)
    reply = PolicyReply(
        revision=request.revision,
        policies=[diagnostic_view(one) for one in (*found.diagnostics, *_too_many(found))],
        cluster=[diagnostic_view(one) for one in found.of_cluster],
        view=None if _mistaken(found) else _view(request.policies, request.cluster),
    )
    return reply.model_dump_json()


def _too_many(found: Read) -> list[Diagnostic]:
    if len(found.cluster.pods) <= MOST_PODS:
        return []
    message = f"{len(found.cluster.pods):,} pods are more than the {MOST_PODS} a matrix can show"
    return [Diagnostic("too-many-pods", message, hint="leave some out")]


def _mistaken(found: Read) -> bool:
    return bool(found.diagnostics or found.of_cluster or _too_many(found))


def _view(policies: str, cluster: str) -> PolicyView:
    decisions, shown = _decided(policies, cluster)
    return PolicyView(
        identities=identities(decisions),
        doors=doors(decisions),
        places=places(decisions, shown),
        columns=shown.column_views(),
        cells=cells(decisions, shown),
        notes=list(shown.notes),
        policies=len(decisions.policies),
    )


def cell(text: str) -> str:
    """A CellRequest answered by a CellReply; raises HookscopeError."""
    request = CellRequest.model_validate_json(text)
    if _mistaken(_read(request.policies, request.cluster)):
        raise HookscopeError.of(
            "bad-policies", "these policies have a mistake, so nothing follows from them", "mend it first"
        )
    decisions, shown = _decided(request.policies, request.cluster)
    if not (0 <= request.row < len(shown.places) and 0 <= request.column < len(shown.columns)):
        raise HookscopeError.of("no-cell", "the matrix has no such cell", "it may have changed meanwhile")
    reply: CellReply = cell_reply(decisions, shown, request.row, request.column)
    return reply.model_dump_json()
