"""What programs, functions and callbacks return."""

from typing import TYPE_CHECKING, Final

from vm.uapi.attach_types import AttachType as A
from vm.uapi.prog_types import ProgType as P
from vm.verifier.checks.common import refuse
from vm.verifier.checks.pointers import is_secret
from vm.verifier.checks.resources import EXIT, check_leaks
from vm.verifier.register import Kind, Register
from vm.verifier.rules import leaks
from vm.verifier.rules import returns as rules
from vm.verifier.scalar import S64_MAX, S64_MIN

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_ONLY_PASS: Final = frozenset({
    A.CGROUP_UDP4_RECVMSG, A.CGROUP_UDP6_RECVMSG, A.CGROUP_UNIX_RECVMSG, A.CGROUP_INET4_GETPEERNAME,
    A.CGROUP_INET6_GETPEERNAME, A.CGROUP_UNIX_GETPEERNAME, A.CGROUP_INET4_GETSOCKNAME,
    A.CGROUP_INET6_GETSOCKNAME, A.CGROUP_UNIX_GETSOCKNAME,
})  # fmt: skip
_RANGES: Final[dict[P, tuple[int, int]]] = {
    P.CGROUP_SKB: (0, 1), P.CGROUP_SOCK: (0, 1), P.SOCK_OPS: (0, 1), P.CGROUP_DEVICE: (0, 1),
    P.CGROUP_SYSCTL: (0, 1), P.CGROUP_SOCKOPT: (0, 1), P.CGROUP_SOCK_ADDR: (0, 1), P.SK_LOOKUP: (0, 1),
    P.NETFILTER: (0, 1),
}  # fmt: skip
"""What programs of a type may return; types not listed may return anything."""
_AT: Final[dict[tuple[P, A], tuple[int, int]]] = {
    (P.CGROUP_SKB, A.CGROUP_INET_EGRESS): (0, 3),
    (P.CGROUP_SOCK_ADDR, A.CGROUP_INET4_BIND): (0, 3),
    (P.CGROUP_SOCK_ADDR, A.CGROUP_INET6_BIND): (0, 3),
    (P.KPROBE, A.TRACE_KPROBE_SESSION): (0, 1),
    (P.TRACING, A.TRACE_FENTRY): (0, 0),
    (P.TRACING, A.TRACE_FEXIT): (0, 0),
    (P.LSM, A.LSM_MAC): (-4095, 0),
    (P.KPROBE, A.TRACE_UPROBE_SESSION): (0, 1),
    **{(P.CGROUP_SOCK_ADDR, at): (1, 1) for at in sorted(_ONLY_PASS)},
}
"""Ranges that depend on where the program will be attached."""


def return_range(kind: P, attach_type: int | None) -> tuple[int, int] | None:
    """The least and greatest value a program of that type may return there; None for any."""
    for (at_kind, at), found in _AT.items():
        if kind is at_kind and attach_type == at:
            return found
    return _RANGES.get(kind)


def check_exit(walk: "Walk") -> None:
    """The main program may end here: nothing is held, and r0 is what the hook takes."""
    check_leaks(walk, EXIT)
    reg = walk.regs[0]
    if reg.kind is Kind.NOT_INIT:
        refuse(walk, rules.RETURN_UNSET)
    check_value(walk, 0)


def check_value(walk: "Walk", regno: int) -> None:
    """r``regno`` may be what the program returns at its hook."""
    reg = walk.regs[regno]
    if is_secret(walk, reg):
        refuse(walk, leaks.LEAK_RETURN, reg=regno, type=reg.type_text)
    expected = return_range(walk.program.prog_type, walk.options.attach_type)
    if expected is None:
        return
    low, high = expected
    if not reg.is_scalar:
        refuse(walk, rules.RETURN_NOT_SCALAR, reg=regno, type=reg.type_text, low=low, high=high)
    walk.mark_precise(regno)
    if not _within(reg, low, high):
        refuse(walk, rules.RETURN_RANGE, reg=regno, has=_has(reg), low=low, high=high)


def check_callback(walk: "Walk", low: int = 0, high: int = 1) -> None:
    """The callback may return here: r0 is a number from ``low`` to ``high``."""
    reg = walk.regs[0]
    if not reg.is_scalar:
        refuse(walk, rules.CALLBACK_NOT_SCALAR, type=reg.type_text)
    walk.mark_precise(0)
    if not _within(walk.regs[0], low, high):
        refuse(walk, rules.CALLBACK_RANGE, has=_has(reg), low=low, high=high)


def check_global(walk: "Walk") -> None:
    """A global function, verified on its own, may return here."""
    check_leaks(walk, EXIT)
    reg = walk.regs[0]
    if reg.kind is Kind.NOT_INIT:
        refuse(walk, rules.RETURN_UNSET)
    if is_secret(walk, reg):
        refuse(walk, leaks.LEAK_RETURN, reg=0, type=reg.type_text)
    if not reg.is_scalar:
        refuse(walk, rules.SUBPROGRAM_NOT_SCALAR, type=reg.type_text)


def _within(reg: Register, low: int, high: int) -> bool:
    return low <= reg.value.smin and reg.value.smax <= high


def _has(reg: Register) -> str:
    known = []
    if reg.value.smin > S64_MIN:
        known.append(f"smin={reg.value.smin}")
    if reg.value.smax < S64_MAX:
        known.append(f"smax={reg.value.smax}")
    return " ".join(known) or "unknown scalar value"
