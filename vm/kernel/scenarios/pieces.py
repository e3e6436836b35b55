"""Datagrams in pieces."""

from collections.abc import Callable, Iterator

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.frames import fragment, udp
from vm.kernel.scenarios.places import attacker, client, to_host
from vm.kernel.scenarios.traffic import arrives
from vm.kernel.world.events import PacketArrives

Pieces = Callable[[bytes], list[tuple[int, bytes, bool]]]
"""A datagram cut in pieces: offset in 8 bytes, bytes, whether more follow."""


def _whole(datagram: bytes) -> list[tuple[int, bytes, bool]]:
    return [(0, datagram[:1480], True), (185, datagram[1480:], False)]


def _tiny(datagram: bytes) -> list[tuple[int, bytes, bool]]:
    return [(0, datagram[:8], True), (1, datagram[8:], False)]


def _overlap(datagram: bytes) -> list[tuple[int, bytes, bool]]:
    return [(0, datagram[:48], True), (3, datagram[24:], False)]


_WAYS: tuple[tuple[Pieces, int, bool], ...] = (
    (_whole, 2_000, False),
    (_tiny, 64, True),
    (_overlap, 96, True),
)
"""How it is cut, how long it is, and whether only attackers do so."""


def fragments(seed: int, every_ns: int, truth: str, odd: str) -> Iterator[PacketArrives]:
    """Datagrams ``every_ns`` apart; ``odd`` is the truth of those in ways that no router cuts."""
    draw, ident = Draw(seed, "fragments"), 0
    for now in draw.times(0, every_ns):
        cut, size, strange = draw.pick(_WAYS)
        source = attacker(1) if strange else client(draw.below(20))
        ends, ident = to_host(source), (ident + 1) & 0xFFFF
        datagram = udp(ends, 4_000, 53, bytes(size))[34:]
        for number, (offset, piece, more) in enumerate(cut(datagram)):
            data = fragment(ends, ident, offset, piece, more=more)
            yield arrives(now + number * 1_000, data, odd if strange else truth, ident)
