"""An event in one line, fast enough for a hundred thousand of them."""

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
    Wakes,
)

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


def title(event: Event, names: dict[int, str]) -> str:
    """The line; ``names`` are the processes' by pid."""
    match event:
        case PacketArrives(data=data):
            return packet_title(data)
        case Syscall(pid=pid, name=name, args=args):
            return f"{_who(pid, names)} {name}({', '.join(map(argument, args))})"
        case FunctionCall(pid=pid, function=function, args=args, duration_ns=duration):
            return f"{_who(pid, names)} {function}({', '.join(map(argument, args))}) {_time(duration)}"
        case Wakes(pid=pid):
            return f"{_who(pid, names)} wakes"
        case Runs(pid=pid, ns=ns):
            return f"{_who(pid, names)} wants {_time(ns)} of a CPU"
        case Sample(period=period, cpu=cpu):
            return f"CPU {cpu} has counted {period:,}"
        case ProgramReplaced(attachment=attachment):
            return f"the program of attachment {attachment} is replaced"
        case MapUpdated(map=name, key=key):
            return f"user space writes {name}[{key.hex()}]"


def _who(pid: int, names: dict[int, str]) -> str:
    return f"{names.get(pid, '?')}[{pid}]"


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
