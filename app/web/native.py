"""What the JIT page asks besides the machine code: a run to follow, Linux's image, and races.

The kernel of this computer is asked only where whoever started the server allowed it, and only for somebody
who sits at that computer.
"""

from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, request

from app.schemas.native import LinuxRequest, RaceRequest
from app.schemas.trace import RunRequest
from app.web.services import services
from app.workbench.keys import run_key

blueprint = Blueprint("native", __name__, url_prefix="/api/native")
_NOT_ALLOWED = (
    "this server was not started with `hookscope serve --ask-kernel`, which lets it ask its own kernel"
)
_FROM_AFAR = "only somebody at the server's own computer may ask its kernel"


@blueprint.post("/run")
def run() -> Response:
    """A run and the window around a step, to be followed beside the machine code."""
    message = RunRequest.model_validate_json(request.data)
    text, key = message.model_dump_json(), run_key(message.inputs)
    answer: tuple[str, str | None] | None = None
    while answer is None:
        answer = services().pool.run("run", text, home=key, long=True)
    reply, window = answer
    return _json(f'{{"run":{reply},"window":{window or "null"}}}')


@blueprint.post("/linux")
def linux() -> Response:
    """Linux's image beside ours."""
    message = LinuxRequest.model_validate_json(request.data)
    return _json(services().pool.run("native.linux", message.model_dump_json(), forbidden(), long=True))


@blueprint.post("/race")
def race() -> Response:
    """The next round of a race."""
    message = RaceRequest.model_validate_json(request.data)
    home = f"race:{run_key(message.inputs)}"
    text = message.model_dump_json()
    return _json(services().pool.run("native.race", text, forbidden(), home=home, long=True))


def forbidden() -> str:
    """Why this request may not ask the kernel; empty where it may.

    A page of another site cannot do it either: its origin is refused before, and a name that was made to lead
    here is none of ours.
    """
    if not services().settings.ask_kernel:
        return _NOT_ALLOWED
    host = request.host.rsplit(":", 1)[0].strip("[]")
    if not (_is_here(request.remote_addr or "") and (host == "localhost" or _is_here(host))):
        return _FROM_AFAR
    return ""


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _json(text: Any) -> Response:
    return Response(text, mimetype="application/json")
