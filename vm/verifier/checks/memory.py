"""Loads and stores: what an access needs, by the kind of pointer it goes through."""

from typing import TYPE_CHECKING, Final

from vm.uapi.context_places import FLOW_KEYS_SIZE
from vm.uapi.prog_types import ProgType as P
from vm.verifier import scalar, transfer_stack
from vm.verifier.checks import context, map_pointer, map_values, stack, structures
from vm.verifier.checks.alignment import check_alignment
from vm.verifier.checks.bounds import check_packet, check_region
from vm.verifier.checks.buffers import BUFFERS, check_buffer
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.checks.pointers import check_store_leak
from vm.verifier.checks.sockets import SOCKETS, check_socket
from vm.verifier.register import PACKET_KINDS, Flag, Kind, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)
_PACKET_READERS: Final = frozenset({
    P.LWT_IN, P.LWT_OUT, P.LWT_SEG6LOCAL, P.SK_REUSEPORT, P.FLOW_DISSECTOR, P.CGROUP_SKB,
})  # fmt: skip
_PACKET_WRITERS: Final = frozenset(
    {P.SCHED_CLS, P.SCHED_ACT, P.XDP, P.LWT_XMIT, P.SK_SKB, P.SK_MSG, P.CGROUP_SOCKOPT}
)


def may_touch_packet(kind: P, *, write: bool) -> bool:
    """Whether programs of that type may load from the packet directly, or store to it."""
    return kind in _PACKET_WRITERS or (kind in _PACKET_READERS and not write)


def read(
    walk: "Walk",
    regno: int,
    off: int,
    size: int,
    signed: bool = False,
    *,
    into: bool = True,
    atomic: bool = False,
) -> Register:
    """What a load of ``size`` bytes at r``regno`` + ``off`` gives, before it is extended to 64 bits.

    Not ``into`` a register: whether the place may be read at all. ``atomic`` accesses must be aligned.
    """
    reg = walk.regs[regno]
    check_alignment(walk, reg, off, size, atomic)
    at = off + reg.off
    match reg.kind:
        case Kind.STACK:
            stack.check_bounds(walk, regno, at, size, write=False)
            if not into:
                stack.check_discard(walk, regno, at, size)
            elif not reg.value.is_const:
                stack.check_range(walk, regno, at, size, write=False, zero_allowed=False, raw=False)
            return transfer_stack.read_stack(walk, reg, off, size, into)
        case Kind.MAP_VALUE if not reg.flags:
            map_values.check_value(walk, regno, at, size, write=False)
            return map_values.loaded(walk, reg, at, size, signed) if into else _UNKNOWN
        case Kind.CTX:
            return context.read(walk, regno, at, size, signed=signed)
        case Kind.MAP_PTR:
            return map_pointer.read(walk, regno, at, size)
        case Kind.BTF_ID if not reg.maybe_null:
            return structures.read(walk, regno, at, size)
    _check_other(walk, regno, at, size, write=False)
    return _UNKNOWN


def write(
    walk: "Walk",
    regno: int,
    off: int,
    size: int,
    value: Register | None,
    value_regno: int = -1,
    constant: bool = False,
    *,
    atomic: bool = False,
) -> None:
    """A store of ``value`` (None: unknown bytes) at r``regno`` + ``off``; the stack keeps it.

    ``value_regno`` is the register it comes from, -1 for none; ``constant``: the store's own immediate.
    """
    reg = walk.regs[regno]
    check_alignment(walk, reg, off, size, atomic)
    at = off + reg.off
    match reg.kind:
        case Kind.STACK:
            stack.check_bounds(walk, regno, at, size, write=True)
            transfer_stack.write_stack(walk, reg, off, size, value, value_regno, constant)
        case Kind.MAP_VALUE if not reg.flags:
            check_store_leak(walk, value_regno, "map")
            map_values.check_value(walk, regno, at, size, write=True)
        case Kind.CTX:
            check_store_leak(walk, value_regno, "ctx")
            context.write(walk, regno, at, size)
        case Kind.MAP_PTR:
            map_pointer.write(walk, regno, at)
        case Kind.BTF_ID if not reg.maybe_null:
            structures.write(walk, regno, at)
        case _:
            _check_other(walk, regno, at, size, write=True, value_regno=value_regno)


def _check_other(
    walk: "Walk", regno: int, off: int, size: int, *, write: bool, value_regno: int = -1
) -> None:
    """Kinds whose loads give unknown numbers and whose stores change nothing the verifier keeps."""
    reg = walk.regs[regno]
    if reg.kind in PACKET_KINDS:
        if write and not may_touch_packet(walk.program.prog_type, write=True):
            refuse(walk, rules.PACKET_WRITE)
        check_store_leak(walk, value_regno, "packet")
        check_packet(walk, regno, off, size)
    elif reg.kind is Kind.FLOW_KEYS:
        check_store_leak(walk, value_regno, "flow keys")
        if off < 0 or off + size > FLOW_KEYS_SIZE:
            refuse(walk, rules.FLOW_KEYS_OUTSIDE, off=off, size=size, limit=FLOW_KEYS_SIZE)
    elif reg.kind in BUFFERS and not reg.maybe_null:
        check_buffer(walk, regno, off, size, write=write)
    elif reg.kind is Kind.MEM and not reg.maybe_null:
        if write and reg.flags & Flag.RDONLY:
            refuse(walk, rules.READ_ONLY, reg=regno, type=reg.type_text)
        check_store_leak(walk, value_regno, "mem")
        if not reg.flags & Flag.UNTRUSTED:
            check_region(walk, regno, off, size, reg.size)
    elif reg.kind is Kind.MAP_KEY and not reg.flags:
        if write:
            refuse(walk, rules.MAP_KEY_WRITE, reg=regno)
        check_region(walk, regno, off, size, map_of(walk, reg).key_size)
    elif reg.kind in SOCKETS and not reg.maybe_null:
        if write:
            refuse(walk, rules.READ_ONLY, reg=regno, type=reg.type_text)
        check_socket(walk, regno, off, size)
    elif reg.kind is not Kind.ARENA:
        _refuse_kind(walk, regno)


def _refuse_kind(walk: "Walk", regno: int) -> None:
    reg = walk.regs[regno]
    rule = rules.MEM_POINTER_KIND
    if reg.maybe_null:
        rule = rules.MEM_MAYBE_NULL
    elif reg.kind is Kind.SCALAR:
        rule = rules.MEM_SCALAR
    refuse(walk, rule, reg=regno, type=reg.type_text)
