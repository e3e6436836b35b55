"""Fragmented and malformed packets: every layer's ways to be wrong."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from vm.kernel.packet.form import Form, from_form
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import fragment, udp
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import attacker, client, to_host
from vm.kernel.scenarios.traffic import arrives, visitors
from vm.kernel.world.events import PacketArrives

_FORMS: Mapping[str, Form] = MappingProxyType({
    "an IPv4 header that is cut": {"tcp": {"flags": ["SYN"]}, "cut": 26},
    "a TCP header that is cut": {"tcp": {"flags": ["SYN"]}, "cut": 44},
    "no more than the link header": {"tcp": {"flags": ["SYN"]}, "cut": 14},
    "a header length under 20": {"ipv4": {"ihl": 3}, "tcp": {"flags": ["SYN"]}},
    "a header length beyond the packet": {"ipv4": {"ihl": 15}, "tcp": {"flags": ["SYN"]}},
    "a total length beyond the packet": {"ipv4": {"length": 1400}, "tcp": {"flags": ["SYN"]}},
    "a total length under the header's": {"ipv4": {"length": 12}, "tcp": {"flags": ["SYN"]}},
    "version 5": {"ipv4": {"version": 5}, "tcp": {"flags": ["SYN"]}},
    "a wrong IPv4 checksum": {"ipv4": {"checksum": 0x1234}, "tcp": {"flags": ["SYN"]}},
    "a wrong TCP checksum": {"tcp": {"flags": ["SYN"], "checksum": 0x1234}},
    "SYN and FIN": {"tcp": {"flags": ["SYN", "FIN"]}},
    "a TCP header of 8 bytes": {"tcp": {"flags": ["SYN"], "data_offset": 2}},
    "a UDP length beyond the packet": {"udp": {"dport": 53, "length": 900}, "payload": {"zeros": 12}},
    "time to live 0": {"ipv4": {"ttl": 0}, "tcp": {"flags": ["SYN"]}},
    "the host as its own sender": {"ipv4": {"src": "192.0.2.1"}, "tcp": {"flags": ["SYN"]}},
})  # fmt: skip
"""One packet for each; who reads them in a list of events finds them by their bytes."""
_LINK = {"src": "02:00:00:00:0a:10", "dst": "02:00:00:00:00:02"}


def broken() -> Mapping[str, bytes]:
    """Each kind of malformed packet by what is wrong with it."""
    return {name: from_form(_placed(form)) for name, form in _FORMS.items()}


def _placed(form: Form) -> Form:
    given = form.get("ipv4", {})
    ends = {"src": "203.0.113.7", "dst": "192.0.2.1", **(given if isinstance(given, Mapping) else {})}
    return {**form, "eth": _LINK, "ipv4": ends}


def _malformed(values: Values) -> Iterator[PacketArrives]:
    draw, kinds = Draw(values.seed, "malformed"), tuple(broken().values())
    for now in draw.times(0, values["gap"] * MILLISECOND):
        yield arrives(now, draw.pick(kinds), "malformed", draw.bits(1))


Pieces = Callable[[Draw, bytes], list[tuple[int, bytes, bool]]]
"""A datagram cut in pieces: offset in 8 bytes, bytes, whether more follow."""


def _whole(_draw: Draw, datagram: bytes) -> list[tuple[int, bytes, bool]]:
    return [(0, datagram[:1480], True), (185, datagram[1480:], False)]


def _tiny(_draw: Draw, datagram: bytes) -> list[tuple[int, bytes, bool]]:
    return [(0, datagram[:8], True), (1, datagram[8:], False)]


def _overlap(_draw: Draw, datagram: bytes) -> list[tuple[int, bytes, bool]]:
    return [(0, datagram[:48], True), (3, datagram[24:], False)]


_TRICKS: tuple[tuple[Pieces, int, str], ...] = (
    (_whole, 2_000, "fragment"), (_tiny, 64, "malformed"), (_overlap, 96, "malformed"),
)  # fmt: skip


def _fragments(values: Values) -> Iterator[PacketArrives]:
    """Datagrams in pieces: most as a router would cut them, some in ways that only attackers do."""
    draw, ident = Draw(values.seed, "fragments"), 0
    for now in draw.times(0, values["pause"] * MILLISECOND):
        cut, size, truth = draw.pick(_TRICKS)
        source = client(draw.below(20)) if truth == "fragment" else attacker(1)
        ends, ident = to_host(source), (ident + 1) & 0xFFFF
        datagram = udp(ends, 4_000, 53, bytes(size))[34:]
        for number, (offset, piece, more) in enumerate(cut(draw, datagram)):
            yield arrives(now + number * 1_000, fragment(ends, ident, offset, piece, more=more), truth, ident)


MALFORMED = Scenario(
    "malformed", "Fragmented and malformed packets",
    "Headers that are cut or lie about their length, wrong checksums, fragments that are tiny or overlap.",
    "Which does the program see as they are, which does it pass on, and where does the kernel drop them?",
    lambda values: [
        _malformed(values), _fragments(values), *visitors(values.seed, values["visitors"], 60)
    ],
    (
        Parameter("gap", "Milliseconds between two malformed packets.", 20, 1, 10_000, "ms"),
        Parameter("pause", "Milliseconds between two datagrams in pieces.", 30, 1, 10_000, "ms"),
        Parameter("visitors", "Visitors of the web server.", 8, 0, 500),
    ),
    {
        "malformed": "wrong at some layer", "fragment": "a piece of a datagram, as a router cuts it",
        "normal": "a packet of a visitor",
    },
    frozenset({"malformed"}),
    ("xdp:eth0", "tc:eth0", "tracepoint/skb/kfree_skb"),
)  # fmt: skip
