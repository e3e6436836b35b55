"""What was delivered, dropped, sent and rewritten, as a capture with a comment on each packet."""

from collections.abc import Iterator

from app.workbench.simulate_rows import Ending
from app.workbench.simulated import Simulated
from vm.kernel.packet.pcapng_notes import NotedPacket, write_noted
from vm.kernel.packet.samples import START_NS
from vm.kernel.simulation.outcome import End, Kind, Outcome
from vm.kernel.world.events import PacketArrives
from vm.source import HookscopeError

ENDS = ("", "rewritten", *(end.value for end in End))
"""What may be asked for: all packets, those that programs rewrote, or those that ended so."""


def exported(found: Simulated, end: str = "") -> Iterator[bytes]:
    """The blocks of a pcapng file; raises HookscopeError for an end there is none of."""
    if end not in ENDS:
        raise HookscopeError.of(
            "bad-end", f"no packet ends `{end[:20]}`", f"there are {', '.join(filter(None, ENDS))}"
        )
    interfaces = [device.id for device in found.plan.made.world.devices]
    return write_noted(_packets(found, end, {name: at for at, name in enumerate(interfaces)}), interfaces)


def _packets(found: Simulated, end: str, interfaces: dict[str, int]) -> Iterator[NotedPacket]:
    for outcome in found.outcomes:
        event = found.event_of(outcome)
        if outcome.kind is not Kind.PACKET or not isinstance(event, PacketArrives):
            continue
        ending = found.endings.of(outcome.route)
        if end not in ("", "rewritten", ending.end):
            continue
        rewritten = _rewritten(found, outcome, event) if end in ("", "rewritten") and _ran(outcome) else None
        if end == "rewritten" and rewritten is None:
            continue
        time, place = START_NS + outcome.time_ns, interfaces.get(event.device, 0)
        yield NotedPacket(time, event.data, place, _comment(found, outcome, ending))
        if rewritten is not None:
            said = f"event {outcome.event} as it left: {len(event.data)} bytes became {len(rewritten)}"
            yield NotedPacket(time, rewritten, place, said, outbound=ending.end == End.SENT.value)


def _ran(outcome: Outcome) -> bool:
    """Whether a program saw the packet and let it live: others cannot have been rewritten."""
    return any(hop.program for hop in outcome.hops) and not outcome.route.denied


def _rewritten(found: Simulated, outcome: Outcome, event: PacketArrives) -> bytes | None:
    """The bytes as the last program left them, where they differ from those that came."""
    visits = found.simulation.open(outcome.index).visits
    frames = [visit.frame.data for visit in visits if visit.frame is not None and visit.hop.packet == 0]
    return frames[-1] if frames and frames[-1] != event.data else None


def _comment(found: Simulated, outcome: Outcome, ending: Ending) -> str:
    """``event 21: dropped at XDP, eth0 by syn_guard (XDP_DROP), pc 25, line 31``."""
    words = [f"event {outcome.event}: {ending.end or ending.effect} at {ending.place}"]
    if ending.program:
        line = f", line {ending.line}" if ending.line is not None else ""
        pc = f", pc {ending.pc}{line}" if ending.pc is not None else ""
        words.append(f" by {ending.program} ({ending.verdict}){pc}")
    if ending.reason:
        words.append(f", {ending.reason}")
    if truth := found.truth(outcome):
        words.append(f"; truth: {truth}")
    return "".join(words)
