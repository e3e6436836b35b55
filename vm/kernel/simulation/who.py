"""Who did what, in words, for the audit list."""

from ipaddress import ip_address

from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import ETH_IPV4, ETH_IPV6, PROTOCOLS, network
from vm.kernel.simulation.outcome import Denial, Kind, Outcome
from vm.kernel.world.events import Event, FunctionCall, PacketArrives, SockAddr, Syscall, Traced
from vm.kernel.world.spec import WorldSpec

_LONGEST = 80


def who(spec: WorldSpec, event: Event) -> tuple[str, str]:
    """A packet's source and what it is; a process and its call."""
    match event:
        case PacketArrives():
            return _packet(event.data)
        case Syscall():
            process = spec.process(event.pid)
            comm = process.comm if process is not None else "?"
            args = ", ".join(_argument(arg) for arg in event.args)
            return f"{comm} ({event.pid})", f"{event.name}({args})"[:_LONGEST]
        case FunctionCall():
            return f"pid {event.pid}", event.function
        case Traced():
            return f"pid {event.pid}", event.tracepoint
        case _:
            return "", type(event).__name__


def denial(spec: WorldSpec, event: Event, outcome: Outcome) -> Denial:
    """The entry of the audit list for a happening in which a program denied."""
    person, what = who(spec, event)
    fate = next((fate for fate in outcome.route.fates if fate.program is not None), None)
    if fate is not None:
        station, program, pc = fate.station, fate.program or "", fate.pc
    else:
        hop = next(hop for hop in outcome.hops if hop.effect.value == "deny")
        station, program, pc = hop.station, hop.program or "", hop.pc
    errno = outcome.result if outcome.kind is Kind.SYSCALL and outcome.result is not None else 0
    return Denial(
        outcome.index, outcome.time_ns, person, what, station, program, pc, min(errno, 0), event.truth
    )


def _argument(arg: object) -> str:
    match arg:
        case SockAddr(address, port):
            return f"{address}:{port}"
        case str():
            return repr(arg)
        case bytes():
            return f"{len(arg)} bytes"
        case _:
            return str(arg)


def _packet(data: bytes) -> tuple[str, str]:
    kind = int.from_bytes(data[12:14], "big")
    found = network(data, kind) if kind in (ETH_IPV4, ETH_IPV6) else Reason.UNHANDLED_PROTO
    if isinstance(found, Reason):
        return data[6:12].hex(":"), f"{len(data)} bytes of EtherType {kind:#06x}"
    name = PROTOCOLS.get(found.proto, f"protocol {found.proto}")
    port = f":{found.dport}" if found.dport else ""
    source = f"{ip_address(found.source)}" + (f":{found.sport}" if found.sport else "")
    return source, f"{name} to {ip_address(found.destination)}{port}"
