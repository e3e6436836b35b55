"""One event of a simulation in full, and a program's run on it opened in the workbench."""

from collections.abc import Iterator

from app.schemas.happening import ByteChange, EventView, HopView, OpenReply
from app.schemas.trace import Inputs
from app.workbench.opened import OpenedRun
from app.workbench.packets import view as packet_view
from app.workbench.run import KEYFRAME_BYTES, RUN_SECONDS
from app.workbench.runs import remember
from app.workbench.simulate_rows import view
from app.workbench.simulate_summary import output_row
from app.workbench.simulate_titles import argument
from app.workbench.simulated import Simulated
from app.workbench.state import map_view
from app.workbench.tally import STEP_LIMIT
from vm.kernel.context import Frame
from vm.kernel.simulation.kept import Opened
from vm.kernel.simulation.outcome import Outcome
from vm.kernel.stations import STATIONS
from vm.kernel.world.events import Event, FunctionCall, PacketArrives, Runs, Syscall
from vm.machine.trace import Budget, Trace
from vm.source import HookscopeError

CHANGES = 64
"""Stretches of differing bytes that are told of one hop."""
NUMBERS = ("mark", "priority", "vlan_tci", "queue_mapping", "tc_index", "hash")
"""What is told of what the kernel keeps beside a frame."""


def event_view(found: Simulated, index: int) -> EventView:
    """A happening in full; raises HookscopeError where there is none."""
    opened = _open(found, index)
    outcome = opened.outcome
    event = found.event_of(outcome)
    return EventView(
        row=view(found.row(outcome)),
        detail=_detail(event, outcome, found),
        packet=packet_view(event.data) if isinstance(event, PacketArrives) else None,
        hops=list(_hops(found, opened, event)),
        outputs=[output_row(found, output) for output in opened.outputs],
    )


def _open(found: Simulated, index: int) -> Opened:
    if not 0 <= index < len(found.outcomes):
        raise HookscopeError.of(
            "no-event",
            f"there is no event {index:,}",
            f"{len(found.outcomes):,} have happened, counted from 0",
        )
    return found.simulation.open(index)


def _detail(event: Event | None, outcome: Outcome, found: Simulated) -> dict[str, str]:
    """What is known of an event by name."""
    told: dict[str, str] = {"time": f"{outcome.time_ns / 1e9:.6f} s"}
    match event:
        case PacketArrives(device=device, queue=queue, data=data):
            told |= {"device": device, "queue": str(queue), "bytes": f"{len(data):,}"}
        case Syscall(pid=pid, name=name, args=args, duration_ns=duration):
            told |= _process(found, outcome, pid) | {"call": name, "took": f"{duration:,} ns"}
            told |= {f"argument {number}": argument(value) for number, value in enumerate(args, 1)}
        case FunctionCall(pid=pid, function=function, args=args, result=result, duration_ns=duration):
            told |= _process(found, outcome, pid) | {
                "function": function,
                "took": f"{duration:,} ns",
                "returned": str(result),
            }
            told |= {f"argument {number}": argument(value) for number, value in enumerate(args, 1)}
        case Runs(pid=pid, ns=ns):
            told |= _process(found, outcome, pid) | {"wants": f"{ns:,} ns"}
        case _:
            pass
    if outcome.result is not None:
        told["result"] = str(outcome.result)
    return told


def _process(found: Simulated, outcome: Outcome, pid: int) -> dict[str, str]:
    process = found.plan.made.world.process(pid)
    told = {"process": found.names.get(outcome.event)}
    return told | ({"uid": str(process.uid), "cgroup": process.cgroup} if process is not None else {})


def _hops(found: Simulated, opened: Opened, event: Event | None) -> Iterator[HopView]:
    """The hops, the bytes of each compared with those of the hop before of the same packet."""
    frames = {0: event.data} if isinstance(event, PacketArrives) else {}
    for number, visit in enumerate(opened.visits):
        packet, frame = visit.hop.packet, visit.frame
        yield _hop(found, opened, number, frames.get(packet))
        if frame is not None:
            frames[packet] = frame.data


def _hop(found: Simulated, opened: Opened, number: int, before: bytes | None) -> HopView:
    visit = opened.visits[number]
    hop, frame = visit.hop, visit.frame
    known = found.known.get(hop.program or "")
    station = STATIONS.get(hop.station)
    data = frame.data if frame is not None else None
    pair = (before, data) if before is not None and data is not None else None
    return HopView(
        number=number,
        packet=hop.packet,
        station=hop.station,
        title=station.title if station is not None else hop.station,
        kernel=station.kernel if station is not None else "",
        device=hop.device,
        netns=hop.netns,
        at_ns=opened.outcome.time_ns + hop.after_ns,
        effect=hop.effect.value,
        verdict=hop.verdict or "",
        note=hop.note,
        attachment=known.attachment if known is not None else None,
        program=hop.program or "",
        steps=hop.steps,
        pc=hop.pc,
        line=known.line(hop.pc) if known is not None else None,
        text=known.text(hop.pc) if known is not None else "",
        steppable=visit.start is not None,
        data=data.hex() if data is not None else None,
        changes=list(changes(*pair)) if pair is not None and len(pair[0]) == len(pair[1]) else [],
        resized=len(pair[1]) - len(pair[0]) if pair is not None else 0,
        numbers=_numbers(frame),
    )


def _numbers(frame: Frame | None) -> dict[str, int]:
    return (
        {name: frame.numbers[name] for name in NUMBERS if frame.numbers.get(name)}
        if frame is not None
        else {}
    )


def changes(before: bytes, after: bytes) -> Iterator[ByteChange]:
    """The stretches of bytes that differ, the first of them; both are equally long."""
    at, told = 0, 0
    while at < len(after) and told < CHANGES:
        if before[at] == after[at]:
            at += 1
            continue
        end = at
        while end < len(after) and before[end] != after[end]:
            end += 1
        yield ByteChange(off=at, before=before[at:end].hex(), after=after[at:end].hex())
        at, told = end, told + 1


def opened(found: Simulated, index: int, hop: int) -> OpenReply:
    """The run of a hop's program, remembered; raises HookscopeError where no program ran."""
    run, opening = _run(found, index, hop)
    remember(run)
    trace = run.trace(0)
    known = found.known[str(opening.visits[hop].hop.program)]
    event = trace.world.event
    inputs = Inputs(
        source="\n".join(known.lines),
        hook=run.hook.name,
        packets=(run.frame.hex(),) if run.frame else (),
        seed=event.seed % 2**64,
        cpu=event.cpu,
    )
    return OpenReply(
        run=run.key,
        steps=len(trace),
        inputs=inputs,
        attachment=known.attachment,
        maps=[map_view(made) for made in trace.seek(0).world.maps],  # type: ignore[misc]
    )


def run_of(found: Simulated, index: int, hop: int) -> OpenedRun:
    """The run of a hop's program; raises HookscopeError where none ran."""
    return _run(found, index, hop)[0]


def _run(found: Simulated, index: int, hop: int) -> tuple[OpenedRun, Opened]:
    opening = _open(found, index)
    visit = opening.visits[hop] if hop < len(opening.visits) else None
    if visit is None or visit.start is None or visit.point is None:
        raise HookscopeError.of(
            "not-reached", "no program ran at this station", "open a station where a program is attached"
        )
    budget = Budget(STEP_LIMIT, KEYFRAME_BYTES, RUN_SECONDS)
    title = str(found.row(opening.outcome)["title"])
    frame = visit.start.what.data if isinstance(visit.start.what, Frame) else b""
    key = f"{found.key}/{index}/{hop}"
    return OpenedRun(key, visit.point, lambda: Trace(visit.world(), budget), frame, title), opening
