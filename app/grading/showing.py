"""The failing packet as something that opens in the workbench."""

from app.grading.case import Miss
from app.grading.judges.native import point_of
from app.grading.result import Shown
from app.grading.sending.stimuli import Stimuli
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.schema.checks import Check
from app.schemas.trace import Inputs

MOST_PACKETS = 1_000


def shown(subject: Subject, check: Check, files: Files, seed: int, miss: Miss) -> Shown | None:
    """The run up to the packet that is to blame, or to the last; None where nothing was sent."""
    if not check.send:
        return None
    point = point_of(subject)
    stimuli = Stimuli(subject, point, files, seed).of(check.send)
    upto = stimuli[: miss.number or len(stimuli)][-MOST_PACKETS:]
    packets = tuple(one.packet.hex() for one in upto if one.packet is not None)
    if point.takes_packets and not packets:
        return None
    times = tuple(one.time_ns for one in upto) if packets else ()
    inputs = Inputs(
        source=subject.answer.source,
        hook=point.name,
        packets=packets,
        times_ns=times,
        seed=seed,
        cpu=upto[-1].cpu,
    )
    return Shown(check.title, inputs, max(0, len(upto) - 1))
