"""A port scan: one source tries one port after the other."""

from collections.abc import Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import ACK, FIN, RST, SYN, tcp
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import attacker, to_host
from vm.kernel.scenarios.traffic import arrives, visitors
from vm.kernel.world.events import PacketArrives

_KINDS = (SYN, FIN, 0, FIN | 0x08 | 0x20, ACK)
"""What nmap calls SYN, FIN, null, Xmas and ACK scan."""


def _scan(values: Values, number: int) -> Iterator[PacketArrives]:
    draw, ends = Draw(values.seed, f"scan {number}"), to_host(attacker(number), 44)
    sport, ports, flags = 40_000 + draw.below(20_000), values["ports"], _KINDS[values["kind"]]
    step = draw.pick((7, 11, 13, 17, 19, 23))
    if values["shuffled"] == 0 or ports % step == 0:
        step = 1
    at, asks = draw.below(ports), flags == SYN
    for now in draw.times(50 * MILLISECOND, values["gap"] * MILLISECOND):
        port = 1 + at % ports
        yield arrives(
            now, tcp(ends, sport, port, flags, 0x1000, window=1024, ident=draw.bits(16)), "scan", sport
        )
        if asks and port in (22, 80, 443):  # open: nmap takes its question back
            yield arrives(now + 300_000, tcp(ends, sport, port, RST, 0x1001, window=0), "scan", sport)
        at += step


PORT_SCAN = Scenario(
    "port-scan", "Port scan",
    "A scanner tries many ports of the host, each once, while visitors use the few that are open.",
    "One source, many destination ports: count the different ports each source asks for, not its packets.",
    lambda values: [
        *(_scan(values, number) for number in range(values["scanners"])),
        *visitors(values.seed, values["visitors"], 40),
    ],
    (
        Parameter("scanners", "Sources that scan.", 1, 1, 50),
        Parameter("ports", "Ports tried, from 1 on, before it starts again.", 1000, 10, 65_535),
        Parameter("gap", "Milliseconds between two tries.", 4, 1, 10_000, "ms"),
        Parameter("shuffled", "Whether ports come in a mixed order (1) or by number (0).", 1, 0, 1),
        Parameter("kind", "Flags: 0 SYN, 1 FIN, 2 null, 3 Xmas, 4 ACK.", 0, 0, 4),
        Parameter("visitors", "Visitors of the web server.", 10, 0, 500),
    ),
    {"scan": "a packet of the scanner", "normal": "a packet of a visitor"},
    frozenset({"scan"}),
    ("xdp:eth0", "tc:eth0"),
)  # fmt: skip
