"""What sockops programs are told of, by the kernel's numbers (BPF_SOCK_OPS_…)."""

from collections.abc import Mapping
from types import MappingProxyType

TCP_CONNECT_CB, ACTIVE_ESTABLISHED_CB, PASSIVE_ESTABLISHED_CB = 3, 4, 5
STATE_CB, TCP_LISTEN_CB = 10, 11
STATE_CB_FLAG = 4
"""Whoever set it is told of every change of state."""
ESTABLISHED: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("SYN_RECV", "ESTABLISHED"): PASSIVE_ESTABLISHED_CB,
        ("SYN_SENT", "ESTABLISHED"): ACTIVE_ESTABLISHED_CB,
    }
)
"""What a change of state is called, where it is more than that."""
