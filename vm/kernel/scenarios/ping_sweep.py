"""A ping sweep: which addresses of a network answer?"""

from collections.abc import Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import Ends, icmp_echo
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import HOST_MAC, ROUTER_MAC, attacker
from vm.kernel.scenarios.traffic import arrives, pings, visitors
from vm.kernel.world.events import PacketArrives

_FAR = 0xC633_6400
"""198.51.100.0/24, the network behind the host, on eth1."""


def _sweep(values: Values) -> Iterator[PacketArrives]:
    draw, source, ident = Draw(values.seed, "sweep"), attacker(0), 0x4D2
    for at, now in enumerate(draw.times(100 * MILLISECOND, values["gap"] * MILLISECOND)):
        ends = Ends(ROUTER_MAC, HOST_MAC, source, _FAR + 1 + at % values["addresses"], 48)
        yield arrives(now, icmp_echo(ends, ident, at & 0xFFFF, b"sweep" * 4), "sweep", 0)


PING_SWEEP = Scenario(
    "ping-sweep", "Ping sweep",
    "One source pings every address of the network behind the host; others ping the host to see if it lives.",
    "Pings of one source to many addresses. Echo requests alone are nothing bad.",
    lambda values: [
        _sweep(values),
        pings(values.seed, values["pingers"], 30 * MILLISECOND),
        *visitors(values.seed, values["visitors"], 30),
    ],
    (
        Parameter("addresses", "Addresses that are tried, before it starts again.", 254, 2, 254),
        Parameter("gap", "Milliseconds between two pings of the sweep.", 10, 1, 10_000, "ms"),
        Parameter("pingers", "Others who ping the host.", 6, 1, 500),
        Parameter("visitors", "Visitors of the web server.", 4, 0, 500),
    ),
    {"sweep": "a ping of the sweep", "normal": "any other packet"},
    frozenset({"sweep"}),
    ("xdp:eth0", "tc:eth0"),
)  # fmt: skip
