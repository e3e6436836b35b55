"""Sockets: which fields of struct bpf_sock may be read through which kind of pointer."""

from typing import TYPE_CHECKING, Final

from vm.uapi.context_rules import FieldRule, Widths, place_in
from vm.uapi.structs_context import SOCK
from vm.verifier.checks.common import refuse
from vm.verifier.register import Kind
from vm.verifier.rejection import unsupported
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

SOCKETS: Final = frozenset({Kind.SOCKET, Kind.SOCK_COMMON, Kind.TCP_SOCK, Kind.XDP_SOCK})


def _row(name: str, widths: Widths) -> FieldRule:
    return FieldRule(name, *place_in(SOCK, name), widths, frozenset())


_WIDTHS: Final = {
    "bound_dev_if": Widths.WORD,
    "family": Widths.START,
    "type": Widths.START,
    "protocol": Widths.START,
    "mark": Widths.WORD,
    "priority": Widths.WORD,
    "src_ip4": Widths.NARROW,
    "src_ip6": Widths.NARROW,
    "src_port": Widths.START,
    "dst_port": Widths.PORT,
    "dst_ip4": Widths.NARROW,
    "dst_ip6": Widths.NARROW,
    "state": Widths.START,
    "rx_queue_mapping": Widths.START,
}
FIELDS: Final = tuple(_row(name, widths) for name, widths in _WIDTHS.items())
_FULL_ONLY: Final = frozenset({"type", "protocol", "mark", "priority"})
"""Fields that request and time-wait sockets lack."""


def check_socket(walk: "Walk", regno: int, off: int, size: int) -> None:
    """A load of ``size`` bytes at ``off`` of a socket is of a field it has."""
    reg = walk.regs[regno]
    if reg.value.smin < 0:
        refuse(walk, rules.NEGATIVE_INDEX, reg=regno, least=reg.value.smin)
    if reg.kind not in (Kind.SOCKET, Kind.SOCK_COMMON):
        raise unsupported(walk.pc, f"fields of {reg.type_text}")
    field = next((row for row in FIELDS if row.offset <= off < row.offset + row.size), None)
    missing = field is None or (reg.kind is Kind.SOCK_COMMON and field.name in _FULL_ONLY)
    if missing or (field is not None and not field.allows(off, size, write=False)):
        refuse(walk, rules.SOCK_FIELD, reg=regno, type=reg.type_text, off=off, size=size)
