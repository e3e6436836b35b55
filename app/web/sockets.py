"""What is asked and pushed over a WebSocket. Events carry JSON text where answers are large, so that the
web process passes them on without reading them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from flask import request
from flask_socketio import SocketIO
from pydantic import ValidationError

from app.schemas.base import Message
from app.schemas.trace import CancelRequest, Failure, RunRequest
from app.web.failures import DEFECT, of_error, of_invalid
from app.web.questions import QUESTIONS
from app.web.runner import Runner
from app.web.wire import UNREADABLE
from vm.source import HookscopeError

if TYPE_CHECKING:
    from app.web.factory import Services

Reply = str | dict[str, Any]
_NOT_READ = Failure(code="bad-message", message="the message is no JSON that can be read")
_log = structlog.get_logger()


def install(socketio: SocketIO, services: "Services") -> None:
    """Registers the events on ``socketio``."""
    pool = services.pool
    sessions: dict[str, Runner] = {}

    def connect(_auth: object = None) -> bool | None:
        if len(sessions) >= services.settings.max_sessions:
            return False
        session = _session()
        sessions[session] = Runner(
            pool,
            lambda event, message: socketio.emit(event, message, to=session),
            socketio.start_background_task,
        )
        return None

    def disconnect(_reason: object = None) -> None:
        runner = sessions.pop(_session(), None)
        if runner is not None:
            runner.close()

    socketio.on_event("connect", connect)
    socketio.on_event("disconnect", disconnect)

    def question(event: str, model: type[Message], work: Callable[[Any], Reply]) -> None:
        """An event answered by its acknowledgement, whatever was sent."""
        socketio.on_event(event, lambda *data: _answer(work, model, *data))

    def run(message: RunRequest) -> Reply:
        return {"accepted": True, "run": sessions[_session()].start(message)}

    def cancel(message: CancelRequest) -> Reply:
        sessions[_session()].cancel(message.revision)
        return {"accepted": True}

    for event, asked in QUESTIONS.items():
        question(event, asked.model, partial(asked.answer, pool))
    question("run", RunRequest, run)
    question("cancel", CancelRequest, cancel)
    socketio.on_event(UNREADABLE, lambda *_: _refusal(_NOT_READ))


def _session() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _answer(work: Callable[[Any], Reply], model: type[Message], *data: object) -> Reply:
    try:
        return work(model.model_validate(data[0] if data else None))
    except HookscopeError as error:
        return _refusal(of_error(error))
    except ValidationError as error:
        return _refusal(of_invalid(error))
    except Exception:  # noqa: BLE001 - a defect of ours must not end the learner's connection
        _log.exception("socket event failed", model=model.__name__)
        return _refusal(DEFECT)


def _refusal(failure: Failure) -> Reply:
    return {"failure": failure.model_dump()}
