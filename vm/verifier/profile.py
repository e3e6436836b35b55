"""Who loads the program, as data: what Linux trusts the loader with.

The kernel's verifier asks these questions (struct bpf_verifier_env): ``allow_ptr_leaks``,
``allow_uninit_stack``, ``bypass_spec_v1``, ``bypass_spec_v4`` (CAP_PERFMON), ``bpf_capable`` (CAP_BPF).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType as P


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of loader. ``forbidden_helpers`` and ``forbidden_types`` are out of its reach altogether."""

    name: str
    doc: str
    allow_ptr_leaks: bool = True
    allow_uninit_stack: bool = True
    bypass_spec_v1: bool = True
    bypass_spec_v4: bool = True
    bpf_capable: bool = True
    forbidden_helpers: frozenset[H] = frozenset()
    forbidden_types: frozenset[P] = frozenset()

    def forbids(self, helper: H, kind: P) -> bool:
        """Whether the loader's programs of that type may not call the helper."""
        if helper in SOCKET_CASTS and kind is P.SYSCALL:
            return False
        return helper in self.forbidden_helpers


SOCKET_CASTS = frozenset({
    H.SKC_TO_TCP6_SOCK, H.SKC_TO_TCP_SOCK, H.SKC_TO_TCP_TIMEWAIT_SOCK, H.SKC_TO_TCP_REQUEST_SOCK,
    H.SKC_TO_UDP6_SOCK, H.SKC_TO_UNIX_SOCK, H.SKC_TO_MPTCP_SOCK,
})  # fmt: skip
"""Helpers that give the kernel's own structure behind a socket."""
PERFMON_HELPERS = SOCKET_CASTS | frozenset({
    H.TRACE_PRINTK, H.GET_CURRENT_TASK, H.GET_CURRENT_TASK_BTF, H.GET_CURRENT_COMM, H.PROBE_READ_USER,
    H.PROBE_READ_KERNEL, H.PROBE_READ_USER_STR, H.PROBE_READ_KERNEL_STR, H.COPY_FROM_USER,
    H.COPY_FROM_USER_TASK, H.SNPRINTF_BTF, H.SNPRINTF, H.TASK_PT_REGS, H.TRACE_VPRINTK,
    H.PERF_EVENT_READ_VALUE, H.PERF_EVENT_READ, H.SEND_SIGNAL, H.SEND_SIGNAL_THREAD, H.GET_TASK_STACK,
    H.GET_BRANCH_SNAPSHOT, H.FIND_VMA, H.SYS_BPF,
})  # fmt: skip
"""Helpers every type shares only with CAP_PERFMON."""
PERFMON_TYPES = frozenset({
    P.KPROBE, P.TRACEPOINT, P.PERF_EVENT, P.RAW_TRACEPOINT, P.RAW_TRACEPOINT_WRITABLE, P.TRACING, P.LSM,
    P.STRUCT_OPS, P.EXT,
})  # fmt: skip
"""Program types that only a loader with CAP_PERFMON may load."""

ROOT = Profile("root", "Root, or all capabilities: pointers are not secret and speculation is not guarded.")
NO_PERFMON = Profile(
    "no-perfmon",
    "CAP_BPF and CAP_NET_ADMIN without CAP_PERFMON: addresses are secret, unset stack may not be read, and "
    "what the processor might do speculatively is checked as well.",
    allow_ptr_leaks=False,
    allow_uninit_stack=False,
    bypass_spec_v1=False,
    bypass_spec_v4=False,
    forbidden_helpers=PERFMON_HELPERS,
    forbidden_types=PERFMON_TYPES,
)
PROFILES: Mapping[str, Profile] = MappingProxyType({row.name: row for row in (ROOT, NO_PERFMON)})
"""Every profile by name; the first is the default."""
