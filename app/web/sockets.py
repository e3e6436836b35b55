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
from app.schemas.lessons import GradeRequest
from app.schemas.simulate import SimulateCancel, SimulateRequest
from app.schemas.trace import CancelRequest, Failure, RunRequest
from app.schemas.verifier import ExploreRequest
from app.web.failures import DEFECT, of_error, of_invalid
from app.web.grader import Grader
from app.web.questions import QUESTIONS
from app.web.runner import Runner
from app.web.simulator import Simulator
from app.web.walker import Walker
from app.web.wire import UNREADABLE
from vm.source import HookscopeError

if TYPE_CHECKING:
    from app.web.factory import Services

Reply = str | dict[str, Any]
_NOT_READ = Failure(code="bad-message", message="the message is no JSON that can be read")
_log = structlog.get_logger()


def install(socketio: SocketIO, services: "Services") -> None:
    """Registers the events on ``socketio``."""
    sessions = _Sessions(socketio, services)
    socketio.on_event("connect", sessions.connect)
    socketio.on_event("disconnect", sessions.disconnect)

    def question(event: str, model: type[Message], work: Callable[[Any], Reply]) -> None:
        """An event answered by its acknowledgement, whatever was sent."""
        socketio.on_event(event, lambda *data: _answer(work, model, *data))

    for event, asked in QUESTIONS.items():
        question(event, asked.model, partial(asked.answer, services.pool))
    question("run", RunRequest, sessions.run)
    question("cancel", CancelRequest, sessions.cancel)
    question("walk", ExploreRequest, sessions.walk)
    question("walk:cancel", CancelRequest, sessions.cancel_walk)
    question("simulate", SimulateRequest, sessions.simulate)
    question("simulate:cancel", SimulateCancel, sessions.cancel_simulation)
    question("grade", GradeRequest, sessions.grade)
    socketio.on_event(UNREADABLE, lambda *_: _refusal(_NOT_READ))


class _Sessions:
    """The sessions that are connected, each with its runs, walks, simulations and submissions."""

    def __init__(self, socketio: SocketIO, services: "Services") -> None:
        self._socketio = socketio
        self._services = services
        self._runners: dict[str, tuple[Runner, Simulator, Walker, Grader]] = {}

    def connect(self, _auth: object = None) -> bool | None:
        """Takes a session, or refuses it (False) where there are as many as may be."""
        if len(self._runners) >= self._services.settings.max_sessions:
            return False
        session = _session()

        def emit(event: str, message: object) -> None:
            self._socketio.emit(event, message, to=session)

        pool, spawn = self._services.pool, self._socketio.start_background_task
        self._runners[session] = (
            Runner(pool, emit, spawn),
            Simulator(pool, emit, spawn),
            Walker(pool, emit, spawn),
            Grader(pool, emit, spawn),
        )
        return None

    def disconnect(self, _reason: object = None) -> None:
        """Lets a session's runs go."""
        for runner in self._runners.pop(_session(), ()):
            runner.close()

    def run(self, message: RunRequest) -> Reply:
        """Starts a run; what comes of it is pushed."""
        return {"accepted": True, "run": self._runners[_session()][0].start(message)}

    def cancel(self, message: CancelRequest) -> Reply:
        """Stops the session's runs up to a revision."""
        self._runners[_session()][0].cancel(message.revision)
        return {"accepted": True}

    def walk(self, message: ExploreRequest) -> Reply:
        """Starts a walk of the verifier; what comes of it is pushed."""
        return {"accepted": True, "walk": self._runners[_session()][2].start(message)}

    def cancel_walk(self, message: CancelRequest) -> Reply:
        """Stops the session's walk; what it did so far is answered."""
        self._runners[_session()][2].cancel(message.revision)
        return {"accepted": True}

    def simulate(self, message: SimulateRequest) -> Reply:
        """Starts a simulation; what comes of it is pushed."""
        return {"accepted": True, "simulation": self._runners[_session()][1].start(message)}

    def cancel_simulation(self, message: SimulateCancel) -> Reply:
        """Stops the session's simulations up to a revision."""
        self._runners[_session()][1].cancel(message.revision)
        return {"accepted": True}

    def grade(self, message: GradeRequest) -> Reply:
        """Grades a submission; what comes of it is pushed."""
        return {"accepted": True, "lesson": self._runners[_session()][3].start(message)}


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
