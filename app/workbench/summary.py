"""A packet's run in summary: what became of it, and where it ended."""

from app.schemas.trace import FaultView, OutputView, PacketRun, StationVisit
from app.workbench.packets import summary_of
from app.workbench.values import output_text
from app.workbench.verdicts import verdict_of
from vm.kernel.context import PacketContext
from vm.kernel.hooks import HookPoint
from vm.kernel.path import Journey
from vm.kernel.stream import Stream
from vm.machine.oops import oops
from vm.machine.trace import Trace
from vm.word import hex64


def packet_run(hook: HookPoint, stream: Stream, trace: Trace, journey: Journey, index: int) -> PacketRun:
    """What became of packet ``index``."""
    verdict = verdict_of(hook, trace.ended)
    return PacketRun(
        index=index,
        steps=len(trace),
        how=trace.ended.how,
        verdict=verdict.name,
        effect=verdict.effect.value,
        value=hex64(trace.ended.value),
        summary=_summary(stream, index),
        fault=_fault(trace),
        journey=_visits(journey),
        data_out=_data_out(trace, stream.setup.packets[index]) if stream.setup.packets else None,
    )


def unreached(index: int, stream: Stream, journey: Journey) -> PacketRun:
    """What became of a packet that never came to the program."""
    fate = journey.fate
    return PacketRun(
        index=index,
        steps=0,
        how="idle",
        verdict=f"ended at {fate.station.title}",
        effect=fate.effect.value,
        value=hex64(0),
        summary=_summary(stream, index),
        journey=_visits(journey),
    )


def _visits(journey: Journey) -> tuple[StationVisit, ...]:
    return tuple(
        StationVisit(
            station=visit.station.id,
            title=visit.station.title,
            verdict=visit.verdict.name if visit.verdict is not None else None,
            note=visit.note,
        )
        for visit in journey.visits
    )


def _summary(stream: Stream, index: int) -> str:
    """One line about what the program was given: a packet, or an event."""
    happenings = stream.setup.happenings
    return happenings[index].text if happenings else summary_of(stream.setup.packets[index])


def _data_out(trace: Trace, packet: bytes) -> str | None:
    """The packet as it was when the program ended, as hex; None where it is as it came."""
    ctx = trace.seek(len(trace)).world.ctx
    data = ctx.data_out() if isinstance(ctx, PacketContext) else packet
    return data.hex() if data != packet else None


def _fault(trace: Trace) -> FaultView | None:
    if trace.fault is None:
        return None
    before = trace.state(len(trace) - 1)
    program = trace.world.programs[before.program]
    return FaultView(
        kind=trace.fault.kind.value,
        message=trace.fault.message,
        pc=before.pc,
        step=len(trace) - 1,
        oops=oops(trace.fault, before, program, trace.world.event.cpu),
    )


def outputs_of(trace: Trace, packet: int) -> list[OutputView]:
    """What the run sent to user space."""
    return [
        OutputView(
            packet=packet,
            step=step,
            kind=output.kind.value,
            source=output.source,
            text=output_text(output.kind, output.data),
            data=output.data.hex(),
        )
        for step, output in trace.outputs
    ]
