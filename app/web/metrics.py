"""Metrics of a workspace: what Prometheus scrapes, the dashboard, and the YAML they are made by."""

import re
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, request

from app.metrics.exposition import CONTENT_TYPE
from app.schemas.metrics import DashboardRequest, Manifests, ManifestsReply, ManifestsSave
from app.schemas.workspace import WorkspaceDoc
from app.web.failures import of_error, status_of
from app.web.services import services
from app.workbench.keys import metrics_key
from vm.source import HookscopeError

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/workspaces/<key>/metrics")
def scrape(key: str) -> Response:
    """What the saved program's maps hold after its packets, as its saved rules have it; with ``?live=1`` as
    they are by now, if the run began when it was saved and begins anew whenever it is over.

    A refusal is text too, for whoever reads what a scraper says: why, and what to do.
    """
    try:
        found = _workspace(key)
        inputs, kept = found.inputs.model_dump_json(), _kept(key)
        text = services().pool.run(
            "metrics.scrape",
            inputs,
            kept.scenario,
            kept.rules,
            _since(found) if request.args.get("live") == "1" else None,
            home=metrics_key(found.inputs, kept.scenario),
            long=True,
        )
    except HookscopeError as error:
        failure = of_error(error)
        words = f"{failure.message}\n{failure.hint or ''}\n"
        return Response(words, status_of(failure), content_type="text/plain; charset=utf-8")
    return Response(text, content_type=CONTENT_TYPE)


@blueprint.get("/api/workspaces/<key>/dashboard.json")
def dashboard(key: str) -> Response:
    """A Grafana dashboard of the saved rules, as a file."""
    found = _workspace(key)
    kept = _kept(key)
    asked = DashboardRequest(
        inputs=found.inputs, scenario=kept.scenario, rules=kept.rules, title=found.title[:200]
    )
    text = services().pool.run("metrics.dashboard", asked.model_dump_json())
    name = re.sub(r"[^A-Za-z0-9]+", "-", found.title).strip("-").lower()[:60] or "dashboard"
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@blueprint.get("/api/workspaces/<key>/manifests")
def manifests(key: str) -> Response:
    """The YAML that was saved with a workspace."""
    found = services().store.manifests(key)
    if found is None:
        raise _missing()
    return Response(found.model_dump_json(), mimetype="application/json")


@blueprint.put("/api/workspaces/<key>/manifests")
def save(key: str) -> Response:
    """Saves it."""
    kept: ManifestsReply | None = services().store.save_manifests(
        key, ManifestsSave.model_validate_json(request.data)
    )
    if kept is None:
        raise _missing()
    return Response(kept.model_dump_json(), mimetype="application/json")


@blueprint.get("/api/metrics/examples")
def examples() -> Response:
    """Programs with rules, and clusters with policies, to start from."""
    return Response(services().pool.run("metrics.examples"), mimetype="application/json")


def _since(found: WorkspaceDoc) -> int:
    """Nanoseconds since the workspace was saved."""
    elapsed = datetime.now(UTC) - datetime.fromisoformat(found.saved_at)
    return max(0, elapsed // timedelta(microseconds=1)) * 1_000


def _workspace(key: str) -> WorkspaceDoc:
    found = services().store.workspace(key)
    if found is None:
        raise _missing()
    return found


def _kept(key: str) -> Manifests:
    found = services().store.manifests(key)
    return found.manifests if found is not None else Manifests()


def _missing() -> HookscopeError:
    return HookscopeError.of(
        "not-found", "there is no such workspace here", "it may have been made on another server"
    )
