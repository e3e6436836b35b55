"""What is there to be sent when a lesson opens: its scenario's packets, else those of its first check."""

from collections.abc import Iterator
from itertools import repeat

from app.lessons.lesson import Lesson
from app.lessons.schema.send import PacketSend, PcapSend, Send
from app.schemas.trace import Inputs
from vm.kernel.packet.form import from_form
from vm.kernel.packet.pcap import read_capture
from vm.kernel.packet.samples import SAMPLES
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.world.events import PacketArrives

MOST = 200
"""Packets a lesson opens with."""
MILLISECOND = 1_000_000


def hook_of(source: str, otherwise: str) -> str:
    """The hook of a text's first ``.hook``."""
    lines = (line.split() for line in source.splitlines())
    return next((words[1] for words in lines if len(words) > 1 and words[0] == ".hook"), otherwise)


def times(packets: tuple[str, ...]) -> tuple[int, ...]:
    """A millisecond apart."""
    return tuple(index * MILLISECOND for index in range(len(packets)))


def first_inputs(lesson: Lesson, seed: int) -> Inputs:
    """The stub, and what is sent to it at first."""
    arriving = list(_scenario(lesson, seed)) or [
        (index * MILLISECOND, data) for index, data in enumerate(_checked(lesson))
    ]
    if not arriving:
        arriving = [(0, from_form("tcp-syn"))]
    start = arriving[0][0]
    source = lesson.stub.source
    return Inputs(
        source=source,
        hook=hook_of(source, lesson.front.hook),
        packets=tuple(data.hex() for _, data in arriving[:MOST]),
        times_ns=tuple(time - start for time, _ in arriving[:MOST]),
    )


def _scenario(lesson: Lesson, seed: int) -> Iterator[tuple[int, bytes]]:
    """Times and frames of the scenario of the front matter, which may also name a set of sample packets."""
    wanted = lesson.front.scenario
    if wanted is None:
        return
    if wanted.scenario in SAMPLES:
        packets = SAMPLES[wanted.scenario].make()
        yield from ((packet.timestamp_ns, packet.data) for packet in packets)
        return
    if wanted.scenario not in SCENARIOS:
        return
    given = dict(wanted.set)
    if wanted.events is not None:
        given["events"] = wanted.events
    made = make(SCENARIOS[wanted.scenario], seed if wanted.seed == "learner" else wanted.seed, given)
    for event in made.events:
        if isinstance(event, PacketArrives):
            yield event.time_ns, event.data


def _checked(lesson: Lesson) -> Iterator[bytes]:
    """The packets of the first visible check that sends any, without what varies in them."""
    for check in lesson.checks:
        packets = [] if check.hidden else [data for send in check.send for data in _packets(send, lesson)]
        if packets:
            yield from packets
            return


def _packets(send: Send, lesson: Lesson) -> Iterator[bytes]:
    match send:
        case PacketSend():
            yield from repeat(from_form(send.form), min(send.repeat, MOST))
        case PcapSend(pcap=name) if name in lesson.files.names:
            for packet in read_capture(lesson.files.data(name)).packets:
                yield packet.data
        case str():
            yield from_form(send)
        case _:
            return
