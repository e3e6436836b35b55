"""Memory that helpers are given: where it may lie and how much of it there must be."""

from typing import TYPE_CHECKING, Final

from vm.verifier.checks import map_values, stack, structures
from vm.verifier.checks.bounds import MAX_VAR_OFF, check_packet, check_region, is_null
from vm.verifier.checks.buffers import check_buffer
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.register import PACKET_KINDS, Flag, Kind
from vm.verifier.rules import access
from vm.verifier.rules import arguments as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_SIZE: Final = MAX_VAR_OFF
"""Sizes from here on are not followed (BPF_MAX_VAR_SIZ)."""


def check_memory(
    walk: "Walk",
    regno: int,
    size: int,
    *,
    write: bool,
    zero_allowed: bool,
    raw: bool = False,
    helper: str = "",
) -> bool:
    """A helper may read, or with ``write`` change, ``size`` bytes at r``regno``.

    ``raw`` memory need not be set; True: it is stack that the helper's bytes remain to be written to.
    """
    reg = walk.regs[regno]
    if reg.kind in PACKET_KINDS:
        check_packet(walk, regno, reg.off, size, zero_allowed)
    elif reg.kind is Kind.MAP_KEY:
        if write:
            refuse(walk, access.READ_ONLY, reg=regno, type=reg.type_text)
        check_region(walk, regno, reg.off, size, map_of(walk, reg).key_size)
    elif reg.kind is Kind.MAP_VALUE:
        map_values.check_value(walk, regno, reg.off, size, write=write, zero_allowed=zero_allowed)
    elif reg.kind is Kind.MEM:
        if write and reg.flags & Flag.RDONLY:
            refuse(walk, access.READ_ONLY, reg=regno, type=reg.type_text)
        check_region(walk, regno, reg.off, size, reg.size, zero_allowed)
    elif reg.kind is Kind.STACK:
        return stack.check_range(walk, regno, reg.off, size, write=write, zero_allowed=zero_allowed, raw=raw)
    elif reg.kind is Kind.BTF_ID:
        structures.read(walk, regno, reg.off, size)
    elif reg.kind is Kind.BUF:
        check_buffer(walk, regno, reg.off, size, write=write)
    elif not (zero_allowed and size == 0 and is_null(reg)):
        refuse(walk, rules.ARGUMENT_MEMORY, reg=regno, type=reg.type_text, helper=helper)
    return False


def check_sized(walk: "Walk", regno: int, *, write: bool, zero_allowed: bool, raw: bool, helper: str) -> int:
    """The memory in the register before ``regno`` has as many bytes as ``regno`` may say.

    The number of bytes of stack the helper remains to write, 0 for none.
    """
    size = walk.regs[regno].value
    raw = raw and size.is_const
    if size.smin < 0:
        refuse(walk, rules.SIZE_NEGATIVE, reg=regno, least=size.smin)
    if size.umin == 0 and not zero_allowed:
        refuse(walk, rules.SIZE_ZERO, reg=regno, low=size.umin, high=size.umax, helper=helper)
    if size.umax >= MAX_SIZE:
        refuse(walk, rules.SIZE_UNBOUNDED, reg=regno)
    taken = check_memory(
        walk, regno - 1, size.umax, write=write, zero_allowed=zero_allowed, raw=raw, helper=helper
    )
    walk.mark_precise(regno)
    return size.umax if taken else 0
