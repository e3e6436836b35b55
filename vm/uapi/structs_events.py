"""The contexts of programs at events and at sockets' doings, beside those of packets.

Source: bpf.h, bpf_perf_event.h and ptrace.h of the 6.18 user API; registers as the x86-64 kernel names them.
"""

from collections.abc import Iterator

from vm.uapi.struct_types import Field, Kind, Struct, array, words
from vm.uapi.structs_context import TCP_SOCK

_U = Kind.UINT


def _as_tcp_sock(*names: str) -> Iterator[tuple[str, str]]:
    """Fields that struct bpf_tcp_sock has as well, with what is said of them there."""
    known = {field.name: field.doc for field in TCP_SOCK.fields}
    return ((name, known[name]) for name in names)


_REGISTERS = (
    ("r15", "Register r15."), ("r14", "Register r14."), ("r13", "Register r13."), ("r12", "Register r12."),
    ("bp", "Frame pointer."), ("bx", "Register rbx."), ("r11", "Register r11."), ("r10", "Register r10."),
    ("r9", "Sixth argument of a function."), ("r8", "Fifth argument of a function."),
    ("ax", "Result of a function, at its return."), ("cx", "Fourth argument of a function."),
    ("dx", "Third argument of a function."), ("si", "Second argument of a function."),
    ("di", "First argument of a function."),
    ("orig_ax", "Number of the system call, in a system call's registers; else -1."),
    ("ip", "Address of the next instruction."), ("cs", "Code segment: 0x10 the kernel's, 0x33 a process's."),
    ("flags", "Processor flags."), ("sp", "Stack pointer."), ("ss", "Stack segment."),
)  # fmt: skip

PT_REGS = Struct(
    "pt_regs",
    168,
    tuple(Field(name, 8 * n, 8, _U, doc) for n, (name, doc) in enumerate(_REGISTERS)),
    "The context of kprobe and uprobe programs: the registers, in which x86-64 passes arguments.",
)

PERF_EVENT_DATA = Struct("bpf_perf_event_data", 184, (
    *(Field(f"regs.{field.name}", field.offset, 8, _U, field.doc) for field in PT_REGS.fields),
    Field("sample_period", 168, 8, _U, "How many counts make a sample."),
    Field("addr", 176, 8, _U, "The address the sample is about, where its counter has one."),
), "The context of a perf_event program: the interrupted registers, and the sample.")  # fmt: skip

RAW_ARGS = Struct("bpf_raw_tracepoint_args", 96, array(
    Field("args", 0, 96, _U, "Arguments of the tracepoint, 8 bytes each.", count=12)
), "The context of raw tracepoint programs.")  # fmt: skip

SOCK_ADDR = Struct(
    "bpf_sock_addr",
    72,
    (
        Field("user_family", 0, 4, _U, "Address family the process gave.", symbols="address family"),
        Field("user_ip4", 4, 4, Kind.IPV4, "IPv4 address the process gave, in network order."),
        *array(
            Field(
                "user_ip6",
                8,
                16,
                Kind.IPV6,
                "IPv6 address the process gave, as four words in network order.",
                count=4,
            )
        ),
        Field("user_port", 24, 4, Kind.PORT, "Port the process gave, in network order."),
        Field("family", 28, 4, _U, "Address family of the socket.", symbols="address family"),
        Field("type", 32, 4, _U, "Kind of socket.", symbols="socket type"),
        Field("protocol", 36, 4, _U, "IP protocol.", symbols="IP protocol"),
        Field("msg_src_ip4", 40, 4, Kind.IPV4, "Source address of a datagram, in network order."),
        *array(
            Field(
                "msg_src_ip6",
                44,
                16,
                Kind.IPV6,
                "Source address of a datagram, as four words in network order.",
                count=4,
            )
        ),
        Field("_pad_60", 60, 4, Kind.PAD, "Unused."),
        Field("sk", 64, 8, Kind.POINTER, "The socket."),
    ),
    "The context of programs that see, and may change, the address a socket is bound or connected to.",
)

SOCK_OPS = Struct(
    "bpf_sock_ops",
    224,
    (
        Field("op", 0, 4, _U, "What has happened (BPF_SOCK_OPS_…)."),
        Field("reply", 4, 4, _U, "The program's answer, where one is asked for."),
        *array(Field("args", 4, 16, _U, "What has happened, in numbers.", count=4, alias=True)),
        *array(
            Field("replylong", 4, 16, _U, "The program's answer, where it is longer.", count=4, alias=True)
        ),
        Field("_args_8", 8, 12, Kind.BYTES, "The rest of args and replylong."),
        Field("family", 20, 4, _U, "Address family.", symbols="address family"),
        Field("remote_ip4", 24, 4, Kind.IPV4, "Other side's IPv4 address, in network order."),
        Field("local_ip4", 28, 4, Kind.IPV4, "This side's IPv4 address, in network order."),
        *array(
            Field(
                "remote_ip6",
                32,
                16,
                Kind.IPV6,
                "Other side's IPv6 address, as four words in network order.",
                count=4,
            )
        ),
        *array(
            Field(
                "local_ip6",
                48,
                16,
                Kind.IPV6,
                "This side's IPv6 address, as four words in network order.",
                count=4,
            )
        ),
        Field("remote_port", 64, 4, _U, "Other side's port, in network order, in the upper two bytes."),
        Field("local_port", 68, 4, _U, "This side's port, in the CPU's own order."),
        *words(
            72,
            ("is_fullsock", "1 if the socket has all fields; 0 for a request that is not one yet."),
            *_as_tcp_sock("snd_cwnd", "srtt_us"),
            ("bpf_sock_ops_cb_flags", "Which further events programs want."),
            ("state", "State of the connection."),
            *_as_tcp_sock(
                "rtt_min",
                "snd_ssthresh",
                "rcv_nxt",
                "snd_nxt",
                "snd_una",
                "mss_cache",
                "ecn_flags",
                "rate_delivered",
                "rate_interval_us",
                "packets_out",
                "retrans_out",
                "total_retrans",
                "segs_in",
                "data_segs_in",
                "segs_out",
                "data_segs_out",
                "lost_out",
                "sacked_out",
            ),
            ("sk_txhash", "Flow hash of what is sent; programs may set it."),
        ),
        *(
            Field(name, 168 + 8 * n, 8, _U, doc)
            for n, (name, doc) in enumerate(_as_tcp_sock("bytes_received", "bytes_acked"))
        ),
        Field("sk", 184, 8, Kind.POINTER, "The socket, or null where it is not full."),
        Field("skb_data", 192, 8, Kind.POINTER, "The segment's TCP header, where there is a segment."),
        Field("skb_data_end", 200, 8, Kind.POINTER, "Just past its last byte in reach."),
        Field("skb_len", 208, 4, _U, "Bytes of the segment."),
        Field("skb_tcp_flags", 212, 4, _U, "Its TCP flags."),
        Field("skb_hwtstamp", 216, 8, _U, "Time stamp the hardware took, in nanoseconds."),
    ),
    "The context of sockops programs: a moment in the life of a TCP connection.",
)

NF_CTX = Struct("bpf_nf_ctx", 16, (
    Field("state", 0, 8, Kind.POINTER, "The struct nf_hook_state: which place this is, and the devices."),
    Field("skb", 8, 8, Kind.POINTER, "The struct sk_buff; its data begins with the IP header."),
), "The context of netfilter programs: two pointers to the kernel's own structures.")  # fmt: skip

CGROUP_DEV = Struct("bpf_cgroup_dev_ctx", 12, (
    Field("access_type", 0, 4, _U, "Access (1 mknod, 2 read, 4 write) << 16, and 1 block or 2 character."),
    Field("major", 4, 4, _U, "The device's major number: which driver."),
    Field("minor", 8, 4, _U, "The device's minor number: which of the driver's."),
), "The context of programs that say which device files a control group may use.")  # fmt: skip

SYSCTL = Struct("bpf_sysctl", 8, (
    Field("write", 0, 4, _U, "1 where the setting is written, 0 where it is read."),
    Field("file_pos", 4, 4, _U, "Where in the file the process reads or writes; may be changed."),
), "The context of programs that watch, and may change, settings under /proc/sys.")  # fmt: skip

SOCKOPT = Struct("bpf_sockopt", 40, (
    Field("sk", 0, 8, Kind.POINTER, "The socket."),
    Field("optval", 8, 8, Kind.POINTER, "The option's value, as the process gave it or will get it."),
    Field("optval_end", 16, 8, Kind.POINTER, "Just past its last byte."),
    Field("level", 24, 4, _U, "The protocol the option is of, such as 1 (SOL_SOCKET) or 6 (TCP)."),
    Field("optname", 28, 4, _U, "The option."),
    Field("optlen", 32, 4, Kind.SINT, "Bytes of the value; setsockopt: -1 keeps the kernel out of it."),
    Field("retval", 36, 4, Kind.SINT, "getsockopt: what the kernel has answered."),
), "The context of programs at getsockopt(2) and setsockopt(2).")  # fmt: skip

EVENTS: tuple[Struct, ...] = (
    PT_REGS, PERF_EVENT_DATA, RAW_ARGS, SOCK_ADDR, SOCK_OPS, NF_CTX, CGROUP_DEV, SYSCTL, SOCKOPT,
)  # fmt: skip
