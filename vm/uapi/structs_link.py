"""Headers of the link and network layers, in network order throughout.

Source: if_ether.h, if_vlan.h, if_arp.h, ip.h, ipv6.h of Linux 6.18; RFC 791, 826, 8200. Names the kernel does
not have (`version_ihl`, `dscp` …) are aliases.
"""

from vm.uapi.struct_types import Bits, Field, Kind, Struct

_U, _16, _32 = Kind.UINT, Kind.BE16, Kind.BE32

ETHERNET = Struct("ethhdr", 14, (
    Field("h_dest", 0, 6, Kind.MAC, "Ethernet address of the receiver."),
    Field("h_source", 6, 6, Kind.MAC, "Ethernet address of the sender."),
    Field("h_proto", 12, 2, _16, "What comes next: its EtherType.", symbols="EtherType"),
), "The Ethernet header: the first 14 bytes of a frame.")  # fmt: skip

VLAN = Struct("vlan_hdr", 4, (
    Field("h_vlan_TCI", 0, 2, _16, "Priority, drop bit and VLAN number."),
    Field("h_vlan_encapsulated_proto", 2, 2, _16, "What comes next: its EtherType.", symbols="EtherType"),
    Field("pcp", 0, 2, _16, "Priority, 0 to 7.", Bits(13, 3), alias=True),
    Field("dei", 0, 2, _16, "May be dropped when the network is full.", Bits(12, 1), alias=True),
    Field("vid", 0, 2, _16, "VLAN number, 0 to 4095.", Bits(0, 12), alias=True),
), "A VLAN tag: it follows the Ethernet header where h_proto is 0x8100 or 0x88a8.")  # fmt: skip

ARP = Struct("arphdr", 28, (
    Field("ar_hrd", 0, 2, _16, "Kind of link.", symbols="ARP hardware type"),
    Field("ar_pro", 2, 2, _16, "Kind of address asked for.", symbols="EtherType"),
    Field("ar_hln", 4, 1, _U, "Bytes of a link address: 6."),
    Field("ar_pln", 5, 1, _U, "Bytes of a network address: 4."),
    Field("ar_op", 6, 2, _16, "Question or answer.", symbols="ARP operation"),
    Field("ar_sha", 8, 6, Kind.MAC, "Ethernet address of the sender."),
    Field("ar_sip", 14, 4, Kind.IPV4, "IPv4 address of the sender."),
    Field("ar_tha", 18, 6, Kind.MAC, "Ethernet address asked for; zero in a question."),
    Field("ar_tip", 24, 4, Kind.IPV4, "IPv4 address asked for."),
), "ARP for IPv4 on Ethernet: the kernel's struct is the first 8 bytes, the body follows.")  # fmt: skip

IPV4 = Struct("iphdr", 20, (
    Field("ihl", 0, 1, _U, "Length of this header in words of 4 bytes: 5 without options.", Bits(0, 4)),
    Field("version", 0, 1, _U, "Version: 4.", Bits(4, 4)),
    Field("version_ihl", 0, 1, _U,
          "Version and header length in one byte: 0x45 without options.", alias=True),
    Field("tos", 1, 1, _U, "Type of service: traffic class and congestion mark."),
    Field("dscp", 1, 1, _U, "Traffic class.", Bits(2, 6), alias=True),
    Field("ecn", 1, 1, _U, "Congestion: 0 not able, 1 and 2 able, 3 met.", Bits(0, 2), alias=True),
    Field("tot_len", 2, 2, _16, "Bytes of the packet from here, this header included."),
    Field("id", 4, 2, _16, "Number that the fragments of one packet share."),
    Field("frag_off", 6, 2, _16, "Fragment bits and the fragment's place."),
    Field("rf", 6, 2, _16, "Reserved bit: 0.", Bits(15, 1), alias=True),
    Field("df", 6, 2, _16, "Do not fragment.", Bits(14, 1), alias=True),
    Field("mf", 6, 2, _16, "More fragments follow.", Bits(13, 1), alias=True),
    Field("frag_offset", 6, 2, _16, "The fragment's place, counted in 8 bytes.", Bits(0, 13), alias=True),
    Field("ttl", 8, 1, _U, "Routers it may still cross."),
    Field("protocol", 9, 1, _U, "What comes next: its protocol number.", symbols="IP protocol"),
    Field("check", 10, 2, Kind.CHECKSUM, "Checksum of this header."),
    Field("saddr", 12, 4, Kind.IPV4, "Address of the sender."),
    Field("daddr", 16, 4, Kind.IPV4, "Address of the receiver."),
), "The IPv4 header: 20 bytes, then up to 40 bytes of options.")  # fmt: skip

IPV6 = Struct("ipv6hdr", 40, (
    Field("priority", 0, 1, _U, "Upper half of the traffic class.", Bits(0, 4)),
    Field("version", 0, 1, _U, "Version: 6.", Bits(4, 4)),
    Field("version_class_flow", 0, 4, _32, "Version, traffic class and flow label in one word.", alias=True),
    Field("traffic_class", 0, 4, _32, "Traffic class and congestion mark.", Bits(20, 8), alias=True),
    Field("flow_label", 0, 4, _32, "Number that the packets of one flow share.", Bits(0, 20), alias=True),
    Field("flow_lbl", 1, 3, Kind.BYTES, "Lower half of the traffic class, then the flow label."),
    Field("payload_len", 4, 2, _16, "Bytes after this header."),
    Field("nexthdr", 6, 1, _U, "What comes next: its protocol number.", symbols="IP protocol"),
    Field("hop_limit", 7, 1, _U, "Routers it may still cross."),
    Field("saddr", 8, 16, Kind.IPV6, "Address of the sender."),
    Field("daddr", 24, 16, Kind.IPV6, "Address of the receiver."),
), "The IPv6 header: always 40 bytes; options are headers of their own.")  # fmt: skip

IPV6_OPTIONS = Struct("ipv6_opt_hdr", 2, (
    Field("nexthdr", 0, 1, _U, "What comes next: its protocol number.", symbols="IP protocol"),
    Field("hdrlen", 1, 1, _U, "Length of this header in words of 8 bytes, the first not counted."),
), "Start of an IPv6 options header: hop-by-hop or destination.")  # fmt: skip

IPV6_ROUTING = Struct("ipv6_rt_hdr", 4, (
    Field("nexthdr", 0, 1, _U, "What comes next: its protocol number.", symbols="IP protocol"),
    Field("hdrlen", 1, 1, _U, "Length of this header in words of 8 bytes, the first not counted."),
    Field("type", 2, 1, _U, "Kind of routing header."),
    Field("segments_left", 3, 1, _U, "Stops still to be made."),
), "Start of an IPv6 routing header.")  # fmt: skip

IPV6_FRAGMENT = Struct("frag_hdr", 8, (
    Field("nexthdr", 0, 1, _U, "What comes next: its protocol number.", symbols="IP protocol"),
    Field("reserved", 1, 1, _U, "Unused."),
    Field("frag_off", 2, 2, _16, "The fragment's place and the bit for more."),
    Field("frag_offset", 2, 2, _16, "The fragment's place, counted in 8 bytes.", Bits(3, 13), alias=True),
    Field("mf", 2, 2, _16, "More fragments follow.", Bits(0, 1), alias=True),
    Field("identification", 4, 4, _32, "Number that the fragments of one packet share."),
), "An IPv6 fragment header.")  # fmt: skip

LINK: tuple[Struct, ...] = (ETHERNET, VLAN, ARP, IPV4, IPV6, IPV6_OPTIONS, IPV6_ROUTING, IPV6_FRAGMENT)
