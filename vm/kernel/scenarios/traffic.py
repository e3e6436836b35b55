"""Everyday traffic that scenarios hide something in: visits to a web server, DNS questions, pings."""

from collections.abc import Iterator, Sequence

from vm.kernel.packet.dns import Dns, encode_dns
from vm.kernel.packet.http import HttpRequest, encode_http
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import ACK, FIN, PSH, SYN, SYN_OPTIONS, Ends, icmp_echo, tcp, udp
from vm.kernel.scenarios.model import MILLISECOND
from vm.kernel.scenarios.places import DEVICE, client, to_host
from vm.kernel.world.events import PacketArrives

PAGES = ("/", "/index.html", "/style.css", "/logo.svg", "/search?q=ebpf", "/api/items", "/docs/xdp")
NAMES = (
    "example.org",
    "www.example.org",
    "mail.example.org",
    "example.com",
    "cdn.example.net",
    "time.example.net",
)
SERVER_SEQ = 0x77E1_0001
"""What visitors acknowledge first: the model's servers take any number."""


def arrives(time_ns: int, data: bytes, truth: str, flow: int = 0, device: str = DEVICE) -> PacketArrives:
    """A frame at a device; equal ``flow`` means the same receive queue, as with RSS."""
    return PacketArrives(time_ns, device, data, flow & 1, truth=truth)


def requests() -> tuple[bytes, ...]:
    """A request for each page."""
    agent = (("User-Agent", "Mozilla/5.0"), ("Accept", "*/*"))
    return tuple(encode_http(HttpRequest(path=path, host="example.org", headers=agent)) for path in PAGES)


def visit(
    draw: Draw, start_ns: int, ends: Ends, sport: int, body: bytes, truth: str
) -> Iterator[PacketArrives]:
    """A short connection as the server sees it: SYN, ACK, a request, ACKs for the answer, FIN."""
    seq, now = draw.bits(32), start_ns
    flow, round_trip = ends.src ^ sport, 4 * MILLISECOND + draw.below(30 * MILLISECOND)
    after = (seq + 1) & 0xFFFF_FFFF
    yield arrives(now, tcp(ends, sport, 80, SYN, seq, options=SYN_OPTIONS, ident=draw.bits(16)), truth, flow)
    now += round_trip
    yield arrives(now, tcp(ends, sport, 80, ACK, after, SERVER_SEQ), truth, flow)
    now += 200_000
    yield arrives(now, tcp(ends, sport, 80, PSH | ACK, after, SERVER_SEQ, body), truth, flow)
    after = (after + len(body)) & 0xFFFF_FFFF
    for number in range(1, draw.between(1, 3) + 1):
        now += round_trip
        yield arrives(
            now, tcp(ends, sport, 80, ACK, after, (SERVER_SEQ + 1448 * number) & 0xFFFF_FFFF), truth, flow
        )
    now += MILLISECOND
    yield arrives(now, tcp(ends, sport, 80, FIN | ACK, after, SERVER_SEQ + 5000), truth, flow)


def visitor(
    seed: int, number: int, pause_ns: int, truth: str = "normal", *, ends: Ends | None = None
) -> Iterator[PacketArrives]:
    """One visitor, who connects again and again, ``pause_ns`` apart."""
    draw, bodies = Draw(seed, f"visitor {number}"), requests()
    way, sport = ends or to_host(client(number), draw.between(48, 60)), 32_768 + draw.below(16_000)
    now = draw.below(pause_ns)
    while True:
        sport = 32_768 + (sport - 32_767) % 28_000
        last = now
        for event in visit(draw, now, way, sport, draw.pick(bodies), truth):
            last = event.time_ns
            yield event
        now = last + draw.around(pause_ns)


def visitors(
    seed: int, count: int, each_per_minute: int, truth: str = "normal"
) -> list[Iterator[PacketArrives]]:
    """Several visitors, each connecting about so often a minute."""
    pause = 60_000 * MILLISECOND // each_per_minute
    return [visitor(seed, number, pause, truth) for number in range(count)]


def question(draw: Draw, now: int, source: int, name: str, kind: str, truth: str) -> PacketArrives:
    """A DNS question to the host."""
    sport = 20_000 + draw.below(40_000)
    body = encode_dns(Dns(name, kind, draw.bits(16)))
    return arrives(now, udp(to_host(source), sport, 53, body, ident=draw.bits(16)), truth, source ^ sport)


def askers(seed: int, count: int, mean_ns: int, truth: str = "normal") -> Iterator[PacketArrives]:
    """DNS questions of ``count`` clients, ``mean_ns`` apart over all of them."""
    draw = Draw(seed, "askers")
    kinds: Sequence[str] = ("A", "A", "A", "AAAA", "AAAA", "MX", "TXT")
    for now in draw.times(0, mean_ns):
        yield question(draw, now, client(draw.below(count)), draw.pick(NAMES), draw.pick(kinds), truth)


def pings(seed: int, count: int, mean_ns: int, truth: str = "normal") -> Iterator[PacketArrives]:
    """Pings of ``count`` clients to the host."""
    draw, sequence = Draw(seed, "pings"), 0
    for now in draw.times(0, mean_ns):
        who, sequence = draw.below(count), (sequence + 1) & 0xFFFF
        yield arrives(now, icmp_echo(to_host(client(who)), 100 + who, sequence, bytes(range(56))), truth, who)
