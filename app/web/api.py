"""Questions with one answer, over HTTP. Handlers only translate; the work is in app.workbench."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.schemas.packets import DissectRequest, FormRequest, HexRequest
from app.schemas.workspace import LinkReply, SaveRequest
from app.web.failures import of_error
from app.web.questions import QUESTIONS
from app.web.services import services
from vm.source import HookscopeError

blueprint = Blueprint("api", __name__, url_prefix="/api")


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")


def _missing(what: str) -> HookscopeError:
    return HookscopeError.of(
        "not-found", f"there is no such {what} here", "it may have been made on another server"
    )


@blueprint.post("/check", endpoint="check", defaults={"name": "check"})
@blueprint.post("/ask/<name>")
def ask(name: str) -> Response:
    """Answers what a socket would: a refusal too is an answer and no failed request; the page expects it."""
    question = QUESTIONS.get(name)
    if question is None:
        raise _missing("question")
    message = question.model.model_validate_json(request.data)
    try:
        return _json(question.answer(services().pool, message))
    except HookscopeError as error:
        return jsonify(failure=of_error(error).model_dump())


@blueprint.get("/reference")
def reference() -> Response:
    """The simulator's own tables."""
    response = _json(services().pool.run("reference"))
    response.headers["Cache-Control"] = "max-age=3600"
    return response


@blueprint.get("/examples")
def examples() -> Response:
    """Programs to start from."""
    return _json(services().pool.run("examples"))


@blueprint.get("/samples")
def samples() -> Response:
    """Packets to start from."""
    return _json(services().pool.run("samples"))


@blueprint.get("/scenarios")
def scenarios() -> Response:
    """Scenarios to choose from."""
    return _json(services().pool.run("scenarios"))


@blueprint.get("/stations")
def stations() -> Response:
    """The map of the modeled kernel."""
    response = _json(services().pool.run("stations"))
    response.headers["Cache-Control"] = "max-age=3600"
    return response


@blueprint.get("/simulations/examples")
def simulation_examples() -> Response:
    """Programs on scenarios to start from."""
    return _json(services().pool.run("simulate.examples"))


@blueprint.get("/simulations/<key>/packets.pcapng")
def simulated_packets(key: str) -> Response:
    """The packets of a simulation, with what became of each beside it."""
    end = request.args.get("end", "")
    data = services().pool.run("simulate.packets", key, end, home=key, long=True, seconds=120)
    response = Response(data, mimetype="application/x-pcapng")
    response.headers["Content-Disposition"] = f'attachment; filename="hookscope-{end or "all"}.pcapng"'
    return response


def _packets(job: str, read: Callable[[], Any]) -> Response:
    return _json(services().pool.run(job, read()))


@blueprint.post("/packets/capture")
def capture() -> Response:
    """Packets of a pcap or pcapng file."""
    return _packets("packets.capture", request.get_data)


@blueprint.post("/packets/form")
def form() -> Response:
    """Packets described by field."""
    return _packets("packets.form", lambda: FormRequest.model_validate_json(request.data).packets)


@blueprint.post("/packets/hex")
def hex_text() -> Response:
    """One packet as hex text."""
    return _packets("packets.hex", lambda: HexRequest.model_validate_json(request.data).text)


@blueprint.post("/packets/dissect")
def dissect() -> Response:
    """What each byte of some packets is."""
    return _packets("packets.dissect", lambda: DissectRequest.model_validate_json(request.data).packets)


@blueprint.get("/workspaces")
def workspaces() -> Response:
    """What was saved, the latest first."""
    kept = services().store.workspaces()
    return jsonify(
        [{"id": w.id, "title": w.title, "saved_at": w.saved_at, "version": w.version} for w in kept]
    )


@blueprint.get("/workspaces/<key>")
def workspace(key: str) -> Response:
    """One workbench as it was saved."""
    found = services().store.workspace(key)
    if found is None:
        raise _missing("workspace")
    return _json(found.model_dump_json())


@blueprint.post("/workspaces")
@blueprint.put("/workspaces/<key>")
def save(key: str | None = None) -> Response:
    """Saves a workbench."""
    return _json(services().store.save(key, SaveRequest.model_validate_json(request.data)).model_dump_json())


@blueprint.post("/links")
def link() -> Response:
    """Makes a link that opens exactly this."""
    store = services().store
    key = store.link(SaveRequest.model_validate_json(request.data))
    return _json(LinkReply(id=key, lasting=store.lasting).model_dump_json())


@blueprint.get("/links/<key>")
def linked(key: str) -> Response:
    """What a link opens."""
    found = services().store.linked(key)
    if found is None:
        raise _missing("link")
    return _json(found.model_dump_json())
