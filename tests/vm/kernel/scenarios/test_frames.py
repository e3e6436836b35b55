"""Frames made fast are those the builder makes with care."""

from hypothesis import given
from hypothesis import strategies as st

from vm.kernel.packet.build import build
from vm.kernel.packet.layers import Ethernet, Icmp, Ipv4, Tcp, Udp
from vm.kernel.packet.options import LINUX_SYN
from vm.kernel.scenarios.frames import SYN_OPTIONS, Ends, fragment, icmp_echo, tcp, udp

PORT, WORD, LONG = st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF_FFFF)
BODY = st.binary(max_size=200)
ENDS = Ends(bytes.fromhex("525400abcdef"), bytes.fromhex("525400123456"), 0xCB00_7107, 0xC633_6414, 57)


def head(ident: int, protocol: int | None = None, *, df: bool = True, mf: bool = False, at: int = 0) -> Ipv4:
    return Ipv4(ttl=57, id=ident, protocol=protocol, df=df, mf=mf, frag_offset=at)


@given(PORT, PORT, st.integers(0, 255), LONG, LONG, BODY, WORD, st.booleans())
def test_a_tcp_segment(
    sport: int, dport: int, flags: int, seq: int, ack: int, body: bytes, ident: int, options: bool
) -> None:
    made = tcp(ENDS, sport, dport, flags, seq, ack, body, options=SYN_OPTIONS * options, ident=ident)
    layer = Tcp(sport, dport, seq, ack, flags, options=LINUX_SYN if options else ())
    assert made == build([Ethernet(), head(ident), layer, body])


@given(PORT, PORT, BODY, WORD)
def test_a_udp_datagram(sport: int, dport: int, body: bytes, ident: int) -> None:
    made = udp(ENDS, sport, dport, body, ident=ident)
    assert made == build([Ethernet(), head(ident), Udp(sport, dport), body])


@given(WORD, WORD, BODY, st.booleans())
def test_a_ping(ident: int, sequence: int, body: bytes, reply: bool) -> None:
    rest = ident.to_bytes(2, "big") + sequence.to_bytes(2, "big")
    layer = Icmp(0 if reply else 8, rest=rest)
    made = icmp_echo(ENDS, ident, sequence, body, reply=reply)
    assert made == build([Ethernet(), head(ident), layer, body])


@given(WORD, st.integers(0, 0x1FFF), BODY, st.booleans())
def test_a_fragment(ident: int, offset: int, body: bytes, more: bool) -> None:
    made = fragment(ENDS, ident, offset, body, more=more)
    assert made == build([Ethernet(), head(ident, 17, df=False, mf=more, at=offset), body])
