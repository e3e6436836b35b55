"""The few server-rendered pages."""

from flask import Blueprint, Response, abort, jsonify, render_template

from app.web.services import services
from vm.source import HookscopeError

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """Carry on, or open the sandbox."""
    return render_template("home.html")


@blueprint.get("/workbench")
@blueprint.get("/w/<key>")
@blueprint.get("/l/<key>")
def workbench(key: str | None = None) -> str:
    """The workbench; the browser loads the workspace or link itself."""
    if key is not None and not key.replace("-", "").replace("_", "").isalnum():
        abort(404)
    return render_template("workbench.html")


@blueprint.get("/metrics")
def metrics() -> str:
    """Maps to Prometheus, policies to verdicts; the browser loads what the address names itself."""
    return render_template("metrics.html")


@blueprint.get("/path")
def path() -> str:
    """The modeled kernel as a map that events pass through; its stations come with the page."""
    try:
        stations: str = services().pool.run("stations")
    except HookscopeError:  # the simulation processes are busy or gone: the page asks again, and says so
        stations = ""
    return render_template("path.html", stations=stations.replace("<", "\\u003c"))


@blueprint.get("/jit")
def jit() -> str:
    """Bytecode beside the machine code made of it."""
    return render_template("jit.html")


@blueprint.get("/lesson")
@blueprint.get("/lesson/<name>")
def lesson(name: str | None = None) -> str:
    """A lesson, its program and its checks; the browser loads the lesson itself."""
    if name is not None and not name.replace("-", "").isalnum():
        abort(404)
    return render_template("lesson.html")


@blueprint.get("/reference")
def reference() -> str:
    """The glossary, and all that the simulator knows by name."""
    return render_template("reference.html")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the server answers, and whether what is saved lasts."""
    return jsonify(ok=True, lasting=services().store.lasting)
