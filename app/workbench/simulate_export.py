"""What was delivered, dropped, sent and rewritten, as a capture with a comment on each packet."""

from collections.abc import Iterator, Sequence

from app.workbench.simulate_inputs import Attached
from app.workbench.simulate_rows import Ending
from app.workbench.simulated import Simulated
from vm.helpers.table import HELPERS
from vm.instruction import Call, Instruction, Store
from vm.isa import FP
from vm.kernel.packet.pcapng_notes import NotedPacket, write_noted
from vm.kernel.packet.samples import START_NS
from vm.kernel.simulation.kept import Opened
from vm.kernel.simulation.outcome import End, Kind, Outcome
from vm.kernel.world.events import PacketArrives
from vm.source import HookscopeError

ENDS = ("", "rewritten", *(end.value for end in End))
"""What may be asked for: all packets, those that programs rewrote, or those that ended so."""


def exported(found: Simulated, end: str = "") -> Iterator[bytes]:
    """The blocks of a pcapng file; raises HookscopeError for an end there is none of.

    A packet that programs rewrote stands there twice: as it came, and as it left.
    """
    if end not in ENDS:
        raise HookscopeError.of(
            "bad-end", f"no packet ends `{end[:20]}`", f"there are {', '.join(filter(None, ENDS))}"
        )
    interfaces = [device.id for device in found.plan.made.world.devices]
    places = {name: at for at, name in enumerate(interfaces)}
    return write_noted(_packets(found, end, places), interfaces)


def _packets(found: Simulated, end: str, interfaces: dict[str, int]) -> Iterator[NotedPacket]:
    again = end in ("", "rewritten") and rewriting(found.plan.attached)
    source = _replayed(found) if again else ((outcome, None) for outcome in found.outcomes)
    for outcome, left in source:
        event = found.event_of(outcome)
        if outcome.kind is not Kind.PACKET or not isinstance(event, PacketArrives):
            continue
        ending = found.endings.of(outcome.route)
        if end not in ("", "rewritten", ending.end) or (end == "rewritten" and left is None):
            continue
        time, place = START_NS + outcome.time_ns, interfaces.get(event.device, 0)
        yield NotedPacket(time, event.data, place, _comment(found, outcome, ending))
        if left is not None:
            said = f"event {outcome.event} as it left: {len(event.data)} bytes became {len(left)}"
            yield NotedPacket(time, left, place, said, outbound=ending.end == End.SENT.value)


def rewriting(attached: Sequence[Attached]) -> bool:
    """Whether any program could change a packet: others need not be asked packet by packet."""
    programs = [program for item in attached for program in item.attachment.programs]
    return any(_may_write(insn) for program in programs for insn in program.insns)


def _may_write(insn: Instruction | None) -> bool:
    match insn:
        case Store(dst=dst):
            return dst != FP
        case Call(imm=number) if number in HELPERS:
            return HELPERS[number].changes_packet
        case _:
            return False


def _replayed(found: Simulated) -> Iterator[tuple[Outcome, bytes | None]]:
    """All happenings in one more pass, with the bytes that left of packets that programs rewrote."""
    outcomes = found.outcomes
    for opened in found.simulation.replay(0, len(outcomes), runs=False):
        outcome = outcomes[opened.outcome.index]
        event = found.event_of(outcome)
        data = event.data if isinstance(event, PacketArrives) else b""
        yield outcome, _left(opened, data)


def _left(opened: Opened, data: bytes) -> bytes | None:
    """The first packet as it left, if a program changed it on the way."""
    changed, last = False, data
    for visit in opened.visits:
        if visit.hop.packet == 0 and visit.frame is not None:
            changed = changed or (visit.hop.program is not None and visit.frame.data != last)
            last = visit.frame.data
    return last if changed else None


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
