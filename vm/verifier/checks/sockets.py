"""Sockets: which fields may be read through which kind of pointer."""

from typing import TYPE_CHECKING, Final

from vm.uapi.context_places import SOCKET_PLACES
from vm.verifier.checks.common import refuse
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import Kind
from vm.verifier.rejection import Rejected
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

SOCKETS: Final = frozenset({Kind.SOCKET, Kind.SOCK_COMMON, Kind.TCP_SOCK, Kind.XDP_SOCK})
_HALVES: Final = frozenset({(84, 4), (92, 4)})
"""Upper halves of 8-byte fields: the check lets them pass, the conversion of the load fails."""


def check_socket(walk: "Walk", regno: int, off: int, size: int) -> None:
    """A load of ``size`` bytes at ``off`` of a socket is of a field it has."""
    reg = walk.regs[regno]
    if reg.value.smin < 0:
        refuse(walk, rules.NEGATIVE_INDEX, reg=regno, least=reg.value.smin)
    if reg.kind is Kind.TCP_SOCK and (off, size) in _HALVES:
        walk.facts(walk.pc).facts["half"] = True
        return
    if (off, size) not in SOCKET_PLACES[reg.kind.text].reads:
        refuse(walk, rules.SOCK_FIELD, reg=regno, type=reg.type_text, off=off, size=size)


def check_conversions(walk: "Walk") -> None:
    """After the walk, loads are turned into ones of the kernel's structures; some cannot be."""
    if any(aux.facts.get("half") for aux in walk.aux.values()):
        raise Rejected(CORE_RULES["conversion"], -1)
