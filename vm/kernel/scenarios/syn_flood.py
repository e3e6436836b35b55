"""A SYN flood: a few sources ask for connections that nobody means to use."""

from collections.abc import Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import SYN, SYN_OPTIONS, tcp
from vm.kernel.scenarios.model import SECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import attacker, to_host
from vm.kernel.scenarios.traffic import arrives, visitors
from vm.kernel.world.events import PacketArrives


def _flood(values: Values) -> Iterator[PacketArrives]:
    draw, count, port = Draw(values.seed, "flood"), values["attackers"], values["port"]
    ends = [to_host(attacker(number), 52) for number in range(count)]
    for now in draw.times(values["begin"] * SECOND, SECOND // values["rate"]):
        number = draw.below(count)
        sport = 1024 + draw.below(64_000)
        syn = tcp(ends[number], sport, port, SYN, draw.bits(32), options=SYN_OPTIONS, ident=draw.bits(16))
        yield arrives(now, syn, "attack", number ^ sport)


SYN_FLOOD = Scenario(
    "syn-flood", "SYN flood",
    "A few sources send connection requests without end, while visitors load pages from the same server.",
    "How many SYNs does each source send in a second? No attacker sends the ACK that opens a connection.",
    lambda values: [_flood(values), *visitors(values.seed, values["visitors"], 30)],
    (
        Parameter("attackers", "Sources of the flood.", 5, 1, 10_000),
        Parameter("rate", "SYNs of the flood in a second, all sources together.", 400, 1, 1_000_000, "1/s"),
        Parameter("visitors", "Visitors, each connecting every two seconds.", 12, 0, 500),
        Parameter("port", "The port that is flooded.", 80, 1, 65_535),
        Parameter("begin", "When the flood begins.", 1, 0, 60, "s"),
    ),
    {"attack": "a SYN of the flood", "normal": "a packet of a visitor"},
    frozenset({"attack"}),
    ("xdp:eth0", "tc:eth0"),
)  # fmt: skip
