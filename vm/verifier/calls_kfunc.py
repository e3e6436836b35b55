"""Calls of kernel functions (kfuncs): what is checked, and what they leave behind (check_kfunc_call)."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Call
from vm.uapi.kernel_structs import struct_name
from vm.uapi.kernel_types import last_type
from vm.uapi.kfuncs import KernelFunction, kfuncs
from vm.verifier import kernel_calls as known
from vm.verifier import scalar as scalars
from vm.verifier.calls import widen
from vm.verifier.calls_helper import lose_packet
from vm.verifier.checks import memory, resources, returns, stack_objects
from vm.verifier.checks.common import refuse
from vm.verifier.checks.kfunc_args import KfuncMeta, check
from vm.verifier.nulls_and_packets import not_null
from vm.verifier.options import SLEEPABLE
from vm.verifier.register import NOT_INIT, Flag, Kind, Register, scalar
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.rules import kfuncs as rules
from vm.verifier.rules import loading
from vm.verifier.saved import push
from vm.verifier.state import ACTIVE, DRAINED, Slot, State
from vm.word import MASK64

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

UNKNOWN: Final = scalar(scalars.UNKNOWN)
ZERO: Final = scalar(scalars.ZERO)
_PACKET_DYNPTRS: Final = frozenset({"skb", "xdp", "skb_meta"})


def call_kernel(walk: "Walk", insn: Call) -> bool:
    """Checks the call, then has its effects; False: the path ends here."""
    if not insn.imm:
        walk.facts(walk.pc).facts["weak"] = True
        return True
    function = kfuncs().get(insn.imm)
    if function is None:
        raise unsupported(walk.pc, "calls of this kernel function")
    _check_allowed(walk, function)
    meta = check(walk, function)
    _check_regions(walk, function.name)
    if meta.release_regno and not resources.release(walk, walk.regs[meta.release_regno].ref):
        refuse(walk, rules.KFUNC_RELEASED_TWICE, helper=meta.name, id=function.number)
    if function.name == "bpf_throw":
        _throw(walk)
        return False
    walk.kill_caller_saved()
    walk.regs[0] = _returned(walk, meta)
    if function.name in known.CHANGES_PACKET:
        lose_packet(walk)
    if known.iterates(function.name, "next"):
        _next_item(walk, meta)
    return True


def _throw(walk: "Walk") -> None:
    """The program ends, from whatever depth, with r1 as its result; nothing may be held."""
    walk.facts(walk.pc).facts["throws"] = True
    returns.check_value(walk, 1)
    resources.check_leaks(walk, "bpf_throw", everywhere=True)


def throws(walk: "Walk") -> bool:
    """Whether any path throws: Linux then adds a function that catches."""
    return any(aux.facts.get("throws") for aux in walk.aux.values())


def check_weak(walk: "Walk") -> None:
    """No path may come to a call that names no function."""
    for pc, aux in walk.aux.items():
        if aux.facts.get("weak"):
            raise Rejected(loading.KFUNC_ZERO, pc)


def _check_allowed(walk: "Walk", function: KernelFunction) -> None:
    name = function.name
    if walk.program.prog_type not in function.types:
        refuse(walk, rules.KFUNC_NOT_HERE, helper=name)
    if name == "__bpf_trap":
        refuse(walk, rules.KFUNC_TRAP)
    if name in known.SLEEPS and not walk.options.load_flags & SLEEPABLE:
        refuse(walk, rules.KFUNC_SLEEPS, helper=name)


def _check_regions(walk: "Walk", name: str) -> None:
    """RCU, preemption and interrupts: what opens and closes them, and what must not be called inside."""
    state, sleeps = walk.state, name in known.SLEEPS
    lock, unlock = name == "bpf_rcu_read_lock", name == "bpf_rcu_read_unlock"
    if state.rcu:
        if lock:
            refuse(walk, rules.RCU_NESTED, helper=name)
        if unlock:
            _each_held(state)
            state.rcu = 0
        elif sleeps:
            refuse(walk, rules.RCU_SLEEPS, helper=name)
    elif lock:
        state.rcu = 1
    elif unlock:
        refuse(walk, rules.RCU_UNMATCHED, helper=name)
    if name == "bpf_preempt_disable":
        state.preempt_locks += 1
    elif name == "bpf_preempt_enable":
        if not state.preempt_locks:
            refuse(walk, rules.PREEMPT_UNMATCHED, helper=name)
        state.preempt_locks -= 1
    elif sleeps and state.preempt_locks:
        refuse(walk, rules.PREEMPT_SLEEPS, helper=name)
    if sleeps and stack_objects.last_irq(walk) is not None:
        refuse(walk, rules.IRQ_SLEEPS, helper=name)
    if name in known.PROTECTED and walk.options.load_flags & SLEEPABLE and not state.rcu:
        refuse(walk, rules.NEEDS_RCU, helper=name)


def _each_held(state: State) -> None:
    """What was good as long as RCU was held is not vouched for any more, iterators included."""

    def lost(reg: Register) -> Register:
        if not reg.flags & Flag.RCU:
            return reg
        return reg._replace(flags=reg.flags & ~(Flag.RCU | Flag.MAYBE_NULL) | Flag.UNTRUSTED)

    for frame in state.frames:
        frame.regs[:10] = [lost(reg) for reg in frame.regs[:10]]
        frame.stack[:] = [
            slot if (new := lost(slot.spilled)) is slot.spilled else Slot(slot.types, new)
            for slot in frame.stack
        ]


def _returned(walk: "Walk", meta: KfuncMeta) -> Register:
    result, name = meta.function.result, meta.name
    if result.sort == "void" and not result.pointer:
        return NOT_INIT
    if not result.pointer:
        return UNKNOWN
    reg = _pointer(walk, meta)
    if reg.kind is Kind.SCALAR:
        return reg
    if name in known.MAY_FAIL:
        reg = reg._replace(flags=reg.flags | Flag.MAYBE_NULL, id=walk.new_id())
    if name in known.ACQUIRES:
        ref = resources.acquire(walk)
        reg = reg._replace(ref=ref, id=ref if name in known.MAY_FAIL else reg.id)
    return reg


def _pointer(walk: "Walk", meta: KfuncMeta) -> Register:
    result, name = meta.function.result, meta.name
    if name in ("bpf_dynptr_slice", "bpf_dynptr_slice_rdwr"):
        return _slice(walk, meta)
    if name == "bpf_cast_to_kern_ctx":
        struct, number = known.kern_context(walk.program.prog_type)
        if not struct:
            refuse(walk, rules.CAST_NO_CONTEXT, id=number)
        return Register(Kind.BTF_ID, scalars.ZERO, flags=int(Flag.TRUSTED), btf=struct)
    if name in ("bpf_obj_new_impl", "bpf_percpu_obj_new_impl"):
        refuse(walk, rules.NO_PROGRAM_TYPES)
    if name == "bpf_rdonly_cast":
        return _cast(walk, (meta.constant or 0) & MASK64)
    if result.sort == "void":
        return UNKNOWN
    if not result.is_struct:
        return Register(Kind.MEM, scalars.ZERO, flags=int(Flag.RDONLY), size=result.size, ref=meta.ref)
    flags = 0
    if name == "bpf_get_kmem_cache":
        flags = int(Flag.UNTRUSTED)
    elif known.iterates(name, "next"):
        held = _iterator(walk.state, meta)
        flags = int(Flag.RCU) if held.flags & Flag.RCU else int(Flag.TRUSTED)
    return Register(Kind.BTF_ID, scalars.ZERO, flags=flags, btf=result.name)


def _cast(walk: "Walk", number: int) -> Register:
    """A pointer nobody vouches for, to the structure of that number, or to anything (0)."""
    if not number:
        return Register(Kind.MEM, scalars.ZERO, flags=int(Flag.RDONLY | Flag.UNTRUSTED))
    if number > last_type():
        refuse(walk, rules.RDONLY_CAST_TYPE, id=number)
    struct = struct_name(number)
    if struct is None:
        refuse(walk, rules.RDONLY_CAST_KIND, id=number)
    return Register(Kind.BTF_ID, scalars.ZERO, flags=int(Flag.UNTRUSTED), btf=struct)


def _slice(walk: "Walk", meta: KfuncMeta) -> Register:
    """Memory cut from a dynptr; of packets, it is lost when they move."""
    dynptr = meta.dynptr
    flags = int(Flag.SLICE) if dynptr.btf in _PACKET_DYNPTRS else 0
    if meta.name == "bpf_dynptr_slice":
        flags |= int(Flag.RDONLY)
    elif not memory.may_touch_packet(walk.program.prog_type, write=True):
        refuse(walk, rules.SLICE_NOT_WRITABLE)
    size = (meta.constant or 0) & 0xFFFF_FFFF
    return Register(Kind.MEM, scalars.ZERO, flags=flags, size=size, dynptr=dynptr.id)


def _iterator(state: State, meta: KfuncMeta) -> Register:
    frame, index = meta.iterator
    return stack_objects.iterator_at(state.frames[frame], index)


def _next_item(walk: "Walk", meta: KfuncMeta) -> None:
    """Two ways: there is an item, which is walked later, or there is none, and the iterator is drained."""
    number, index = meta.iterator
    held = _iterator(walk.state, meta)
    if held.size == ACTIVE:
        parent = walk.state.parent
        earlier = walk.kept.previous_entry(parent, walk.pc) if parent is not None else None
        other = push(walk, walk.pc + 1, walk.pc)
        frame = other.frames[number]
        frame.stack[index] = Slot(frame.stack[index].types, held._replace(dynptr=held.dynptr + 1))
        if earlier is not None:
            widen(walk, earlier, other)
        other.frame.regs[0] = not_null(walk, other.frame.regs[0])
    frame = walk.state.frames[number]
    frame.stack[index] = Slot(frame.stack[index].types, held._replace(size=DRAINED))
    walk.regs[0] = ZERO
