"""What became of each event of a simulation, as checks look at it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.grading.observed import Ran
from app.workbench.simulate_titles import Names, title
from vm.change import Emitted
from vm.kernel.simulation.outcome import Outcome
from vm.kernel.simulation.simulation import Simulation
from vm.kernel.world.events import Event, PacketArrives, Syscall
from vm.uapi.errno import errno_name


def ran_of(simulation: Simulation, events: Sequence[Event]) -> Iterator[Ran]:
    """What became of each event, its consequences included."""
    names = Names(events, simulation.spec)
    first: dict[int, Outcome] = {}
    later: dict[int, list[Outcome]] = {}
    for outcome in simulation.outcomes:
        if outcome.event in first:
            later.setdefault(outcome.event, []).append(outcome)
        else:
            first[outcome.event] = outcome
    heard: dict[int, list[Emitted]] = {}
    for output in simulation.outputs:
        event = simulation.outcomes[output.index].event
        heard.setdefault(event, []).append(Emitted(output.kind, output.source, output.data))
    for number, happened in enumerate(events):
        words = title(happened, names.get(number))
        if number not in first:
            yield Ran(number + 1, words, None, "NOT SEEN", trouble="it never happened", truth=happened.truth)
            continue
        outcomes = [first[number], *later.get(number, ())]
        yield _of(number, happened, words, outcomes, tuple(heard.get(number, ())))


def with_frames(ran: tuple[Ran, ...], simulation: Simulation) -> tuple[Ran, ...]:
    """The same, each packet as it left the last station of its way."""
    left: dict[int, bytes] = {}
    for opened in simulation.replay(0, len(simulation.outcomes), runs=False):
        frames = [visit.frame for visit in opened.visits if visit.frame is not None and not visit.hop.packet]
        if frames:
            left.setdefault(opened.outcome.event, frames[-1].data)
    return tuple(replace(one, left=left.get(one.number - 1)) for one in ran)


def _of(at: int, event: Event, words: str, outcomes: Sequence[Outcome], outputs: tuple[Emitted, ...]) -> Ran:
    hops = [hop for outcome in outcomes for hop in outcome.hops if hop.program is not None]
    fate = outcomes[0].fate
    stopped = any(outcome.route.denied for outcome in outcomes)
    result = outcomes[0].result
    also = [fate.end.name] if fate is not None else []
    if isinstance(event, Syscall):
        also += ["DENIED" if stopped else "ALLOWED"]
        also += [errno_name(result) or ""] if result is not None and result < 0 else []
    verdict = hops[-1].verdict if hops else None
    return Ran(
        at + 1,
        words,
        result,
        verdict or "",
        event.data if isinstance(event, PacketArrives) else None,
        also=tuple(also),
        trouble="" if hops else "no program saw it",
        outputs=outputs,
        truth=event.truth,
        stopped=stopped,
        redirected=fate.device if fate is not None else None,
        happening=outcomes[0].index,
    )
