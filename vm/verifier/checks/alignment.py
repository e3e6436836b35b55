"""Alignment: always asked of the stack and of atomics, elsewhere only where the loader wants it strict."""

from typing import TYPE_CHECKING, Final

from vm.verifier import tnum
from vm.verifier.checks.common import refuse
from vm.verifier.register import PACKET_KINDS, Kind, Register
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_NET_IP_ALIGN: Final = 2
"""Packets begin two bytes behind a multiple of 8 as the check sees it, so that IP headers are aligned."""
_NAMES: Final = {
    Kind.FLOW_KEYS: "flow keys ",
    Kind.MAP_KEY: "key ",
    Kind.MAP_VALUE: "value ",
    Kind.CTX: "context ",
    Kind.STACK: "stack ",
    Kind.SOCKET: "sock ",
    Kind.SOCK_COMMON: "sock_common ",
    Kind.TCP_SOCK: "tcp_sock ",
    Kind.XDP_SOCK: "xdp_sock ",
}


def check_alignment(walk: "Walk", reg: Register, off: int, size: int, strict: bool = False) -> None:
    """The access at the register's offset plus ``off`` is a multiple of its size, where that is asked."""
    if size == 1 or not (strict or walk.strict_alignment or reg.kind is Kind.STACK):
        return
    packet = reg.kind in PACKET_KINDS
    start = reg.off + off + (_NET_IP_ALIGN if packet else 0)
    if tnum.is_aligned(tnum.add(reg.value.var_off, tnum.const(start)), size):
        return
    region = _NAMES.get(reg.kind, "") if not reg.flags else ""
    refuse(
        walk, rules.MISALIGNED_PACKET if packet else rules.MISALIGNED, region=region,
        var_off=tnum.text(reg.value.var_off), reg_off=reg.off, off=off, size=size, reg=-1,
    )  # fmt: skip
