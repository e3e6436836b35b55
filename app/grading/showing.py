"""The failing packet or event as something that opens in the workbench."""

from typing import Any

import yaml

from app.grading.budget import Budget
from app.grading.case import Miss, text_of
from app.grading.judges.native import point_of
from app.grading.result import Shown
from app.grading.sending.stimuli import Stimuli
from app.grading.sending.through import MOST_EVENTS, Through, as_entry, goes_through
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.schema.checks import Check
from app.lessons.schema.send import FuzzSend, PacketSend, PcapSend, ScenarioSend
from app.schemas.simulate import AttachmentInput, SimulationInputs
from app.schemas.trace import Inputs
from app.workbench.watch import unwatched
from vm.kernel.world.events import PacketArrives

MOST_PACKETS = 1_000


def shown(subject: Subject, check: Check, files: Files, seed: int, miss: Miss) -> Shown | None:
    """What opens what is to blame, or the last that was sent; None where nothing was.

    Raises HookscopeError for what cannot be sent.
    """
    if not check.send:
        return None
    if goes_through(check):
        simulation = _simulation(subject, check, files, seed)
        return Shown(check.title, simulation=simulation, event=miss.happening) if simulation else None
    return _run(subject, check, files, seed, miss)


def _run(subject: Subject, check: Check, files: Files, seed: int, miss: Miss) -> Shown | None:
    """The packets up to the one that is to blame."""
    point = point_of(subject)
    stimuli = Stimuli(subject, point, files, seed).of(check.send)
    upto = stimuli[: miss.number or len(stimuli)][-MOST_PACKETS:]
    packets = tuple(one.packet.hex() for one in upto if one.packet is not None)
    if point.takes_packets and not packets:
        return None
    inputs = Inputs(
        source=with_values(subject, upto[-1].values),
        hook=point.name,
        packets=packets,
        times_ns=tuple(one.time_ns for one in upto) if packets else (),
        seed=seed,
        cpu=upto[-1].cpu,
    )
    return Shown(check.title, inputs, max(0, len(upto) - 1))


def with_values(subject: Subject, values: Any) -> str:
    """The text with its variables declared to hold what the run was given."""
    lines = subject.answer.source.split("\n")
    for number, line in enumerate(lines):
        words = line.split()
        if len(words) < 3 or words[0] not in (".data", ".bss") or words[1] not in values:
            continue
        kind = subject.data[words[1]].type
        if kind is not None:
            lines[number] = f".data {words[1]} {kind.text} {kind.format(values[words[1]])}"
    return "\n".join(lines)


def _simulation(subject: Subject, check: Check, files: Files, seed: int) -> SimulationInputs | None:
    """The same things for the workbench's own simulations; None where it has no way to say them."""
    attachments = (AttachmentInput(source=subject.answer.source, place=""),)
    scenes = [send for send in check.send if isinstance(send, ScenarioSend)]
    if scenes:
        return _scene(scenes[0], files, seed, attachments) if len(check.send) == 1 else None
    if all(isinstance(send, str | PacketSend | PcapSend | FuzzSend) for send in check.send):
        through = Through(subject, check, files, seed, Budget(unwatched()))
        found = [event for event in through.simulation().events if isinstance(event, PacketArrives)]
        return SimulationInputs(
            packets=tuple(event.data.hex() for event in found[:MOST_PACKETS]),
            times_ns=tuple(event.time_ns for event in found[:MOST_PACKETS]),
            seed=1,
            attachments=attachments,
        )
    return SimulationInputs(script=_script(check), seed=1, attachments=attachments)


def _scene(
    send: ScenarioSend, files: Files, seed: int, attachments: tuple[AttachmentInput, ...]
) -> SimulationInputs:
    chosen = seed if send.seed == "learner" else send.seed
    given = {**send.set, **({"events": send.events} if send.events is not None else {})}
    if send.scenario.endswith(".yaml"):
        text = text_of(files, send.scenario)
        return SimulationInputs(script=text, seed=chosen, parameters=given, attachments=attachments)
    return SimulationInputs(scenario=send.scenario, seed=chosen, parameters=given, attachments=attachments)


def _script(check: Check) -> str:
    """A script of what is sent, as the workbench reads it."""
    entries = []
    for send in check.send:
        if isinstance(send, FuzzSend | PcapSend):
            continue
        entry = as_entry(send).model_dump(exclude_defaults=True, by_alias=True)
        entries.append({key: _timed(key, value) for key, value in entry.items() if value is not None})
    return str(
        yaml.safe_dump({"scenario": check.title[:100], "events": entries[:MOST_EVENTS]}, sort_keys=False)
    )


def _timed(key: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return [_timed("", one) for one in value]
    return f"{value}ns" if key in ("at", "every", "takes") else value
