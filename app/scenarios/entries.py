"""Entries of a script made into streams of events."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from app.manifests.events import Path
from app.scenarios.acting import acting
from app.scenarios.addressed import addressed
from app.scenarios.schema import (
    Acting,
    Argument,
    Call,
    Entry,
    Function,
    Happening,
    Packet,
    Running,
    SocketAddress,
    Tracepoint,
    Woken,
    Written,
)
from app.scenarios.vary import Value, VaryError, ends, put, values
from vm.kernel.packet.form import from_form
from vm.kernel.scenarios.draw import Draw
from vm.kernel.world.events import (
    ANY_CPU,
    Arg,
    Event,
    FunctionCall,
    MapUpdated,
    PacketArrives,
    Runs,
    Sample,
    SockAddr,
    Syscall,
    Traced,
    Wakes,
)
from vm.kernel.world.spec import DeviceSpec
from vm.source import HookscopeError
from vm.uapi import constants_calls

_USUAL = 600
"""Bytes a packet of a behaviour has at most, on average."""
REMEMBERED = 4_096
"""Packets of an entry that are kept, by what varies in them."""
CONSTANTS: Mapping[str, int] = {
    **{row.name: row.value & 0xFFFF_FFFF for group in constants_calls.GROUPS for row in group},
    "AF_UNIX": 1,
    "AF_INET": 2,
    "AF_INET6": 10,
    "SOCK_STREAM": 1,
    "SOCK_DGRAM": 2,
}
"""Words that stand for numbers among arguments."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An entry, when it begins (ns), and which process or device it is about."""

    number: int
    entry: Entry
    start_ns: int
    pid: int = 0
    link: DeviceSpec | None = None
    people: Mapping[str, int] = field(default_factory=dict, repr=False)
    _made: dict[tuple[Value, ...], Event] = field(default_factory=dict, repr=False, compare=False)

    def events(self, seed: int) -> Iterator[Event]:
        """All its events, in order."""
        entry, made = self.entry, self._made
        if isinstance(entry, Acting):
            yield from acting(entry, seed, self.start_ns, self.people)
            return
        sources = [
            values(vary, Draw(seed, f"{self.number} {path}")) for path, vary in sorted(entry.vary.items())
        ]
        for now in self._times(seed):
            varied = tuple(next(source) for source in sources)
            event = made.get(varied) if isinstance(entry, Packet) else None
            if event is None:
                event = self.event(now, dict(zip(sorted(entry.vary), varied, strict=True)))
                if len(made) < REMEMBERED:
                    made[varied] = event
            yield event if event.time_ns == now else _later(event, now)

    def _times(self, seed: int) -> Iterator[int]:
        entry, draw = self.entry, Draw(seed, f"{self.number} when")
        stray = entry.every * entry.jitter // 100
        for number in range(entry.repeat):
            off = draw.below(stray + 1) - stray // 2 if stray else 0
            yield max(0, self.start_ns + number * entry.every + off)

    @property
    def end_ns(self) -> int:
        """When its last event happens, give or take what it strays."""
        return self.start_ns + (self.entry.repeat - 1) * self.entry.every

    @property
    def frame_size(self) -> int:
        """Bytes of its frame; 0 where there is none, or none can be made."""
        if isinstance(self.entry, Acting):
            return _USUAL
        if not isinstance(self.entry, Packet):
            return 0
        try:
            return len(from_form(addressed(self.entry.packet, self.link)))
        except HookscopeError:
            return 0

    def event(self, now: int, varied: Mapping[str, Value]) -> Event:
        """The event at a time, with these values at their paths; raises HookscopeError and VaryError."""
        entry, cpu = self.entry, ANY_CPU if self.entry.cpu is None else self.entry.cpu
        match entry:
            case Packet():
                data = from_form(_varied(addressed(entry.packet, self.link), varied))
                return PacketArrives(now, entry.device, data, entry.queue, cpu, entry.truth)
            case Call() | Function():
                return self._call(entry, now, cpu, varied)
            case Woken():
                return Wakes(now, self.pid, cpu, entry.truth)
            case Running():
                return Runs(now, self.pid, entry.takes, cpu, entry.truth)
            case Tracepoint():
                fields = tuple(entry.fields.items())
                return Traced(now, self.pid, entry.tracepoint, fields, cpu, entry.truth)
            case Written():
                return self._written(entry, now, cpu)
            case Acting():
                return next(acting(entry, 1, self.start_ns, self.people))
            case _:
                return Sample(now, entry.sample, max(0, cpu), entry.truth)

    def _written(self, entry: Written, now: int, cpu: int) -> MapUpdated:
        key = entry.key.to_bytes(8, "little").rstrip(b"\0")
        value = None if entry.value is None else entry.value.to_bytes(8, "little").rstrip(b"\0")
        socket = (self.pid, entry.socket.fd) if entry.socket is not None else None
        return MapUpdated(now, entry.update, key, value, cpu, entry.truth, socket)

    def _call(self, entry: Call | Function, now: int, cpu: int, varied: Mapping[str, Value]) -> Event:
        given: Any = {"args": entry.args, "result": entry.result}
        for path, value in varied.items():
            if path.partition(".")[0] not in given:
                raise VaryError(f"`{path}` cannot vary here; name an argument such as args.0, or result")
            given = put(given, path, value)
        args, result = tuple(map(_argument, given["args"])), given["result"]
        if result is not None and not isinstance(result, int):
            raise VaryError("`result` is a number; vary it over numbers")
        if isinstance(entry, Call):
            return Syscall(now, self.pid, entry.syscall, args, result, entry.takes, cpu, entry.truth)
        return FunctionCall(
            now, self.pid, entry.function, args, result or 0, entry.takes, entry.user, cpu, entry.truth
        )


def _varied(form: Mapping[str, Any] | str, varied: Mapping[str, Value]) -> Any:
    for path, value in varied.items():
        form = put(form, path, value)
    return form


def _argument(given: Argument) -> Arg:
    match given:
        case SocketAddress():
            try:
                return SockAddr(ip_address(given.address), given.port)
            except ValueError:
                raise VaryError(f"`{given.address[:40]}` is no IP address; write it as 203.0.113.7") from None
        case str():
            return CONSTANTS.get(given, given)
        case int():
            return given
        case _:
            return tuple(str(part) for part in given)


def _later(event: Event, now: int) -> Event:
    match event:
        case PacketArrives(_, device, data, queue, cpu, truth):
            return PacketArrives(now, device, data, queue, cpu, truth)
        case _:
            raise AssertionError(event)


def tried(stream: Stream, complain: Callable[[Path, str, str | None], None]) -> None:
    """Makes an entry's event with every value at the ends of what varies: mistakes are told at once."""
    here: Path = ("events", stream.number)
    for path, varied in [("", {}), *_trials(stream.entry, here, complain)]:
        where = (*here, "vary", path) if path else (*here, _subject(stream.entry))
        try:
            stream.event(0, varied)
        except HookscopeError as error:
            found = error.diagnostic
            complain(where, found.message, found.hint)
            return
        except VaryError as error:
            message, _, hint = str(error).partition("; ")
            complain(where, message, hint or None)
            return


def _trials(
    entry: Happening, here: Path, complain: Callable[[Path, str, str | None], None]
) -> Iterator[tuple[str, dict[str, Value]]]:
    for path, vary in entry.vary.items():
        if not isinstance(entry, Packet | Call | Function):
            complain((*here, "vary"), "only packets and calls have parts that vary", "leave `vary` out")
            return
        try:
            found = ends(vary)
        except VaryError as error:
            message, _, hint = str(error).partition("; ")
            complain((*here, "vary", path), message, hint or None)
            continue
        yield from ((path, {path: value}) for value in found)


def _subject(entry: Entry) -> str:
    match entry:
        case Packet():
            return "packet"
        case Call() | Function():
            return "args"
        case Acting():
            return "with" if entry.given else "behaviour"
        case _:
            return "at"
