"""What a check sends, straight to a program: stimuli in order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.grading.sending.fuzz import VARIATIONS, fuzzed
from app.grading.sending.stimulus import Stimulus
from app.grading.sending.values import put as put_value
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.schema.send import FuzzSend, PacketSend, PcapSend, RunSend, Send, Sent
from app.scenarios.vary import VaryError, put, values
from vm.kernel.context import HookInput
from vm.kernel.hooks import HookPoint
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.form import from_form
from vm.kernel.packet.pcap import read_capture
from vm.kernel.sample_events import sample_events
from vm.kernel.scenarios.draw import Draw
from vm.source import HookscopeError, did_you_mean

MOST: Final = 20_000
"""Runs of one check."""
_ZEROS: Final = re.compile(r"(?:, 0){3,}\]$")


@dataclass(slots=True)
class Stimuli:
    """Makes stimuli for the programs of ``subject`` at ``point``; equal seeds make equal ones."""

    subject: Subject
    point: HookPoint
    files: Files
    seed: int
    _number: int = 0
    _now: int = 0
    _meeting: int = 0
    _made: list[Stimulus] = field(default_factory=list)

    def of(self, sends: Sequence[Send]) -> tuple[Stimulus, ...]:
        """All of them; raises HookscopeError for what cannot be sent."""
        before: Send | None = None
        for place, send in enumerate(sends):
            if _meets(send) and not _meets(before):
                self._meeting += 1
            for stimulus in self._each(send, place):
                self._made.append(stimulus)
                if len(self._made) > MOST:
                    raise HookscopeError.of("too-much", f"a check sends at most {MOST:,} things")
            before = send
        return tuple(self._made)

    def _each(self, send: Send, place: int) -> Iterator[Stimulus]:
        draw = Draw(self.seed, f"send {place}")
        match send:
            case PacketSend():
                yield from self._spread(send, list(_packets(send, self.seed, place)))
            case PcapSend():
                packets = [packet.data for packet in read_capture(capture(self.files, send.pcap)).packets]
                yield from self._spread(send, packets * send.repeat)
            case FuzzSend(fuzz=fuzz):
                check_variations(fuzz.vary)
                packets = list(fuzzed(fuzz.base, fuzz.vary, fuzz.count, draw))
                yield from self._spread(Sent(), packets)
            case RunSend():
                yield from self._runs(send, draw)
            case str() | int():
                yield from self._spread(Sent(), [from_form(str(send))])
            case _:
                raise AssertionError(f"{type(send).__name__} goes through the kernel")

    def _spread(self, send: Sent, packets: list[bytes]) -> Iterator[Stimulus]:
        if not self.point.takes_packets:
            message = f"a packet cannot be sent to {self.point.name}"
            raise HookscopeError.of("no-packet", message, "keep the .hook line as it was given to you")
        for index, packet in enumerate(packets):
            yield self._one(packet, dissect(packet).summary, send, index)

    def _runs(self, send: RunSend, draw: Draw) -> Iterator[Stimulus]:
        for index in range(send.repeat):
            if self.point.takes_packets:
                one = self._one(from_form("tcp-syn"), "", send, index)
            else:
                event = sample_events(self.point)[0]
                one = self._one(event.what, event.text, send, index)
                one = replace(one, task=event.task, probe=event.probe)
            data = self.subject.data
            given = {name: put_value(data, name, value, draw) for name, value in send.run.items()}
            words = ", ".join(
                f"{name} = {_shown(self.subject, name, value)}" for name, value in given.items()
            )
            yield replace(one, values=given, words=words or "a run")

    def _one(self, what: bytes | HookInput, words: str, send: Sent, index: int) -> Stimulus:
        """Repetition ``index`` of what is sent."""
        at = send.at if send.at is not None and index == 0 else self._now
        self._number += 1
        self._now = at + send.every
        cpus = send.cpus or (0,)
        return Stimulus(
            self._number,
            what,
            words,
            at,
            cpus[index % len(cpus)],
            meeting=self._meeting if _meets(send) else None,
            all_orders=send.interleavings != "random",
        )


def check_variations(names: Sequence[str]) -> None:
    """Raises HookscopeError for one that there is not."""
    for name in names:
        if name not in VARIATIONS:
            hint = did_you_mean(name, VARIATIONS) or f"there are {', '.join(VARIATIONS)}"
            raise HookscopeError.of("unknown-variation", f"packets cannot vary in `{name}`", hint)


def capture(files: Files, name: str) -> bytes:
    """A capture of the lesson's folder; raises HookscopeError where it is not there."""
    if name not in files.names:
        raise HookscopeError.of("missing-file", f"there is no file `{name}`", did_you_mean(name, files.names))
    return files.data(name)


def _meets(send: object) -> bool:
    return isinstance(send, Sent) and send.interleavings is not None


def _packets(send: PacketSend, seed: int, place: int) -> Iterator[bytes]:
    """The repetitions of a packet, with what varies."""
    if not send.vary:
        packet = from_form(send.form)
        for _ in range(send.repeat):
            yield packet
        return
    sources = {path: values(vary, Draw(seed, f"{place} {path}")) for path, vary in sorted(send.vary.items())}
    for _ in range(send.repeat):
        form = send.form
        try:
            for path, source in sources.items():
                form = put(form, path, next(source))
        except VaryError as error:
            raise HookscopeError.of("bad-value", str(error)) from None
        yield from_form(form)


def _shown(subject: Subject, name: str, value: bytes) -> str:
    kind = subject.data[name].type
    text = _ZEROS.sub(", 0 …]", kind.format(value)) if kind is not None else value.hex()
    return text if len(text) <= 80 else text[:77] + "…"
