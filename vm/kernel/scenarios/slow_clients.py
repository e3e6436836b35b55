"""HTTP with slow clients: connections held open by headers that never end (Slowloris)."""

from collections.abc import Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import ACK, PSH, SYN, SYN_OPTIONS, tcp
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import attacker, to_host
from vm.kernel.scenarios.traffic import SERVER_SEQ, arrives, visitors
from vm.kernel.world.events import PacketArrives

_START = b"GET / HTTP/1.1\r\nHost: example.org\r\n"


def _slow(values: Values, number: int) -> Iterator[PacketArrives]:
    """One connection that is fed a header of a few bytes now and then."""
    draw, ends = Draw(values.seed, f"slow {number}"), to_host(attacker(number % 8), 50)
    sport, seq, pause = 30_000 + number, draw.bits(31), values["pause"] * MILLISECOND
    flow, now = sport, draw.below(pause)
    yield arrives(now, tcp(ends, sport, 80, SYN, seq, options=SYN_OPTIONS), "slow", flow)
    now, seq = now + 20 * MILLISECOND, seq + 1
    yield arrives(now, tcp(ends, sport, 80, ACK, seq, SERVER_SEQ), "slow", flow)
    body = _START
    for then in draw.times(now, pause):
        yield arrives(then, tcp(ends, sport, 80, PSH | ACK, seq, SERVER_SEQ, body), "slow", flow)
        seq = (seq + len(body)) & 0xFFFF_FFFF
        body = b"X-%c: %d\r\n" % (97 + draw.below(26), draw.below(10_000))


SLOW_CLIENTS = Scenario(
    "slow-clients", "HTTP with slow clients",
    "Some clients send a header of a few bytes every second and never finish their request.",
    "Small segments, from connections that stay open: payloads under 20 bytes to port 80 after the first.",
    lambda values: [
        *(_slow(values, number) for number in range(values["slow"])),
        *visitors(values.seed, values["visitors"], 60),
    ],
    (
        Parameter("slow", "Connections held open.", 40, 1, 1_000),
        Parameter("pause", "Milliseconds between two pieces of a request.", 1000, 10, 60_000, "ms"),
        Parameter("visitors", "Visitors who are in no such mood.", 12, 0, 500),
    ),
    {"slow": "a packet of a slow client", "normal": "a packet of a visitor"},
    frozenset({"slow"}),
    ("xdp:eth0", "tc:eth0", "cgroup_skb/ingress:/system.slice/web"),
)  # fmt: skip
