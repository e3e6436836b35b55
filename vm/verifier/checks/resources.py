"""What is acquired must be given back on every path: references and spin locks."""

from typing import TYPE_CHECKING, Final

from vm.maps.locks import known_lock
from vm.verifier import scalar
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.register import NOT_INIT, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rules import kfuncs as kfunc_rules
from vm.verifier.rules import resources as rules
from vm.verifier.state import SPILL, Frame, Ref, Slot

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

EXIT: Final = "BPF_EXIT instruction in main prog"
TAIL_CALL: Final = "tail_call"
LD_ABS: Final = "BPF_LD_[ABS|IND]"
"""Where leaks are looked for, as the messages name the places."""
_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)


def acquire(walk: "Walk") -> int:
    """Notes a reference acquired by the instruction at hand; its id."""
    ref = Ref(walk.new_id(), walk.pc)
    walk.state.refs = (*walk.state.refs, ref)
    return ref.id


def release(walk: "Walk", ref: int) -> bool:
    """Gives a reference back; pointers that belong to it, spilled ones too, are gone. False: not held."""
    state = walk.state
    if not any(held.id == ref and held.kind == "ptr" for held in state.refs):
        return False
    state.refs = tuple(held for held in state.refs if held.id != ref or held.kind != "ptr")
    gone = _UNKNOWN if walk.profile.allow_ptr_leaks else NOT_INIT
    for frame in state.frames:
        _forget(frame, ref, gone)
    return True


def _forget(frame: Frame, ref: int, gone: Register) -> None:
    for regno, reg in enumerate(frame.regs):
        if reg.ref == ref:
            frame.regs[regno] = gone
    for index, slot in enumerate(frame.stack):
        if slot.types[7] == SPILL and slot.spilled.ref == ref:
            frame.stack[index] = Slot(slot.types, gone)


def check_leaks(walk: "Walk", where: str, *, locks: bool = True, everywhere: bool = False) -> None:
    """Nothing acquired is still held at ``where``.

    In called functions references matter only where the program ends ``everywhere``, locks as ``locks`` says.
    """
    state = walk.state
    if locks and state.locks:
        alloc = next((ref.pc for ref in state.refs if ref.kind == "lock"), 0)
        refuse(walk, rules.LOCK_AT, where=where, alloc=alloc)
    held = [ref for ref in state.refs if ref.kind == "ptr"]
    if held and (everywhere or len(state.frames) == 1):
        lines = "".join(f"Unreleased reference id={ref.id} alloc_insn={ref.pc}\n" for ref in held)
        refuse(walk, rules.REFERENCE_LEAK, where=where, lines=lines, alloc=held[0].pc)
    if locks and any(ref.kind == "irq" for ref in state.refs):
        refuse(walk, kfunc_rules.IRQ_AT, where=where)
    if locks and state.rcu:
        refuse(walk, rules.RCU_AT, where=where)
    if locks and state.preempt_locks:
        refuse(walk, rules.PREEMPT_AT, where=where)


def check_spin_lock(walk: "Walk", regno: int, take: bool) -> None:
    """Takes the spin lock r``regno`` points at, or gives it back (process_spin_lock).

    Linux finds locks by the type of the map's value (BTF), which only maps that declare one have.
    """
    reg, state = walk.regs[regno], walk.state
    if not reg.value.is_const:
        refuse(walk, rules.LOCK_VARIABLE, reg=regno)
    spec = map_of(walk, reg)
    lock, off = known_lock(spec), reg.value.value + reg.off
    if lock is None:
        refuse(walk, rules.LOCK_NO_BTF, map=spec.name)
    if off != lock:
        refuse(walk, rules.LOCK_OFFSET, reg=regno, off=off, lock=lock, map=spec.name)
    held = next((ref for ref in state.refs if ref.kind == "lock"), None)
    which = Ref(reg.id, walk.pc, "lock", (reg.map, reg.map_uid))
    if take:  # with one in hand, no call comes here
        state.refs, state.locks = (*state.refs, which), 1
        return
    if held is None:
        refuse(walk, rules.UNLOCK_NONE)
    if (held.id, held.lock) != (which.id, which.lock):
        refuse(walk, rules.UNLOCK_OTHER, alloc=held.pc)
    state.refs, state.locks = tuple(ref for ref in state.refs if ref is not held), 0


def check_typed_field(walk: "Walk", regno: int, struct: str) -> None:
    """A timer may be used through r``regno``: never, as it too is found by the type of the value."""
    reg = walk.regs[regno]
    if not reg.value.is_const:
        refuse(walk, rules.FIELD_VARIABLE, reg=regno, struct=struct)
    refuse(walk, rules.FIELD_NO_BTF, map=map_of(walk, reg).name, struct=struct)


def check_kptr(walk: "Walk", regno: int) -> None:
    """A kernel pointer kept in a map value may be exchanged: never, for the same reason."""
    refuse(walk, rules.FIELD_NO_BTF, map=map_of(walk, walk.regs[regno]).name, struct="bpf_kptr_xchg")
