"""Windows of steps as they go over the wire: a keyframe, and each step told."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from pydantic_core import to_json

from app.workbench.changes import Changes
from app.workbench.state import state_view
from app.workbench.values import Json
from app.workbench.verdicts import named, verdict_of
from vm.change import RegisterChanged
from vm.kernel.hooks import HookPoint
from vm.machine.machine import Machine
from vm.machine.step import Step
from vm.machine.trace import WINDOW, Trace
from vm.story.part import Lane, Read, Told
from vm.story.teller import Teller

GLIMPSE = 64
"""Steps of a glimpse on either side of the one asked for."""
_LANE = {lane: lane.value for lane in Lane}


def window_reply(
    run: str,
    hook: HookPoint,
    trace: Trace,
    packet: int,
    index: int,
    written: list[bool],
    around: int | None = None,
) -> str:
    """WindowReply as JSON: the state before window ``index`` of a trace, and its steps; of a glimpse, those
    ``around`` a step only.

    ``written`` tells the registers that were written before the window.
    """
    with _no_collection():
        return _reply(run, hook, trace, packet, index, written, around)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A window is tens of thousands of small objects, of which none is in a cycle: to look for cycles among
    them took a quarter of the time, and now and then, with a long trace in memory, longer than the rest."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _reply(
    run: str,
    hook: HookPoint,
    trace: Trace,
    packet: int,
    index: int,
    written: list[bool],
    around: int | None,
) -> str:
    start = index * WINDOW
    first, end = _stretch(start, min(start + WINDOW, len(trace)), around)
    machine = trace.seek(start)
    written = _pass_over(machine, first - start, written)
    teller = Teller(machine, partial(named, hook))
    keyframe = state_view(teller.names, written)
    reply = {
        "run": run,
        "packet": packet,
        "window": index,
        "first": first,
        "keyframe": keyframe,
        "steps": _steps(teller, hook, Changes(teller.names, keyframe), end - first),
    }
    return to_json(reply).decode()


def _steps(teller: Teller, hook: HookPoint, changes: Changes, count: int) -> list[Json]:
    """The next steps; fewer than ``count`` where the run ends before."""
    steps: list[Json] = []
    while len(steps) < count:
        asks = teller.asks()
        told = teller.step()
        if told is None:
            break
        ended = teller.machine.ended
        verdict = verdict_of(hook, ended).name if ended is not None else ""
        step = _step_view(*told[:2])
        step["changes"] = changes.of(told[0].changes, verdict)
        step["asks"] = asks
        steps.append(step)
    return steps


def _stretch(first: int, end: int, around: int | None) -> tuple[int, int]:
    """The first step to tell of a window, and the one after the last."""
    if around is None:
        return first, end
    around = max(first, min(around, end))
    return max(first, around - GLIMPSE), min(end, around + GLIMPSE)


def _pass_over(machine: Machine, steps: int, written: list[bool]) -> list[bool]:
    """Takes steps that are not told; which registers have been written after them."""
    done = machine.run(steps)
    now = {change.n for changes in done for change in changes if isinstance(change, RegisterChanged)}
    return [before or n in now for n, before in enumerate(written)]


def _step_view(step: Step, told: Told) -> Json:
    """StepView, without what it changed and what was asked before."""
    return {
        "pc": step.pc,
        "program": step.program,
        "depth": step.depth,
        "reads": [_read(read) for read in told.reads],
        "mark": _mark(told),
        "note": told.note,
        "event": told.event,
        "did": told.did,
    }


def _read(read: Read) -> Json:
    """ReadView."""
    return {"region": read.region, "off": read.off, "size": read.size, "name": read.name}


def _mark(told: Told) -> Json | None:
    """Mark."""
    mark = told.mark
    if mark is None:
        return None
    return {
        "lane": _LANE[mark.lane],
        "kind": mark.kind,
        "text": mark.text,
        "write": mark.write,
        "taken": mark.taken,
    }
