"""An event in one line, fast enough for a hundred thousand of them."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address

from app.workbench.packets import summary_of
from vm.kernel.world.events import (
    Event,
    FunctionCall,
    MapUpdated,
    PacketArrives,
    ProgramReplaced,
    Runs,
    Sample,
    SockAddr,
    Syscall,
    Traced,
    Wakes,
)
from vm.kernel.world.spec import WorldSpec

_FLAGS = (("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32))
_PLAIN = 0x45
_LONGEST = 60


@lru_cache(maxsize=4096)
def _address(number: int) -> str:
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@lru_cache(maxsize=64)
def _flags(bits: int) -> str:
    return " ".join(name for name, bit in _FLAGS if bits & bit)


def packet_title(data: bytes) -> str:
    """As the dissector says it; whole TCP and UDP over plain IPv4 without asking it."""
    if (
        len(data) >= 54
        and data[12:14] == b"\x08\x00"
        and data[14] == _PLAIN
        and not data[20] & 0x3F | data[21]
    ):
        protocol, sport, dport = data[23], data[34] << 8 | data[35], data[36] << 8 | data[37]
        source, target = int.from_bytes(data[26:30], "big"), int.from_bytes(data[30:34], "big")
        ends = f"{_address(source)}:{sport} → {_address(target)}:{dport}"
        if protocol == 6 and 80 not in (sport, dport):
            return f"TCP {ends} {_flags(data[47])}".rstrip()
        if protocol == 6 and len(data) == 34 + (data[46] >> 4) * 4:
            return f"TCP {ends} {_flags(data[47])}".rstrip()
    return summary_of(data)


class Names:
    """What the process of each event is called at that time: a child like its parent, until it runs another
    program."""

    def __init__(self, events: Sequence[Event], world: WorldSpec) -> None:
        self._events = events
        self._now = {process.pid: process.comm for process in world.processes}
        self._found: list[str] = []

    def get(self, index: int) -> str:
        """``nginx[812]``; nothing where an event has no process."""
        while len(self._found) <= index:
            self._found.append(self._next(self._events[len(self._found)]))
        return self._found[index]

    def _next(self, event: Event) -> str:
        match event:
            case Syscall(pid=pid, name=name, args=args, result=result):
                said = f"{self._now.get(pid, '?')}[{pid}]"
                if name in ("clone", "clone3", "fork", "vfork") and result:
                    self._now[result] = self._now.get(pid, "?")
                elif name == "execve" and args and isinstance(args[0], str):
                    self._now[pid] = args[0].rpartition("/")[2][:15]
                return said
            case FunctionCall(pid=pid) | Traced(pid=pid) | Wakes(pid=pid) | Runs(pid=pid):
                return f"{self._now.get(pid, '?')}[{pid}]"
            case _:
                return ""


def title(event: Event, who: str) -> str:
    """The line; ``who`` is the process."""
    match event:
        case PacketArrives(data=data):
            return packet_title(data)
        case Syscall(name=name, args=args):
            return f"{who} {name}({', '.join(map(argument, args))})"
        case FunctionCall(function=function, args=args, duration_ns=duration):
            return f"{who} {function}({', '.join(map(argument, args))}) {_time(duration)}"
        case Traced(tracepoint=name, fields=fields):
            said = " ".join(f"{key}={value}" for key, value in fields)
            return f"{who} {name} {said}".rstrip()
        case Wakes():
            return f"{who} wakes"
        case Runs(ns=ns):
            return f"{who} wants {_time(ns)} of a CPU"
        case Sample(period=period, cpu=cpu):
            return f"CPU {cpu} has counted {period:,}"
        case ProgramReplaced(attachment=attachment):
            return f"the program of attachment {attachment} is replaced"
        case MapUpdated(map=name, key=key):
            return f"user space writes {name}[{key.hex()}]"


def _time(ns: int) -> str:
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns} ns"


def argument(value: object) -> str:
    """An argument of a call as a person reads it."""
    match value:
        case int() if value > 0xFFFF_FFFF:
            return hex(value)
        case 0xFFFF_FF9C:
            return "AT_FDCWD"
        case SockAddr(address=address, port=port):
            return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"
        case tuple():
            return f"[{' '.join(map(str, value))}]"[:_LONGEST]
        case bytes():
            return value[:16].hex()
        case _:
            return str(value)[:_LONGEST]
