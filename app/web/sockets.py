"""What is asked and pushed over a WebSocket. Events carry JSON text where answers are large, so that the
web process passes them on without reading them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import request
from flask_socketio import SocketIO
from pydantic import ValidationError

from app.schemas.base import Message
from app.schemas.source import CheckRequest
from app.schemas.trace import Failure, MarksRequest, RunRequest, StopRequest, WindowRequest
from app.web.failures import of_error, of_invalid
from vm.source import HookscopeError

if TYPE_CHECKING:
    from app.web.factory import Services

Reply = str | dict[str, Any]


def install(socketio: SocketIO, services: "Services") -> None:
    """Registers the events on ``socketio``."""
    pool = services.pool
    connected: set[str] = set()

    def connect() -> bool | None:
        if len(connected) >= services.settings.max_sessions:
            return False
        connected.add(_session())
        return None

    def disconnect(_reason: object = None) -> None:
        connected.discard(_session())

    socketio.on_event("connect", connect)
    socketio.on_event("disconnect", disconnect)

    def question(event: str, model: type[Message], job: str, home: Callable[[Any], str | None]) -> None:
        """An event answered by its acknowledgement."""

        def handler(data: object) -> Reply:
            return _answer(
                lambda message: pool.run(job, message.model_dump_json(), home=home(message)), model, data
            )

        socketio.on_event(event, handler)

    question("check", CheckRequest, "check", lambda _: None)
    question("window", WindowRequest, "window", lambda message: str(message.run))
    question("stop", StopRequest, "stop", lambda message: str(message.run))
    question("marks", MarksRequest, "marks", lambda message: str(message.run))

    def run(data: object) -> Reply:
        return _answer(lambda message: _start(socketio, services, message, _session()), RunRequest, data)

    socketio.on_event("run", run)


def _session() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _answer(work: Callable[[Any], Reply], model: type[Message], data: object) -> Reply:
    try:
        return work(model.model_validate(data))
    except HookscopeError as error:
        return {"failure": of_error(error).model_dump()}
    except ValidationError as error:
        return {"failure": of_invalid(error).model_dump()}


def _start(socketio: SocketIO, services: "Services", message: RunRequest, session: str) -> Reply:
    """Runs in a thread of its own and pushes the outcome, so that the socket stays free for questions."""
    from app.workbench.keys import run_key

    key = run_key(message.inputs)

    def work() -> None:
        try:
            done, window = services.pool.run("run", message.model_dump_json(), home=key)
            if window is not None:
                socketio.emit("run:window", window, to=session)
            socketio.emit("run:done", done, to=session)
        except HookscopeError as error:
            failure: Failure = of_error(error)
            socketio.emit(
                "run:failed", {"revision": message.revision, "failure": failure.model_dump()}, to=session
            )

    socketio.start_background_task(work)
    return {"accepted": True, "run": key}
