"""Pointers to structures of the kernel (BTF): which helpers take which, and what may be loaded from them."""

from typing import TYPE_CHECKING, Final

from vm.helpers.api import Arg
from vm.verifier.checks.argument_types import TAKES
from vm.verifier.checks.common import refuse
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.rules import arguments as rules
from vm.verifier.signatures import Signature

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

SOCK_COMMON: Final = "sock_common"
_SOCKETS: Final = frozenset({
    "sock_common", "sock", "tcp_sock", "tcp6_sock", "udp_sock", "udp6_sock", "unix_sock", "mptcp_sock",
    "tcp_timewait_sock", "tcp_request_sock", "inet_sock", "inet_connection_sock",
})  # fmt: skip
"""Structures that begin with a struct sock_common."""
_MEMORY: Final = TAKES[Arg.MEM_RDONLY].types


def check_argument(walk: "Walk", helper: Signature, regno: int, arg: Arg) -> None:
    """A pointer to a structure passed as an argument is to one the helper takes."""
    reg, takes = walk.regs[regno], TAKES[arg]
    if reg.kind is not Kind.BTF_ID:
        return
    if takes.types == _MEMORY:
        if not takes.reads_only:
            refuse(walk, rules.MAY_WRITE_STRUCTURE, helper=helper.name, reg=regno, type=reg.type_text)
        return
    wanted = helper.structs.get(regno, SOCK_COMMON)
    if reg.flags & Flag.PERCPU or matches(reg, wanted):
        return
    refuse(walk, rules.OTHER_STRUCTURE, reg=regno, struct=reg.btf, expected=wanted, helper=helper.name)


def matches(reg: Register, wanted: str) -> bool:
    """The pointer is to the structure ``wanted``, or to one that begins with it."""
    if reg.off:
        return False
    return reg.btf == wanted or (wanted == SOCK_COMMON and reg.btf in _SOCKETS)
