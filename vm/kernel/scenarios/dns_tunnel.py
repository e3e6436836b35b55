"""DNS with tunnelling: data carried out of the house in the names that are asked for."""

from collections.abc import Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, SECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import client
from vm.kernel.scenarios.traffic import askers, question
from vm.kernel.world.events import PacketArrives

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""Base 32, as tunnels write it."""
DOMAIN = "t.example.net"
TUNNEL_CLIENT = 900
"""The first client that has a tunnel; ordinary clients have lower numbers."""


def _label(draw: Draw, size: int) -> str:
    return "".join(_ALPHABET[draw.bits(5)] for _ in range(size))


def _tunnel(values: Values, number: int) -> Iterator[PacketArrives]:
    draw, size = Draw(values.seed, f"tunnel {number}"), values["label"]
    source = client(TUNNEL_CLIENT + number)
    for now in draw.times(SECOND // 2, values["gap"] * MILLISECOND):
        labels = ".".join(_label(draw, size) for _ in range(values["labels"]))
        kind = draw.pick(("TXT", "TXT", "A", "CNAME"))
        yield question(draw, now, source, f"{labels}.{DOMAIN}", kind, "tunnel")


DNS_TUNNEL = Scenario(
    "dns-tunnel", "DNS with a tunnel",
    "Clients ask for ordinary names; one of them sends data out, in long names nobody would choose.",
    "How long are the labels of a name? Ordinary ones have under 20 characters, a tunnel fills them up.",
    lambda values: [
        askers(values.seed, values["clients"], values["pause"] * MILLISECOND),
        *(_tunnel(values, number) for number in range(values["tunnels"])),
    ],
    (
        Parameter("clients", "Ordinary clients.", 20, 1, 900),
        Parameter("pause", "Milliseconds between two ordinary questions.", 20, 1, 10_000, "ms"),
        Parameter("tunnels", "Clients with a tunnel.", 1, 0, 50),
        Parameter("gap", "Milliseconds between two questions of a tunnel.", 80, 1, 60_000, "ms"),
        Parameter("label", "Characters of a label in a tunnel.", 48, 8, 60),
        Parameter("labels", "Labels with data in a name.", 2, 1, 3),
    ),
    {"tunnel": "a question that carries data", "normal": "an ordinary question"},
    frozenset({"tunnel"}),
    ("xdp:eth0", "tc:eth0", "socket:dnsmasq"),
)  # fmt: skip
