"""The stations around the path: where programs watch, and are asked, without a packet."""

from vm.kernel.station import NOWHERE, Station, Track


def _around(ident: str, title: str, function: str, file: str, doc: str, x: int, y: int) -> Station:
    return Station(ident, title, function, file, doc, NOWHERE, Track.AROUND, x, y)


AROUND = (
    _around("tracepoint", "tracepoints", "perf_trace_run_bpf_submit", "kernel/events/core.c",
            "System calls, the scheduler and the network tell what they do, as records.", 1112, 60),
    _around("raw_tracepoint", "raw tracepoints", "__bpf_trace_run", "kernel/trace/bpf_trace.c",
            "The same places with their bare arguments.", 1190, 60),
    _around("lsm", "LSM", "security_file_open", "security/security.c",
            "Before something is done that needs permission, security modules may deny it.", 1112, 128),
    _around("sock_create", "sock_create", "__cgroup_bpf_run_filter_sk", "kernel/bpf/cgroup.c",
            "A process of the control group opens a socket.", 1190, 128),
    _around("bind", "bind", "__cgroup_bpf_run_filter_sock_addr", "kernel/bpf/cgroup.c",
            "A process of the control group binds a socket; programs may change the address.", 1112, 196),
    _around("connect", "connect", "__cgroup_bpf_run_filter_sock_addr", "kernel/bpf/cgroup.c",
            "A process of the control group connects; programs may change where to.", 1190, 196),
    _around("sendmsg", "sendmsg", "__cgroup_bpf_run_filter_sock_addr", "kernel/bpf/cgroup.c",
            "A process of the control group sends a datagram; programs may change where to.", 1112, 264),
    _around("sockops", "sockops", "__cgroup_bpf_run_filter_sock_ops", "kernel/bpf/cgroup.c",
            "Connections of the control group change state.", 1190, 264),
    _around("post_bind", "post_bind", "__cgroup_bpf_run_filter_sk", "kernel/bpf/cgroup.c",
            "A socket of the control group has got its address.", 1112, 230),
    _around("sock_release", "sock_release", "__cgroup_bpf_run_filter_sk", "kernel/bpf/cgroup.c",
            "A process of the control group closes a socket.", 1190, 230),
    _around("recvmsg", "recvmsg", "__cgroup_bpf_run_filter_sock_addr", "kernel/bpf/cgroup.c",
            "A process of the control group is told whom a datagram came from.", 1112, 298),
    _around("getpeername", "getpeername", "__cgroup_bpf_run_filter_sock_addr", "kernel/bpf/cgroup.c",
            "A process of the control group asks for the other side's address.", 1190, 298),
    _around("getsockname", "getsockname", "__cgroup_bpf_run_filter_sock_addr", "kernel/bpf/cgroup.c",
            "A process of the control group asks for its own address.", 1230, 298),
    _around("device", "device files", "__cgroup_bpf_check_dev_permission", "kernel/bpf/cgroup.c",
            "A process of the control group opens or makes a device file.", 1230, 60),
    _around("sysctl", "sysctl", "__cgroup_bpf_run_filter_sysctl", "kernel/bpf/cgroup.c",
            "A process of the control group reads or writes a setting under /proc/sys.", 1230, 128),
    _around("sockopt", "sockopt", "__cgroup_bpf_run_filter_setsockopt", "kernel/bpf/cgroup.c",
            "A process of the control group asks for, or sets, an option of a socket.", 1230, 196),
    _around("fentry", "fentry", "__bpf_prog_enter", "kernel/bpf/trampoline.c",
            "Where a kernel function starts, by a trampoline, its arguments typed.", 1112, 358),
    _around("fexit", "fexit", "__bpf_prog_exit", "kernel/bpf/trampoline.c",
            "Where a kernel function returns, by a trampoline.", 1190, 358),
    _around("uretprobe", "uretprobe", "uretprobe_perf_func", "kernel/trace/trace_uprobe.c",
            "Where a function of a program of user space returns.", 1230, 384),
    _around("kprobe", "kprobe", "kprobe_perf_func", "kernel/trace/trace_kprobe.c",
            "Where a kernel function starts.", 1112, 332),
    _around("kretprobe", "kretprobe", "kretprobe_perf_func", "kernel/trace/trace_kprobe.c",
            "Where a kernel function returns.", 1190, 332),
    _around("uprobe", "uprobe", "uprobe_perf_func", "kernel/trace/trace_uprobe.c",
            "Where a function of a program of user space starts.", 1112, 384),
    _around("perf_event", "perf event", "bpf_overflow_handler", "kernel/events/core.c",
            "A performance counter has counted enough.", 1190, 384),
)  # fmt: skip
"""Hooks that stand beside the path."""
