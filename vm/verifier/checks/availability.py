"""Which helpers a program may call at all: by number, program type, privileges and licence."""

from typing import TYPE_CHECKING, Final

from vm.uapi.attach_types import AttachType as A
from vm.uapi.helper_ids import HelperId, helper_name
from vm.uapi.helper_masks import MASKS
from vm.uapi.prog_types import ProgType as P
from vm.verifier.checks.common import refuse
from vm.verifier.options import SLEEPABLE
from vm.verifier.rejection import unsupported
from vm.verifier.rules import calls as rules
from vm.verifier.signatures import Signature, signature

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


_RETVALS: Final = frozenset({HelperId.GET_RETVAL, HelperId.SET_RETVAL})
_RETVAL_TYPES: Final = frozenset({P.CGROUP_SOCK_ADDR, P.CGROUP_DEVICE, P.CGROUP_SYSCTL, P.SOCK_OPS})
_NO_RETVAL: Final = frozenset({
    0, A.CGROUP_INET_EGRESS, A.CGROUP_SOCK_OPS, A.CGROUP_UDP4_RECVMSG, A.CGROUP_UDP6_RECVMSG,
    A.CGROUP_INET4_GETPEERNAME, A.CGROUP_INET6_GETPEERNAME, A.CGROUP_INET4_GETSOCKNAME,
    A.CGROUP_INET6_GETSOCKNAME, A.CGROUP_UNIX_RECVMSG, A.CGROUP_UNIX_GETPEERNAME,
    A.CGROUP_UNIX_GETSOCKNAME,
})  # fmt: skip
"""Attach types (0: none given) whose programs have no return value to get or set beside their own."""
_OPTIONS: Final = frozenset({HelperId.SETSOCKOPT, HelperId.GETSOCKOPT})
_CONNECTS: Final = frozenset({A.CGROUP_INET4_CONNECT, A.CGROUP_INET6_CONNECT})


def offered(kind: P, attach: int, number: int) -> bool:
    """Whether Linux lets root's programs of that type, attached there, call helper ``number``."""
    if number in _RETVALS and kind in _RETVAL_TYPES:
        return attach not in _NO_RETVAL
    if number == HelperId.BIND and kind is P.CGROUP_SOCK_ADDR:
        return attach in _CONNECTS
    if number in _OPTIONS and kind is P.CGROUP_SOCKOPT:
        return attach == A.CGROUP_SETSOCKOPT
    return bool(MASKS.get(kind, 0) >> number & 1)


def available(walk: "Walk", number: int) -> Signature:
    """The helper ``number``, which the program may call."""
    name = "bpf_unspec" if number == 0 else helper_name(number)
    if name is None:
        refuse(walk, rules.NO_SUCH_HELPER, id=number)
    kind = walk.program.prog_type
    if number and walk.profile.forbids(HelperId(number), kind):
        refuse(walk, rules.HELPER_NEEDS_PERFMON, helper=name, id=number)
    if not number or not offered(kind, walk.options.attach_type or 0, number):
        refuse(walk, rules.HELPER_NOT_HERE, helper=name, id=number)
    helper = signature(kind, number)
    if helper is None:
        raise unsupported(walk.pc, f"the helper {name}")
    if helper.gpl_only and not walk.program.gpl:
        refuse(walk, rules.GPL_ONLY, helper=name, license=walk.program.license)
    if helper.traced:
        refuse(walk, rules.NOT_IN_PROBE, helper=name)
    if helper.sleeps and not walk.options.load_flags & SLEEPABLE:
        refuse(walk, rules.MIGHT_SLEEP, helper=name)
    return helper
