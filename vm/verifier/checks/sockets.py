"""Sockets: which fields may be read through which kind of pointer."""

from typing import TYPE_CHECKING, Final

from vm.uapi.context_places import SOCKET_PLACES
from vm.verifier.checks.common import refuse
from vm.verifier.register import Kind
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

SOCKETS: Final = frozenset({Kind.SOCKET, Kind.SOCK_COMMON, Kind.TCP_SOCK, Kind.XDP_SOCK})


def check_socket(walk: "Walk", regno: int, off: int, size: int) -> None:
    """A load of ``size`` bytes at ``off`` of a socket is of a field it has."""
    reg = walk.regs[regno]
    if reg.value.smin < 0:
        refuse(walk, rules.NEGATIVE_INDEX, reg=regno, least=reg.value.smin)
    if (off, size) not in SOCKET_PLACES[reg.kind.text].reads:
        refuse(walk, rules.SOCK_FIELD, reg=regno, type=reg.type_text, off=off, size=size)
