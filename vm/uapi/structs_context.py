"""The contexts r1 points to and the socket structures they lead to.

Source: bpf.h of the 6.18 user API. Offsets are those a program uses; the verifier rewrites each load to the
kernel's own structures.
"""

from vm.uapi.struct_types import Field, Kind, Struct, array, words

_U = Kind.UINT

XDP_MD = Struct("xdp_md", 24, (
    Field("data", 0, 4, Kind.POINTER, "First byte of the frame: a packet pointer after the load."),
    Field("data_end", 4, 4, Kind.POINTER, "Just past the last byte: compare with it before every read."),
    Field("data_meta", 8, 4, Kind.POINTER,
          "Room before the frame for notes to the tc hook; equal to data if none."),
    Field("ingress_ifindex", 12, 4, _U, "Number of the device the frame arrived at."),
    Field("rx_queue_index", 16, 4, _U, "Receive queue of that device."),
    Field("egress_ifindex", 20, 4, _U, "Device it leaves by; only programs in a devmap may read it."),
), "The context of an XDP program: a received frame without a socket buffer.")  # fmt: skip

SK_BUFF = Struct("__sk_buff", 192, (
    Field("len", 0, 4, _U, "Bytes of the packet, those not yet pulled into reach included."),
    Field("pkt_type", 4, 4, _U,
          "For whom the packet is: this machine, all, a group, another.", symbols="packet type"),
    Field("mark", 8, 4, _U, "A number that routing rules and filters look at; programs may set it."),
    Field("queue_mapping", 12, 4, _U, "Device queue plus one; 0 is none."),
    Field("protocol", 16, 4, Kind.BE16, "EtherType in network order: 0x0008 for IPv4 on a little-endian CPU.",
          symbols="EtherType"),
    Field("vlan_present", 20, 4, _U, "1 if a VLAN tag was taken out of the frame and kept aside."),
    Field("vlan_tci", 24, 4, _U, "That tag: priority, drop bit and VLAN number."),
    Field("vlan_proto", 28, 4, Kind.BE16, "EtherType of that tag, in network order.", symbols="EtherType"),
    Field("priority", 32, 4, _U, "Queueing priority; programs at tc may set it."),
    Field("ingress_ifindex", 36, 4, _U, "Device the packet arrived at; 0 if made here."),
    Field("ifindex", 40, 4, _U, "Device the packet is at now."),
    Field("tc_index", 44, 4, _U, "Class index of traffic control."),
    *array(Field("cb", 48, 20, _U,
           "Five words a program may use as it likes, kept to the next program.", count=5)),
    Field("hash", 68, 4, _U, "Flow hash; 0 if not computed (bpf_get_hash_recalc computes it)."),
    Field("tc_classid", 72, 4, _U, "Traffic class the program chooses."),
    Field("data", 76, 4, Kind.POINTER, "First byte in reach: a packet pointer after the load."),
    Field("data_end", 80, 4, Kind.POINTER, "Just past the last byte in reach."),
    Field("napi_id", 84, 4, _U, "Receive poll context the packet came through."),
    Field("family", 88, 4, _U, "Address family of the socket.", symbols="address family"),
    Field("remote_ip4", 92, 4, Kind.IPV4, "Other side's IPv4 address, in network order."),
    Field("local_ip4", 96, 4, Kind.IPV4, "This side's IPv4 address, in network order."),
    *array(Field("remote_ip6", 100, 16, Kind.IPV6,
           "Other side's IPv6 address, as four words in network order.",
                 count=4)),
    *array(Field("local_ip6", 116, 16, Kind.IPV6, "This side's IPv6 address, as four words in network order.",
                 count=4)),
    Field("remote_port", 132, 4, Kind.PORT, "Other side's port, in network order."),
    Field("local_port", 136, 4, _U, "This side's port, in the CPU's own order."),
    Field("data_meta", 140, 4, Kind.POINTER,
          "Notes an XDP program left before the packet; equal to data if none."),
    Field("flow_keys", 144, 8, Kind.POINTER, "Where a flow dissector program writes what it found."),
    Field("tstamp", 152, 8, _U, "Time stamp in nanoseconds: of arrival, or when the packet may leave."),
    Field("wire_len", 160, 4, _U, "Bytes on the wire, headers of later segments included."),
    Field("gso_segs", 164, 4, _U, "Segments the packet will be cut into."),
    Field("sk", 168, 8, Kind.POINTER, "The packet's socket, or null."),
    Field("gso_size", 176, 4, _U, "Payload bytes of one such segment; 0 if it will not be cut."),
    Field("tstamp_type", 180, 1, _U, "Which clock tstamp was read from."),
    Field("_pad_181", 181, 3, Kind.PAD, "Unused."),
    Field("hwtstamp", 184, 8, _U, "Time stamp the hardware took, in nanoseconds."),
), "The context of tc, socket-filter, cgroup_skb and similar programs: a socket buffer.")  # fmt: skip

SOCK = Struct("bpf_sock", 80, (
    Field("bound_dev_if", 0, 4, _U, "Device the socket is bound to; 0 is any."),
    Field("family", 4, 4, _U, "Address family.", symbols="address family"),
    Field("type", 8, 4, _U, "Kind of socket.", symbols="socket type"),
    Field("protocol", 12, 4, _U, "IP protocol.", symbols="IP protocol"),
    Field("mark", 16, 4, _U, "Mark its packets get."),
    Field("priority", 20, 4, _U, "Priority its packets get."),
    Field("src_ip4", 24, 4, Kind.IPV4, "Local IPv4 address, in network order."),
    *array(Field("src_ip6", 28, 16, Kind.IPV6,
           "Local IPv6 address, as four words in network order.", count=4)),
    Field("src_port", 44, 4, _U, "Local port, in the CPU's own order."),
    Field("dst_port", 48, 2, Kind.PORT, "Remote port, in network order."),
    Field("_pad_50", 50, 2, Kind.PAD, "Unused; reads as zero."),
    Field("dst_ip4", 52, 4, Kind.IPV4, "Remote IPv4 address, in network order."),
    *array(Field("dst_ip6", 56, 16, Kind.IPV6,
           "Remote IPv6 address, as four words in network order.", count=4)),
    Field("state", 72, 4, _U, "State of the connection.", symbols="TCP state"),
    Field("rx_queue_mapping", 76, 4, Kind.SINT, "Receive queue of its packets; -1 is none."),
), "A socket as programs see it.")  # fmt: skip


TCP_SOCK = Struct("bpf_tcp_sock", 112, (
    *words(
        0,
        ("snd_cwnd", "Congestion window, in segments."),
        ("srtt_us", "Smoothed round trip, in eighths of a microsecond."),
        ("rtt_min", "Shortest round trip seen, in microseconds."),
        ("snd_ssthresh", "Window above which it grows slowly, in segments."),
        ("rcv_nxt", "Sequence number expected next."),
        ("snd_nxt", "Sequence number to be sent next."),
        ("snd_una", "Oldest byte not acknowledged."),
        ("mss_cache", "Longest segment sent."),
        ("ecn_flags", "State of explicit congestion notice."),
        ("rate_delivered", "Segments of the last rate sample."),
        ("rate_interval_us", "Time of the last rate sample, in microseconds."),
        ("packets_out", "Segments on their way."),
        ("retrans_out", "Segments sent again and on their way."),
        ("total_retrans", "Segments sent again since the start."),
        ("segs_in", "Segments received."),
        ("data_segs_in", "Segments with data received."),
        ("segs_out", "Segments sent."),
        ("data_segs_out", "Segments with data sent."),
        ("lost_out", "Segments taken for lost."),
        ("sacked_out", "Segments acknowledged selectively."),
    ),
    Field("bytes_received", 80, 8, _U, "Bytes received in order."),
    Field("bytes_acked", 88, 8, _U, "Bytes acknowledged by the other side."),
    *words(
        96,
        ("dsack_dups", "Duplicates the other side reported."),
        ("delivered", "Segments delivered."),
        ("delivered_ce", "Segments delivered with a congestion mark."),
        ("icsk_retransmits", "Time-outs in a row not yet recovered from."),
    ),
), "A TCP connection as programs see it.")  # fmt: skip

SK_LOOKUP = Struct("bpf_sk_lookup", 72, (
    Field("sk", 0, 8, Kind.POINTER, "Socket chosen so far, or null."),
    Field("cookie", 0, 8, _U, "That socket's cookie, in test runs.", alias=True),
    Field("family", 8, 4, _U, "Address family.", symbols="address family"),
    Field("protocol", 12, 4, _U, "IP protocol.", symbols="IP protocol"),
    Field("remote_ip4", 16, 4, Kind.IPV4, "Other side's IPv4 address, in network order."),
    *array(Field("remote_ip6", 20, 16, Kind.IPV6,
           "Other side's IPv6 address, as four words in network order.",
                 count=4)),
    Field("remote_port", 36, 2, Kind.PORT, "Other side's port, in network order."),
    Field("_pad_38", 38, 2, Kind.PAD, "Unused; reads as zero."),
    Field("local_ip4", 40, 4, Kind.IPV4, "This side's IPv4 address, in network order."),
    *array(Field("local_ip6", 44, 16, Kind.IPV6, "This side's IPv6 address, as four words in network order.",
                 count=4)),
    Field("local_port", 60, 4, _U, "This side's port, in the CPU's own order."),
    Field("ingress_ifindex", 64, 4, _U, "Device the packet arrived at."),
    Field("_pad_68", 68, 4, Kind.PAD, "Unused."),
), "The context of an sk_lookup program: a connection that looks for its socket.")  # fmt: skip

CONTEXTS: tuple[Struct, ...] = (XDP_MD, SK_BUFF, SOCK, TCP_SOCK, SK_LOOKUP)
