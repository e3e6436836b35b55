"""How hosts behave on a network: visitors, resolvers' clients, floods, scans, sweeps, broken packets."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from vm.kernel.packet.form import from_form
from vm.kernel.scenarios.behaviour import Behaviour, Given, Kind, Value
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import ACK, FIN, PSH, RST, SYN, SYN_OPTIONS, Ends, icmp_echo, tcp
from vm.kernel.scenarios.model import MILLISECOND, SECOND
from vm.kernel.scenarios.pieces import fragments
from vm.kernel.scenarios.places import HOST_MAC, ROUTER_MAC, attacker, client, to_host
from vm.kernel.scenarios.shapes import are_packets, is_address, is_network
from vm.kernel.scenarios.traffic import SERVER_SEQ, arrives, askers, pings, question, visitor, visitors
from vm.kernel.world.events import PacketArrives

Stream = Iterator[PacketArrives]
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""Base 32, as tunnels write it."""
TUNNEL_CLIENT = 900
"""The first client that has a tunnel; ordinary clients have lower numbers."""
_SCANS = (SYN, FIN, 0, FIN | PSH | 0x20, ACK)
"""What nmap calls SYN, FIN, null, Xmas and ACK scan."""
_OPEN = (22, 80, 443)


def _flood(given: Given) -> Stream:
    draw, count, port = Draw(given.seed, "flood"), given.number("sources"), given.number("port")
    ends = [to_host(attacker(number), 52) for number in range(count)]
    for now in draw.times(given.number("begin"), SECOND // given.number("rate")):
        number = draw.below(count)
        sport = 1024 + draw.below(64_000)
        syn = tcp(ends[number], sport, port, SYN, draw.bits(32), options=SYN_OPTIONS, ident=draw.bits(16))
        yield arrives(now, syn, given.text("truth"), number ^ sport)


def _scan(given: Given, number: int) -> Stream:
    draw, ends = Draw(given.seed, f"scan {number}"), to_host(attacker(number), 44)
    sport, ports, flags = 40_000 + draw.below(20_000), given.number("ports"), _SCANS[given.number("kind")]
    step = draw.pick((7, 11, 13, 17, 19, 23))
    if given.number("shuffled") == 0 or ports % step == 0:
        step = 1
    at, truth = draw.below(ports), given.text("truth")
    for now in draw.times(50 * MILLISECOND, given.number("every")):
        port = 1 + at % ports
        probe = tcp(ends, sport, port, flags, 0x1000, window=1024, ident=draw.bits(16))
        yield arrives(now, probe, truth, sport)
        if flags == SYN and port in _OPEN:  # nmap takes its question back
            yield arrives(now + 300_000, tcp(ends, sport, port, RST, 0x1001, window=0), truth, sport)
        at += step


def _tunnel(given: Given, number: int) -> Stream:
    """Data carried out in the names that are asked for."""
    draw, size = Draw(given.seed, f"tunnel {number}"), given.number("label")
    source = client(TUNNEL_CLIENT + number)
    for now in draw.times(SECOND // 2, given.number("every")):
        labels = ".".join(_label(draw, size) for _ in range(given.number("labels")))
        kind = draw.pick(("TXT", "TXT", "A", "CNAME"))
        yield question(draw, now, source, f"{labels}.{given.text('domain')}", kind, given.text("truth"))


def _label(draw: Draw, size: int) -> str:
    return "".join(_ALPHABET[draw.bits(5)] for _ in range(size))


def _slow(given: Given, number: int) -> Stream:
    """One connection that is fed a header of a few bytes now and then (Slowloris)."""
    draw, ends = Draw(given.seed, f"slow {number}"), to_host(attacker(number % 8), 50)
    sport, seq, pause = 30_000 + number, draw.bits(31), given.number("pause")
    flow, now, truth = sport, draw.below(pause), given.text("truth")
    yield arrives(now, tcp(ends, sport, 80, SYN, seq, options=SYN_OPTIONS), truth, flow)
    now, seq = now + 20 * MILLISECOND, seq + 1
    yield arrives(now, tcp(ends, sport, 80, ACK, seq, SERVER_SEQ), truth, flow)
    body = b"GET / HTTP/1.1\r\nHost: example.org\r\n"
    for then in draw.times(now, pause):
        yield arrives(then, tcp(ends, sport, 80, PSH | ACK, seq, SERVER_SEQ, body), truth, flow)
        seq = (seq + len(body)) & 0xFFFF_FFFF
        body = b"X-%c: %d\r\n" % (97 + draw.below(26), draw.below(10_000))


def _sweep(given: Given) -> Stream:
    draw, source, ident = Draw(given.seed, "sweep"), attacker(0), 0x4D2
    first = int(IPv4Network(given.text("network")).network_address) + 1
    for at, now in enumerate(draw.times(100 * MILLISECOND, given.number("every"))):
        ends = Ends(ROUTER_MAC, HOST_MAC, source, (first + at % given.number("addresses")) & 0xFFFF_FFFF, 48)
        yield arrives(now, icmp_echo(ends, ident, at & 0xFFFF, b"sweep" * 4), given.text("truth"), 0)


def _packets(given: Given) -> Stream:
    """One of several packets, over and over."""
    draw, kinds = (
        Draw(given.seed, given.text("stream")),
        tuple(map(from_form, given.table("packets").values())),
    )
    for now in draw.times(0, given.number("every")):
        yield arrives(now, draw.pick(kinds), given.text("truth"), draw.bits(1))


def _visits(given: Given) -> list[Stream]:
    service, pause = int(IPv4Address(given.text("to"))), given.number("pause")
    return [
        visitor(
            given.seed, number, pause, given.text("truth"),
            ends=Ends(ROUTER_MAC, HOST_MAC, client(number), service, 57),
        )
        for number in range(given.number("count"))
    ]  # fmt: skip


_EVERY = Value("every", Kind.TIME, "The time between two, on average.")


def _count(doc: str, low: int = 0, high: int = 10_000) -> Value:
    return Value("count", Kind.NUMBER, doc, low=low, high=high)


NETWORK_BEHAVIOURS = (
    Behaviour(
        "flood", "A few sources ask for connections that nobody means to use.", lambda given: [_flood(given)],
        (
            Value("sources", Kind.NUMBER, "Sources of the flood.", 5, 1, 10_000),
            Value("rate", Kind.NUMBER, "SYNs in a second, all sources together.", 400, 1),
            Value("port", Kind.NUMBER, "The port that is flooded.", 80, 1, 65_535),
            Value("begin", Kind.TIME, "When it begins.", 0),
        ),
    ),
    Behaviour(
        "visitors", "Visitors of the web server, who connect, load a page and hang up.",
        lambda given: visitors(
            given.seed, given.number("count"), given.number("each_per_minute"), given.text("truth")
        ),
        (
            _count("How many.", high=500),
            Value("each_per_minute", Kind.NUMBER, "How often each connects.", 30, 1, 6_000),
        ),
    ),
    Behaviour(
        "visits", "Visitors of an address that servers answer for.", _visits,
        (
            _count("How many.", high=500),
            Value("pause", Kind.TIME, "The time between two connections of a visitor."),
            Value("to", Kind.TEXT, "The address.", fits=is_address),
        ),
    ),
    Behaviour(
        "questions", "Clients ask for ordinary names.",
        lambda given: [
            askers(given.seed, given.number("count") or 1, given.number("every"), given.text("truth"))
        ],
        (_count("How many clients; at least one asks.", high=900), _EVERY),
    ),
    Behaviour(
        "tunnels", "Clients carry data out in the names they ask for.",
        lambda given: [_tunnel(given, number) for number in range(given.number("count"))],
        (
            _count("How many clients.", high=50),
            _EVERY,
            Value("label", Kind.NUMBER, "Characters of a label.", 48, 1, 63),
            Value("labels", Kind.NUMBER, "Labels with data in a name.", 2, 1, 3),
            Value("domain", Kind.TEXT, "What the names end with.", "t.example.net"),
        ),
    ),
    Behaviour(
        "pings", "Clients ping the host.",
        lambda given: [
            pings(given.seed, given.number("count"), given.number("every"), given.text("truth"))
        ],
        (_count("How many clients.", 1, 500), _EVERY),
    ),
    Behaviour(
        "sweep", "One source pings every address of a network.", lambda given: [_sweep(given)],
        (
            _EVERY,
            Value("network", Kind.TEXT, "The network.", "198.51.100.0/24", fits=is_network),
            Value("addresses", Kind.NUMBER, "Addresses tried, before it starts again.", 254, 1, 65_534),
        ),
    ),
    Behaviour(
        "scans", "Sources that try one port after the other.",
        lambda given: [_scan(given, number) for number in range(given.number("count"))],
        (
            _count("How many sources.", high=50),
            _EVERY,
            Value("ports", Kind.NUMBER, "Ports tried, from 1 on, before it starts again.", 1_000, 1, 65_535),
            Value("shuffled", Kind.NUMBER, "Whether ports come mixed (1) or by number (0).", 1, 0, 1),
            Value("kind", Kind.NUMBER, "Flags: 0 SYN, 1 FIN, 2 null, 3 Xmas, 4 ACK.", 0, 0, 4),
        ),
    ),
    Behaviour(
        "slow clients", "Connections held open by requests that never end.",
        lambda given: [_slow(given, number) for number in range(given.number("count"))],
        (
            _count("How many connections.", high=1_000),
            Value("pause", Kind.TIME, "The time between two pieces of a request."),
        ),
    ),
    Behaviour(
        "packets", "One of several packets, over and over.", lambda given: [_packets(given)],
        (
            _EVERY,
            Value(
                "packets", Kind.TABLE, "Packets by what they are, described as in the packet editor.",
                fits=are_packets,
            ),
            Value("stream", Kind.TEXT, "What keeps its chance apart from others'.", "packets"),
        ),
    ),
    Behaviour(
        "fragments", "Datagrams in pieces: as a router cuts them, and in ways that only attackers do.",
        lambda given: [fragments(given.seed, given.number("every"), given.text("truth"), given.text("odd"))],
        (_EVERY, Value("odd", Kind.TEXT, "The ground truth of pieces that no router makes.", "malformed")),
    ),
)  # fmt: skip
"""Behaviours that are packets."""
