"""Constants of the BPF user API: verdicts, map update flags, helper flags.

Source: bpf.h and pkt_cls.h of the 6.18 user API. Rows are (name, value, what it means).
"""

from vm.uapi.constant import Group
from vm.uapi.map_types import MAP_FLAG_DOCS, MapType
from vm.uapi.prog_types import ProgType

VERDICTS: tuple[Group, ...] = (
    Group("XDP verdict", "What an XDP program returns: what becomes of the frame.", (
        ("XDP_ABORTED", 0, "The program failed: drop the packet and raise the trace event xdp_exception."),
        ("XDP_DROP", 1, "Drop the packet at once, in the driver."),
        ("XDP_PASS", 2, "Hand the packet on to the network stack."),
        ("XDP_TX", 3, "Send the packet back out of the device it came from."),
        ("XDP_REDIRECT", 4, "Send the packet where bpf_redirect or bpf_redirect_map said."),
    )),
    Group("tc verdict", "What a tc program in direct-action mode returns: what becomes of the packet.", (
        ("TC_ACT_UNSPEC", -1, "Use the action configured; in direct-action mode, go on to the next filter."),
        ("TC_ACT_OK", 0, "Let the packet go on."),
        ("TC_ACT_RECLASSIFY", 1, "Start classification over again."),
        ("TC_ACT_SHOT", 2, "Drop the packet."),
        ("TC_ACT_PIPE", 3, "Go on to the next action."),
        ("TC_ACT_STOLEN", 4, "The packet was taken: end here, and call it a success."),
        ("TC_ACT_QUEUED", 5, "The packet was queued elsewhere: end here."),
        ("TC_ACT_REPEAT", 6, "Run the action again."),
        ("TC_ACT_REDIRECT", 7, "Send the packet where bpf_redirect said."),
        ("TC_ACT_TRAP", 8, "Hand the packet from the hardware to the CPU."),
    )),
    Group("tcx verdict", "What a program attached with tcx returns; the numbers agree with tc's.", (
        ("TCX_NEXT", -1, "Go on to the next program at this hook."),
        ("TCX_PASS", 0, "Let the packet go on; no further program runs."),
        ("TCX_DROP", 2, "Drop the packet."),
        ("TCX_REDIRECT", 7, "Send the packet where bpf_redirect said."),
    )),
    Group("socket verdict", "What programs that choose or filter sockets return.", (
        ("SK_DROP", 0, "Drop the packet or message, or refuse the connection."),
        ("SK_PASS", 1, "Let the packet, message or connection go on."),
    )),
    Group("netfilter verdict", "What netfilter programs return.", (
        ("NF_DROP", 0, "Drop the packet."),
        ("NF_ACCEPT", 1, "Let the packet go on to what stands behind at this place."),
    )),
    Group("lightweight tunnel verdict", "What programs on a route, and flow dissectors, return.", (
        ("BPF_OK", 0, "Let the packet go on."),
        ("BPF_DROP", 2, "Drop the packet."),
        ("BPF_REDIRECT", 7, "Send the packet where bpf_redirect said."),
        ("BPF_LWT_REROUTE", 128, "The addresses changed: look up the route again."),
        ("BPF_FLOW_DISSECTOR_CONTINUE", 129, "Let the kernel's own flow dissector do the work."),
    )),
)  # fmt: skip

MAPS: tuple[Group, ...] = (
    Group("map update flag", "The last argument of bpf_map_update_elem: when to insert, when to replace.", (
        ("BPF_ANY", 0, "Insert the entry, or replace it."),
        ("BPF_NOEXIST", 1, "Insert the entry only if the key is not there yet; else -EEXIST."),
        ("BPF_EXIST", 2, "Replace the entry only if the key is there; else -ENOENT."),
        ("BPF_F_LOCK", 4, "Copy the value while holding the bpf_spin_lock inside it."),
    )),
    Group("map flag", "How a map is made: given once, when it is created.", tuple(
        (f"BPF_F_{flag.name}", flag.value, doc) for flag, doc in MAP_FLAG_DOCS.items()
    )),
    Group("map type", "What kind of map to make.", tuple(
        (kind.kernel_name, kind.value, kind.doc) for kind in MapType
    )),
    Group("ring buffer flag", "Whether the reader of a ring buffer is woken.", (
        ("BPF_RB_NO_WAKEUP", 1, "Do not wake the reader."),
        ("BPF_RB_FORCE_WAKEUP", 2, "Wake the reader in any case."),
    )),
    Group("ring buffer query", "What bpf_ringbuf_query is asked.", (
        ("BPF_RB_AVAIL_DATA", 0, "Ask for the bytes not read yet."),
        ("BPF_RB_RING_SIZE", 1, "Ask for the size of the buffer."),
        ("BPF_RB_CONS_POS", 2, "Ask for the reader's position."),
        ("BPF_RB_PROD_POS", 3, "Ask for the writer's position."),
    )),
    Group("ring buffer record", "How a record stands in the buffer's memory.", (
        ("BPF_RINGBUF_BUSY_BIT", 1 << 31, "Set in a record's length while it is reserved but not submitted."),
        ("BPF_RINGBUF_DISCARD_BIT", 1 << 30, "Set in a record's length when it was discarded."),
        ("BPF_RINGBUF_HDR_SZ", 8, "The bytes of the header before each record."),
    )),
    Group("perf event flag", "Which entry of a perf event array, and how much of the packet.", (
        ("BPF_F_INDEX_MASK", 0xFFFFFFFF, "The bits of the flags that hold the index."),
        ("BPF_F_CURRENT_CPU", 0xFFFFFFFF, "Use the entry of the CPU the program runs on."),
        ("BPF_F_CTXLEN_MASK", 0xFFFFF << 32, "The bits that say how many packet bytes to append."),
    )),
    Group("storage flag", "Whether bpf_sk_storage_get and others make a missing value.", (
        ("BPF_LOCAL_STORAGE_GET_F_CREATE", 1, "Make the value if there is none yet."),
        ("BPF_SK_STORAGE_GET_F_CREATE", 1, "Make the socket's value if there is none yet."),
    )),
    Group("limit", "Bounds the kernel sets.", (
        ("BPF_MAX_LOOPS", 8 << 20, "The most turns bpf_loop takes."),
        ("BPF_TAG_SIZE", 8, "The bytes of a program's tag."),
        ("BPF_OBJ_NAME_LEN", 16, "The longest name of a program or map, its final zero included."),
    )),
    Group("program type", "What kind of program to load: it decides the context and the helpers.", tuple(
        (kind.kernel_name, kind.value, f"The program type {kind.label}.") for kind in ProgType
    )),
)  # fmt: skip

HELPERS: tuple[Group, ...] = (
    Group("store flag", "What bpf_skb_store_bytes does besides storing.", (
        ("BPF_F_RECOMPUTE_CSUM", 1, "Keep the checksum the device computed in step with the bytes stored."),
        ("BPF_F_INVALIDATE_HASH", 2, "Forget the packet's flow hash."),
    )),
    Group("checksum flag", "How the helpers that replace checksums go about it.", (
        ("BPF_F_HDR_FIELD_MASK", 0xF, "The bits that hold the size of the field changed: 0, 2 or 4."),
        ("BPF_F_PSEUDO_HDR", 1 << 4, "The field changed is part of the pseudo header too, as addresses are."),
        ("BPF_F_MARK_MANGLED_0", 1 << 5, "Leave a checksum of 0 as it is, for UDP where 0 says 'none'."),
        ("BPF_F_MARK_ENFORCE", 1 << 6, "Update a UDP checksum even where it is 0."),
        ("BPF_F_IPV6", 1 << 7, "The packet is IPv6: the address change is no part of a header checksum."),
        ("BPF_CSUM_LEVEL_QUERY", 0, "Ask how many checksums the device verified."),
        ("BPF_CSUM_LEVEL_INC", 1, "One more header's checksum counts as verified."),
        ("BPF_CSUM_LEVEL_DEC", 2, "One header fewer counts as verified."),
        ("BPF_CSUM_LEVEL_RESET", 3, "No checksum counts as verified."),
    )),
    Group("adjust room", "Where bpf_skb_adjust_room makes room, and for what.", (
        ("BPF_ADJ_ROOM_NET", 0, "Make or remove room after the IP header."),
        ("BPF_ADJ_ROOM_MAC", 1, "Make or remove room after the Ethernet header."),
        ("BPF_F_ADJ_ROOM_FIXED_GSO", 1 << 0, "Keep the size of segments."),
        ("BPF_F_ADJ_ROOM_ENCAP_L3_IPV4", 1 << 1, "The room is for an outer IPv4 header."),
        ("BPF_F_ADJ_ROOM_ENCAP_L3_IPV6", 1 << 2, "The room is for an outer IPv6 header."),
        ("BPF_F_ADJ_ROOM_ENCAP_L4_GRE", 1 << 3, "The room is for a GRE header."),
        ("BPF_F_ADJ_ROOM_ENCAP_L4_UDP", 1 << 4, "The room is for an outer UDP header."),
        ("BPF_F_ADJ_ROOM_NO_CSUM_RESET", 1 << 5, "Keep what is known of the checksum."),
        ("BPF_F_ADJ_ROOM_ENCAP_L2_ETH", 1 << 6, "The inner packet begins with an Ethernet header."),
        ("BPF_F_ADJ_ROOM_DECAP_L3_IPV4", 1 << 7, "The outer header removed was IPv4."),
        ("BPF_F_ADJ_ROOM_DECAP_L3_IPV6", 1 << 8, "The outer header removed was IPv6."),
        ("BPF_ADJ_ROOM_ENCAP_L2_MASK", 0xFF, "The bits, before the shift, of the inner Ethernet length."),
        ("BPF_ADJ_ROOM_ENCAP_L2_SHIFT", 56, "How far left the inner Ethernet length stands."),
    )),
    Group("redirect flag", "Where a redirected packet goes: in or out, one device or all.", (
        ("BPF_F_INGRESS", 1, "Let the packet arrive at the device instead of leaving by it."),
        ("BPF_F_BROADCAST", 8, "Send a copy to every device of the map."),
        ("BPF_F_EXCLUDE_INGRESS", 16, "Leave out the device the packet came from."),
    )),
    Group("header start", "From where bpf_skb_load_bytes_relative counts.", (
        ("BPF_HDR_START_MAC", 0, "Count the offset from the Ethernet header."),
        ("BPF_HDR_START_NET", 1, "Count the offset from the IP header."),
    )),
    Group("fib lookup flag", "How bpf_fib_lookup looks up a route.", (
        ("BPF_FIB_LOOKUP_DIRECT", 1, "Look into the interface's table only, past the routing rules."),
        ("BPF_FIB_LOOKUP_OUTPUT", 2, "Look up as for a packet that leaves."),
        ("BPF_FIB_LOOKUP_SKIP_NEIGH", 4, "Do not look up the neighbour's Ethernet address."),
        ("BPF_FIB_LOOKUP_TBID", 8, "Look into the table given in tbid."),
        ("BPF_FIB_LOOKUP_SRC", 16, "Return the source address the kernel would choose."),
        ("BPF_FIB_LOOKUP_MARK", 32, "Look up with the mark given."),
    )),
    Group("fib lookup result", "What bpf_fib_lookup found; negative results are errors.", (
        ("BPF_FIB_LKUP_RET_SUCCESS", 0, "Forward the packet: addresses and device are filled in."),
        ("BPF_FIB_LKUP_RET_BLACKHOLE", 1, "The route says: drop silently."),
        ("BPF_FIB_LKUP_RET_UNREACHABLE", 2, "The route says: unreachable."),
        ("BPF_FIB_LKUP_RET_PROHIBIT", 3, "The route says: not allowed."),
        ("BPF_FIB_LKUP_RET_NOT_FWDED", 4, "The packet is not to be forwarded; it may be for this machine."),
        ("BPF_FIB_LKUP_RET_FWD_DISABLED", 5, "Forwarding is switched off on the device."),
        ("BPF_FIB_LKUP_RET_UNSUPP_LWT", 6, "The route needs a tunnel header the lookup cannot make."),
        ("BPF_FIB_LKUP_RET_NO_NEIGH", 7, "The neighbour's Ethernet address is not known yet."),
        ("BPF_FIB_LKUP_RET_FRAG_NEEDED", 8, "The packet is longer than the route's MTU."),
        ("BPF_FIB_LKUP_RET_NO_SRC_ADDR", 9, "No source address could be chosen."),
    )),
    Group("stack flag", "Which stack bpf_get_stackid and bpf_get_stack take.", (
        ("BPF_F_SKIP_FIELD_MASK", 0xFF, "The bits that say how many frames to skip."),
        ("BPF_F_USER_STACK", 1 << 8, "Take the user-space stack."),
        ("BPF_F_FAST_STACK_CMP", 1 << 9, "Compare stacks by their hash only."),
        ("BPF_F_REUSE_STACKID", 1 << 10, "Let a new stack take the place of one with the same hash."),
        ("BPF_F_USER_BUILD_ID", 1 << 11, "Give build id and offset instead of addresses."),
    )),
    Group("network namespace", "In which network namespace a socket is looked up.", (
        ("BPF_F_CURRENT_NETNS", -1, "Look in the network namespace of the program's context."),
    )),
    Group("tunnel flag", "How bpf_skb_set_tunnel_key and bpf_skb_get_tunnel_key treat the tunnel.", (
        ("BPF_F_TUNINFO_IPV6", 1, "The tunnel's addresses are IPv6."),
        ("BPF_F_ZERO_CSUM_TX", 2, "Send outer UDP without a checksum."),
        ("BPF_F_DONT_FRAGMENT", 4, "Forbid fragments of the outer packet."),
        ("BPF_F_SEQ_NUMBER", 8, "Number the packets, in GRE."),
        ("BPF_F_NO_TUNNEL_KEY", 16, "Send no tunnel number, in GRE."),
        ("BPF_F_TUNINFO_FLAGS", 16, "Return the tunnel's flags in tunnel_flags."),
    )),
    Group("time stamp clock", "Which clock __sk_buff.tstamp was read from.", (
        ("BPF_SKB_CLOCK_REALTIME", 0, "tstamp is wall time, or the time of arrival."),
        ("BPF_SKB_CLOCK_MONOTONIC", 1, "tstamp says when to send, by the monotonic clock."),
        ("BPF_SKB_CLOCK_TAI", 2, "tstamp says when to send, by atomic time."),
    )),
    Group("timer flag", "How bpf_timer_start starts a timer.", (
        ("BPF_F_TIMER_ABS", 1, "The time given is absolute, not from now."),
        ("BPF_F_TIMER_CPU_PIN", 2, "Run the callback on the CPU that started the timer."),
    )),
    Group("mtu check", "What bpf_check_mtu checks and answers.", (
        ("BPF_MTU_CHK_SEGS", 1, "Check the length of the segments too."),
        ("BPF_MTU_CHK_RET_SUCCESS", 0, "The packet fits."),
        ("BPF_MTU_CHK_RET_FRAG_NEEDED", 1, "The packet is longer than the MTU."),
        ("BPF_MTU_CHK_RET_SEGS_TOOBIG", 2, "A segment is longer than the MTU."),
    )),
)  # fmt: skip
