"""Headers of the transport layer and of ICMP, in network order throughout.

Source: tcp.h, udp.h, icmp.h, icmpv6.h of Linux 6.18; RFC 9293, 768, 792, 4443, 1035. Names the kernel does
not have (`tcphdr.flags`, `dnshdr` …) are aliases or structures of our own.
"""

from vm.uapi.struct_types import Bits, Field, Kind, Struct

_U, _16, _32, _PORT = Kind.UINT, Kind.BE16, Kind.BE32, Kind.PORT


def _flag(name: str, bit: int, doc: str) -> Field:
    """Return one bit of byte 13 of the TCP header."""
    return Field(name, 13, 1, _U, doc, Bits(bit, 1))


TCP = Struct("tcphdr", 20, (
    Field("source", 0, 2, _PORT, "Port of the sender."),
    Field("dest", 2, 2, _PORT, "Port of the receiver."),
    Field("seq", 4, 4, _32, "Number of the first byte of this segment."),
    Field("ack_seq", 8, 4, _32, "Number of the byte expected next; counts if ACK is set."),
    Field("ae", 12, 1, _U, "Accurate congestion notice.", Bits(0, 1)),
    Field("res1", 12, 1, _U, "Reserved: 0.", Bits(1, 3)),
    Field("doff", 12, 1, _U, "Length of this header in words of 4 bytes: 5 without options.", Bits(4, 4)),
    Field("doff_res", 12, 1, _U, "Header length and reserved bits in one byte.", alias=True),
    _flag("fin", 0, "No more bytes come from this side."),
    _flag("syn", 1, "Open a connection."),
    _flag("rst", 2, "Cut the connection."),
    _flag("psh", 3, "Hand the bytes on at once."),
    _flag("ack", 4, "ack_seq counts."),
    _flag("urg", 5, "urg_ptr counts."),
    _flag("ece", 6, "Congestion was met on the way here."),
    _flag("cwr", 7, "The window was made smaller because of congestion."),
    Field("flags", 13, 1, Kind.FLAGS, "All eight flags in one byte: SYN is 0x02, ACK is 0x10.", alias=True,
          symbols="TCP flag"),
    Field("window", 14, 2, _16, "Bytes this side is ready to take, before scaling."),
    Field("check", 16, 2, Kind.CHECKSUM, "Checksum of addresses, header and data."),
    Field("urg_ptr", 18, 2, _16, "Where urgent data ends; counts if URG is set."),
), "The TCP header: 20 bytes, then up to 40 bytes of options.")  # fmt: skip

UDP = Struct("udphdr", 8, (
    Field("source", 0, 2, _PORT, "Port of the sender."),
    Field("dest", 2, 2, _PORT, "Port of the receiver."),
    Field("len", 4, 2, _16, "Bytes of header and data."),
    Field("check", 6, 2, Kind.CHECKSUM, "Checksum of addresses, header and data; 0 in IPv4 is none."),
), "The UDP header.")  # fmt: skip

ICMP = Struct("icmphdr", 8, (
    Field("type", 0, 1, _U, "What the message is.", symbols="ICMP type"),
    Field("code", 1, 1, _U, "More exactly, by type."),
    Field("checksum", 2, 2, Kind.CHECKSUM, "Checksum of the whole message."),
    Field("rest", 4, 4, Kind.BYTES, "What these bytes are depends on the type; the kernel calls them un."),
    Field("id", 4, 2, _16, "Number of the pinging process, in echo and its reply.", alias=True),
    Field("sequence", 6, 2, _16, "Number of the ping, in echo and its reply.", alias=True),
    Field("gateway", 4, 4, Kind.IPV4, "The better router, in a redirect.", alias=True),
    Field("mtu", 6, 2, _16, "Longest packet the next link takes, in 'fragmentation needed'.", alias=True),
), "The ICMP header.")  # fmt: skip

ICMP6 = Struct("icmp6hdr", 8, (
    Field("icmp6_type", 0, 1, _U, "What the message is.", symbols="ICMPv6 type"),
    Field("icmp6_code", 1, 1, _U, "More exactly, by type."),
    Field("icmp6_cksum", 2, 2, Kind.CHECKSUM, "Checksum of addresses and message."),
    Field("icmp6_dataun", 4, 4, Kind.BYTES, "What these bytes are depends on the type."),
    Field("icmp6_identifier", 4, 2, _16, "Number of the pinging process, in echo and its reply.", alias=True),
    Field("icmp6_sequence", 6, 2, _16, "Number of the ping, in echo and its reply.", alias=True),
    Field("icmp6_mtu", 4, 4, _32, "Longest packet the next link takes, in 'packet too big'.", alias=True),
), "The ICMPv6 header.")  # fmt: skip

DNS = Struct("dnshdr", 12, (
    Field("id", 0, 2, _16, "Number that question and answer share."),
    Field("flags", 2, 2, _16, "Question or answer, and how it went."),
    Field("qr", 2, 2, _16, "0 is a question, 1 an answer.", Bits(15, 1), alias=True),
    Field("opcode", 2, 2, _16, "Kind of question: 0 is the usual.", Bits(11, 4), alias=True),
    Field("aa", 2, 2, _16, "The answer comes from the owner of the name.", Bits(10, 1), alias=True),
    Field("tc", 2, 2, _16, "The answer was cut.", Bits(9, 1), alias=True),
    Field("rd", 2, 2, _16, "Please ask others on my behalf.", Bits(8, 1), alias=True),
    Field("ra", 2, 2, _16, "I ask others on your behalf.", Bits(7, 1), alias=True),
    Field("rcode", 2, 2, _16, "0 is success, 3 is 'no such name'.", Bits(0, 4), alias=True),
    Field("qdcount", 4, 2, _16, "Number of questions."),
    Field("ancount", 6, 2, _16, "Number of answers."),
    Field("nscount", 8, 2, _16, "Number of name servers named."),
    Field("arcount", 10, 2, _16, "Number of further records."),
), "The header of a DNS message; the kernel has no struct for it.")  # fmt: skip

TRANSPORT: tuple[Struct, ...] = (TCP, UDP, ICMP, ICMP6, DNS)
