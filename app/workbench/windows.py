"""Windows of steps as messages: a keyframe, and each step told."""

from functools import partial

from app.schemas.trace import Mark, Part, ReadView, StepView, WindowReply
from app.workbench.state import state_view
from app.workbench.values import change_views, parts
from app.workbench.verdicts import named, verdict_of
from vm.change import RegisterChanged
from vm.isa import REGISTERS
from vm.kernel.hooks import HookPoint
from vm.machine.step import Step
from vm.machine.trace import WINDOW, Trace
from vm.story.part import Told
from vm.story.teller import Teller


def window_reply(run: str, hook: HookPoint, trace: Trace, packet: int, index: int) -> WindowReply:
    """Window ``index`` of a trace: the state before its first step, and its steps."""
    first = index * WINDOW
    machine = trace.seek(first)
    teller = Teller(machine, partial(named, hook))
    keyframe = state_view(teller.names, _written(trace, first))
    machine = trace.seek(first)
    steps = []
    for _ in range(min(WINDOW, len(trace) - first)):
        asks = parts(teller.asks())
        told = teller.step()
        if told is None:
            break
        steps.append(_step_view(teller, hook, told[0], told[1], asks))
    return WindowReply.model_construct(
        run=run, packet=packet, window=index, first=first, keyframe=keyframe, steps=steps
    )


def _step_view(teller: Teller, hook: HookPoint, step: Step, told: Told, asks: tuple[Part, ...]) -> StepView:
    ended = teller.machine.ended
    verdict = verdict_of(hook, ended).name if ended is not None else ""
    return StepView.model_construct(
        pc=step.pc,
        program=step.program,
        depth=step.depth,
        changes=change_views(teller.names, step.changes, verdict),
        reads=tuple(
            ReadView.model_construct(region=read.region, off=read.off, size=read.size, name=read.name)
            for read in told.reads
        ),
        mark=_mark(told),
        note=told.note,
        event=told.event,
        did=parts(told.did),
        asks=asks,
    )


def _mark(told: Told) -> Mark | None:
    mark = told.mark
    if mark is None:
        return None
    return Mark.model_construct(
        lane=mark.lane.value, kind=mark.kind, text=mark.text, write=mark.write, taken=mark.taken
    )


def _written(trace: Trace, first: int) -> list[bool]:
    """Which registers were written before step ``first``: those of the start, and those steps set."""
    written = [n in (1, 10) for n in range(REGISTERS)]
    for index in range(-(-first // WINDOW)):
        for step in trace.window(index):
            for change in step.changes:
                if isinstance(change, RegisterChanged):
                    written[change.n] = True
        if all(written[:10]):
            break
    return written
