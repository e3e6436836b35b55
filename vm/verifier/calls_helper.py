"""What a helper call leaves behind: registers wiped, r0 by return type, callbacks, packet pointers lost."""

from typing import TYPE_CHECKING, Final

from vm.helpers.api import Ret
from vm.instruction import Call
from vm.maps.locks import known_lock
from vm.uapi.helper_ids import HelperId
from vm.verifier import scalar as scalars
from vm.verifier.calls import call_back, callback_supported
from vm.verifier.checks import helper_args, resources
from vm.verifier.nulls_and_packets import each_register
from vm.verifier.precision import mark_slot
from vm.verifier.register import NOT_INIT, Flag, Kind, Register, scalar
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.rules import calls as rules
from vm.verifier.scalar import with_bounds

if TYPE_CHECKING:
    from vm.verifier.checks.call_meta import CallMeta
    from vm.verifier.walk import Walk

UNKNOWN: Final = scalar(scalars.UNKNOWN)
_PACKET: Final = frozenset({Kind.PACKET, Kind.PACKET_META, Kind.PACKET_END})
_CASTS: Final = frozenset(
    {
        HelperId.TCP_SOCK,
        HelperId.SK_FULLSOCK,
        HelperId.SKC_TO_TCP_SOCK,
        HelperId.SKC_TO_TCP6_SOCK,
        HelperId.SKC_TO_UDP6_SOCK,
        HelperId.SKC_TO_MPTCP_SOCK,
        HelperId.SKC_TO_TCP_TIMEWAIT_SOCK,
        HelperId.SKC_TO_TCP_REQUEST_SOCK,
        HelperId.DYNPTR_DATA,
    }
)
"""Helpers whose result belongs to what was passed."""
_ACQUIRES: Final = frozenset(
    {HelperId.SK_LOOKUP_TCP, HelperId.SK_LOOKUP_UDP, HelperId.SKC_LOOKUP_TCP, HelperId.RINGBUF_RESERVE}
)
_POINTERS: Final = {
    Ret.MAP_VALUE_OR_NULL: (Kind.MAP_VALUE, Flag.MAYBE_NULL),
    Ret.MAP_VALUE: (Kind.MAP_VALUE, Flag.NONE),
    Ret.SOCKET_OR_NULL: (Kind.SOCKET, Flag.MAYBE_NULL),
    Ret.SOCK_COMMON_OR_NULL: (Kind.SOCK_COMMON, Flag.MAYBE_NULL),
    Ret.TCP_SOCK_OR_NULL: (Kind.TCP_SOCK, Flag.MAYBE_NULL),
    Ret.RINGBUF_MEM_OR_NULL: (Kind.MEM, Flag.MAYBE_NULL | Flag.RINGBUF),
    Ret.MEM_OR_NULL: (Kind.MEM, Flag.MAYBE_NULL),
    Ret.DYNPTR_MEM_OR_NULL: (Kind.MEM, Flag.MAYBE_NULL),
    Ret.BTF_TASK: (Kind.BTF_ID, Flag.TRUSTED),
    Ret.BTF_ID: (Kind.BTF_ID, Flag.NONE),
    Ret.BTF_ID_OR_NULL: (Kind.BTF_ID, Flag.MAYBE_NULL),
}
MAX_ERRNO: Final = 4095
_SIZED: Final = frozenset(
    {
        HelperId.GET_STACK,
        HelperId.GET_TASK_STACK,
        HelperId.PROBE_READ_STR,
        HelperId.PROBE_READ_KERNEL_STR,
        HelperId.PROBE_READ_USER_STR,
    }
)


def call_helper(walk: "Walk", insn: Call) -> None:
    """Checks the call, then has its effects."""
    number = insn.imm
    meta = helper_args.check(walk, number)
    if walk.guards is not None and number == HelperId.TAIL_CALL:
        walk.guards.tail_calls.setdefault(walk.pc, set()).add((meta.map, meta.map_uid))
    if meta.key_slot is not None:
        mark_slot(walk, walk.state, *meta.key_slot)
    if meta.func is not None:
        callback_supported(walk, number)
        _callback(walk, number, meta.func)
    walk.kill_caller_saved()
    walk.regs[0] = _returned(walk, number, meta)
    if meta.helper.changes_packet:
        lose_packet(walk)


def _callback(walk: "Walk", number: int, subprog: int) -> None:
    if number == HelperId.LOOP:
        _inline(walk, subprog)
        if walk.regs[1].kind is not Kind.SCALAR:
            raise Rejected(rules.LOOP_COUNT, walk.pc, reg=1, type=walk.regs[1].type_text)
        walk.mark_precise(1)
        if walk.frame.callback_depth >= walk.regs[1].value.umax:
            walk.frame.callback_depth = 0
            if walk.log.all:
                walk.log.write(f"frame{walk.frame.frameno} bpf_loop iteration limit reached\n")
            return
    call_back(walk, number, subprog)


def _inline(walk: "Walk", subprog: int) -> None:
    """Linux puts the loop in place of the call if the flags are 0 and the function one, on all paths."""
    facts = walk.facts(walk.pc).facts
    first = facts.setdefault("loop", subprog)
    if not facts.setdefault("inline", True):
        return
    flags = walk.regs[4]
    zero = flags.kind is Kind.SCALAR and flags.value is scalars.ZERO
    if zero:
        walk.mark_precise(4)
    facts["inline"] = zero and subprog == first


def _returned(walk: "Walk", number: int, meta: "CallMeta") -> Register:
    ret = meta.helper.ret
    if ret is Ret.INTEGER:
        return _refined(walk, number, meta)
    if ret is Ret.VOID:
        return NOT_INIT
    if ret not in _POINTERS:
        raise unsupported(walk.pc, f"what {meta.name} returns")
    kind, flags = _POINTERS[ret]
    if kind is Kind.MAP_VALUE and meta.never_null:
        flags = Flag.NONE
    reg = Register(kind, scalars.ZERO, flags=int(flags), map_uid=meta.map_uid)
    if kind is Kind.MAP_VALUE:
        reg = reg._replace(map=-1 if meta.map is None else meta.map)
    if kind is Kind.MEM:
        reg = reg._replace(size=meta.size, dynptr=meta.dynptr)
    if kind is Kind.BTF_ID:
        reg = reg._replace(btf=meta.helper.structs.get(0, ""))
    locked = kind is Kind.MAP_VALUE and meta.spec is not None and known_lock(meta.spec) is not None
    if flags & Flag.MAYBE_NULL or locked:
        reg = reg._replace(id=walk.new_id())
    if number in _CASTS:
        return reg._replace(ref=meta.ref)
    if number in _ACQUIRES or meta.acquires:
        ref = resources.acquire(walk)
        return reg._replace(id=ref, ref=ref)
    return reg


def _refined(walk: "Walk", number: int, meta: "CallMeta") -> Register:
    if number in _SIZED:
        most = meta.max_size
        return scalar(
            with_bounds(scalars.UNKNOWN, smin=-MAX_ERRNO, smax=most, smin32=-MAX_ERRNO, smax32=most)
        )
    if number == HelperId.GET_SMP_PROCESSOR_ID:
        last = walk.options.cpus - 1
        bounds = {"smin": 0, "smax": last, "umin": 0, "umax": last}
        return scalar(with_bounds(scalars.UNKNOWN, **bounds, smin32=0, smax32=last, umin32=0, umax32=last))
    return UNKNOWN


def lose_packet(walk: "Walk") -> None:
    """Pointers into the packet are worthless from here on (clear_all_pkt_pointers)."""
    gone = UNKNOWN if walk.profile.allow_ptr_leaks else NOT_INIT
    each_register(walk.state, lambda reg: gone if reg.kind in _PACKET or reg.flags & Flag.SLICE else reg)
