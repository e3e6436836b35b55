"""Runs, and questions about them, as jobs of a simulation process."""

from app.schemas.trace import MarksReply, MarksRequest, RunRequest, StopRequest, WindowRequest
from app.workbench.run import Run, Runs
from app.workbench.stops import find
from app.workbench.watch import CancelledError, Watch
from vm.machine.trace import WINDOW
from vm.source import HookscopeError

SLICE = 0.5
"""Seconds a run goes on before others get their turn."""
MARKS = 10_000

_runs = Runs()


def run(text: str, watch: Watch) -> tuple[str, str | None] | None:
    """A RunRequest, run: the RunReply and a window, as JSON; None when it is to be asked again to go on.

    The window is the one with the step asked for; None for a packet that no program saw. A run that is
    cancelled is answered as far as it came.
    """
    request = RunRequest.model_validate_json(text)
    found = _get(request.opened) if request.opened else _runs.of(request.inputs)
    if request.opened:
        return found.tally.reply(found.key, request.revision, 1).model_dump_json(), _first_window(
            found, request
        )
    try:
        if not found.go_on(watch, SLICE):
            return None
    except CancelledError:
        if not found.sent:
            raise HookscopeError.of("cancelled", "the run was stopped in its first packet") from None
    reply = found.tally.reply(found.key, request.revision, len(found.stream))
    return reply.model_dump_json(), _first_window(found, request)


def _first_window(found: Run, request: RunRequest) -> str | None:
    packet = max(0, min(request.packet, found.sent - 1))
    if not found.reached(packet):
        return None
    return found.window(packet, min(request.step, found.tally.packets[packet].steps) // WINDOW)


def _get(key: str) -> Run:
    """The run of that key; one of a simulation's event is opened again if need be."""
    if "/" in key and not _runs.knows(key):
        from app.workbench.simulate import reopened

        _runs.put(reopened(key))
    return _runs.get(key)


def remember(run: Run) -> None:
    """A run that was opened elsewhere is to be asked for windows as any other."""
    _runs.put(run)


def window(text: str) -> str:
    """A WindowRequest answered by a WindowReply; raises HookscopeError ``unknown-run``."""
    request = WindowRequest.model_validate_json(text)
    return _get(request.run).window(request.packet, request.window, request.around)


def stop(text: str) -> str:
    """A StopRequest answered by a StopReply, across packets."""
    request = StopRequest.model_validate_json(text)
    return find(request, _get(request.run)).model_dump_json()


def marks(text: str) -> str:
    """The path of one packet's run for the score: binned above 10,000 steps."""
    request = MarksRequest.model_validate_json(text)
    path = _get(request.run).trace(request.packet).path
    size = -(-len(path) // MARKS) or 1
    return MarksReply(packet=request.packet, pcs=list(path[::size]), bin=size).model_dump_json()
