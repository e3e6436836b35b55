"""Accesses to a region of known size at an offset that may vary: map values and keys, records, packets."""

from typing import TYPE_CHECKING, Final

from vm.verifier.checks.common import refuse
from vm.verifier.register import Kind, Register
from vm.verifier.rejection import Rule
from vm.verifier.rules import access as rules
from vm.verifier.scalar import S64_MIN
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_VAR_OFF: Final = 1 << 29
"""Offsets from here on are not followed (BPF_MAX_VAR_OFF)."""

_REGIONS: Final[dict[Kind, tuple[str, Rule, Rule]]] = {
    Kind.MAP_VALUE: ("map value", rules.MAP_VALUE_MIN, rules.MAP_VALUE_MAX),
    Kind.MAP_KEY: ("map key", rules.MAP_KEY_MIN, rules.MAP_KEY_MAX),
}
_OTHER: Final = ("memory", rules.REGION_MIN, rules.REGION_MAX)


def _fits(off: int, size: int, limit: int, zero_allowed: bool) -> bool:
    return off >= 0 and (size > 0 or (size == 0 and zero_allowed)) and off + size <= limit


def check_region(
    walk: "Walk", regno: int, off: int, size: int, limit: int, zero_allowed: bool = False
) -> None:
    """The access at ``off`` (fixed part included) plus the variable part lies in ``limit`` bytes."""
    reg = walk.regs[regno]
    value = reg.value
    low = value.smin + off
    if value.smin < 0 and (value.smin == S64_MIN or low != signed(low, 32) or low < 0):
        refuse(walk, rules.NEGATIVE_INDEX, reg=regno, least=value.smin)
    region, below, above = _OTHER if reg.flags else _REGIONS.get(reg.kind, _OTHER)
    if not _fits(low, size, limit, zero_allowed):
        refuse(walk, below, reg=regno, off=signed(low, 32), size=size, limit=limit, region=region)
    if value.umax >= MAX_VAR_OFF:
        refuse(walk, rules.UNBOUNDED, reg=regno)
    high = value.umax + off
    if not _fits(high, size, limit, zero_allowed):
        refuse(walk, above, reg=regno, off=signed(high, 32), size=size, limit=limit, region=region)


def check_packet(walk: "Walk", regno: int, off: int, size: int, zero_allowed: bool = False) -> None:
    """The access lies in what a comparison with data_end has proved; only the fixed offset counts."""
    reg = walk.regs[regno]
    if reg.value.smin < 0:
        refuse(walk, rules.NEGATIVE_INDEX, reg=regno, least=reg.value.smin)
    if reg.range < 0:
        refuse(walk, rules.PACKET_PAST_END, reg=regno)
    if not _fits(off, size, reg.range, zero_allowed):
        refuse(
            walk, rules.PACKET_OUTSIDE, reg=regno, off=off, size=size, id=reg.id, range=reg.range,
            last=off + size - 1, end=off + size,
        )  # fmt: skip


def is_null(reg: Register) -> bool:
    """A number known to be 0: what a null pointer is."""
    return reg.kind is Kind.SCALAR and reg.value.is_const and not reg.value.value
