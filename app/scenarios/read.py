"""A script read: text in; a world with its events out, or all that is wrong with it."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from app.manifests.events import Document, Mistake, Path, documents
from app.manifests.located import validate
from app.scenarios.entries import Stream, tried
from app.scenarios.schema import (
    Acting,
    Call,
    Entry,
    Function,
    Packet,
    Running,
    Script,
    Tracepoint,
    Woken,
    Written,
)
from app.scenarios.world import build
from vm.kernel.scenarios.model import MAX_EVENTS, MILLISECOND, Made
from vm.kernel.world.events import Event
from vm.kernel.world.spec import WorldSpec
from vm.source import Diagnostic, HookscopeError, did_you_mean
from vm.uapi.tracing import functions, lsm_hooks, records

MAX_BYTES = 64 << 20
"""Bytes of all packets of a script."""
MOST_TOLD = 20
"""Mistakes told of one script."""


@dataclass(frozen=True, slots=True)
class ReadScript:
    """A script without mistakes."""

    script: Script
    world: WorldSpec
    streams: tuple[Stream, ...] = field(repr=False)

    @property
    def count(self) -> int:
        """How many events there are."""
        return sum(stream.entry.repeat for stream in self.streams)

    def make(self, seed: int | None = None, most: int | None = None) -> Made:
        """Its world and events, ``most`` at most; equal seeds give equal events, None is the script's own."""
        chosen = self.script.seed if seed is None else seed
        events = heapq.merge(*(stream.events(chosen) for stream in self.streams), key=_time)
        return Made(
            self.world,
            islice(events, most),
            min(self.count, most or self.count),
            frozenset(self.script.wanted),
        )


def _time(event: Event) -> int:
    return event.time_ns


def read(text: str) -> tuple[ReadScript | None, list[Diagnostic]]:
    """The script, or None with its mistakes in the order of the text."""
    try:
        found = documents(text)
    except Mistake as mistake:
        return None, [mistake.diagnostic]
    if len(found) != 1:
        message = f"a script is one YAML document, and here are {len(found)}"
        return None, [Diagnostic("bad-script", message, hint="begin with `scenario: its name`")]
    document = found[0]
    script, diagnostics = validate(document, Script)
    if script is None:
        return None, diagnostics[:MOST_TOLD]
    return _Reading(document, script).read()


def read_or_raise(text: str) -> ReadScript:
    """The script; raises HookscopeError with its first mistake."""
    found, diagnostics = read(text)
    if found is None:
        raise HookscopeError(diagnostics[0])
    return found


class _Reading:
    """A script whose form is right, being looked through for sense."""

    def __init__(self, document: Document, script: Script) -> None:
        self.document = document
        self.script = script
        self.diagnostics: list[Diagnostic] = []

    def complain(self, path: Path, message: str, hint: str | None) -> None:
        """Notes a mistake at a path; at a key where it is about one."""
        place = self.document.span(path)
        self.diagnostics.append(Diagnostic("bad-script", message, place, hint))

    def read(self) -> tuple[ReadScript | None, list[Diagnostic]]:
        world = build(self.script.world, self.complain)
        streams = tuple(self._streams(world))
        self._labels()
        self._total()
        self._bytes(streams)
        if not streams:
            self.complain(
                ("events",), "nothing happens: there are no events", "add one, such as `- packet: tcp-syn`"
            )
        if self.diagnostics:
            ordered = sorted(self.diagnostics, key=lambda item: item.span or self.document.span(()))
            return None, ordered[:MOST_TOLD]
        return ReadScript(self.script, world, streams), []

    def _streams(self, world: WorldSpec) -> Iterator[Stream]:
        people = {process.comm: process.pid for process in reversed(world.processes)}
        pids = {process.pid for process in world.processes}
        devices = [device.id for device in world.devices]
        end = -MILLISECOND
        for number, entry in enumerate(self.script.events):
            here: Path = ("events", number)
            start = end + MILLISECOND if entry.at is None else entry.at
            link = world.device(entry.device) if isinstance(entry, Packet) else None
            stream = Stream(number, entry, start, self._pid(entry, here, people, pids), link, people)
            end = stream.end_ns
            self._known(entry, here, devices)
            if entry.cpu is not None and entry.cpu >= world.cpus:
                self.complain(
                    (*here, "cpu"), f"there is no CPU {entry.cpu}", f"the world has {world.cpus}, from 0 on"
                )
            tried(stream, self.complain)
            if (
                isinstance(entry, Call)
                and entry.syscall in ("clone", "clone3", "fork", "vfork")
                and entry.result
            ):
                pids.add(entry.result)
            yield stream

    def _pid(self, entry: Entry, here: Path, people: dict[str, int], pids: set[int]) -> int:
        key, who = _who(entry)
        if who is None:
            return 0
        if isinstance(who, str):
            if who not in people:
                hint = (
                    did_you_mean(who, people)
                    or f"there are {', '.join(people)}; others go under world.processes"
                )
                self.complain((*here, key), f"there is no process named `{who}`", hint)
            return people.get(who, 0)
        if who not in pids:
            hint = "describe it under world.processes, or let an earlier `clone` have it as its result"
            self.complain((*here, key), f"there is no process {who}", hint)
        return who

    def _known(self, entry: Entry, here: Path, devices: list[str]) -> None:
        match entry:
            case Packet(device=device) if device not in devices:
                hint = did_you_mean(device, devices) or f"there are {', '.join(devices)}"
                self.complain((*here, "device"), f"there is no device {device}", hint)
            case Call(syscall=name) if f"syscalls/sys_enter_{name}" not in records():
                known = [row.removeprefix("syscalls/sys_enter_") for row in records() if "/sys_enter_" in row]
                hint = did_you_mean(name, known) or "those with a tracepoint sys_enter_… are modeled"
                self.complain((*here, "syscall"), f"the system call {name} is not modeled", hint)
            case Function(function=name, user=False) if name not in functions() and name.removeprefix(
                "security_"
            ) not in _asked(name):
                hint = did_you_mean(name, functions()) or "those that kprobe knows are modeled"
                self.complain((*here, "function"), f"the kernel function {name} is not modeled", hint)
            case Tracepoint():
                self._record(entry, here)
            case _:
                pass

    def _record(self, entry: Tracepoint, here: Path) -> None:
        row = records().get(entry.tracepoint)
        if row is None:
            hint = (
                did_you_mean(entry.tracepoint, records()) or "say it with its category: block/block_rq_issue"
            )
            self.complain((*here, "tracepoint"), f"there is no tracepoint {entry.tracepoint}", hint)
            return
        names = [field.name for field in row.fields]
        for name in entry.fields:
            if name not in names:
                hint = did_you_mean(name, names) or f"it has {', '.join(names)}"
                self.complain((*here, "fields", name), f"{entry.tracepoint} has no field `{name[:40]}`", hint)

    def _labels(self) -> None:
        script, known = self.script, self.script.truths
        for index, label in enumerate(script.wanted):
            if label not in {entry.truth for entry in script.events}:
                hint = did_you_mean(label, {entry.truth for entry in script.events})
                self.complain(("wanted", index), f"no event has the truth `{label}`", hint)
        for number, entry in enumerate(script.events):
            if known and entry.truth and entry.truth not in known:
                hint = did_you_mean(entry.truth, known) or "say under `truths` what it means"
                self.complain(("events", number, "truth"), f"`truths` does not tell of `{entry.truth}`", hint)

    def _bytes(self, streams: tuple[Stream, ...]) -> None:
        """Packets that all are alike stand in memory once, those that vary each."""
        total = 0
        for stream in streams:
            alike = not stream.entry.vary and not isinstance(stream.entry, Acting)
            total += stream.frame_size * (1 if alike else stream.entry.repeat)
            if total > MAX_BYTES:
                megabytes = f"{total / 1e6:,.0f} MB, of which {MAX_BYTES / 1e6:,.0f} MB"
                message = f"with this entry the packets have {megabytes} are possible"
                path = ("events", stream.number, "repeat")
                self.complain(path, message, "send fewer, or shorter ones")
                return

    def _total(self) -> None:
        total = 0
        for number, entry in enumerate(self.script.events):
            total += entry.repeat
            if total > MAX_EVENTS:
                message = (
                    f"with this entry the script has {total:,} events, of which {MAX_EVENTS:,} are possible"
                )
                self.complain(("events", number, "repeat"), message, "let it repeat less often")
                return


def _asked(function: str) -> Mapping[str, object]:
    """Security hooks, for functions that ask them: security_task_setnice."""
    return lsm_hooks() if function.startswith("security_") else {}


def _who(entry: Entry) -> tuple[str, str | int | None]:
    match entry:
        case Call() | Function() | Tracepoint():
            return "process", entry.process
        case Woken():
            return "wakes", entry.wakes
        case Running():
            return "runs", entry.runs
        case Written(socket=socket) if socket is not None:
            return "socket", socket.process
        case _:
            return "", None
