"""Calls of the program's own functions, returns from them, and callbacks."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Call
from vm.isa import MAX_FRAMES
from vm.uapi.helper_ids import HelperId
from vm.verifier import scalar as scalars
from vm.verifier.checks import returns
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import NOT_INIT, Kind, Register, scalar
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.saved import push
from vm.verifier.state import SPILL, Callback, Frame, Slot, State

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

UNKNOWN: Final = scalar(scalars.UNKNOWN)


def call_local(walk: "Walk", insn: Call) -> int:
    """Enters the function; answers its first slot."""
    target = walk.pc + 1 + insn.imm
    _enter(walk, walk.state, target, walk.pc)
    walk.use(walk.state)
    walk.regs[1:6] = walk.state.frames[-2].regs[1:6]
    walk.state.frames[-2].regs[0:6] = [NOT_INIT] * 6
    walk.stack_live.leave()
    if walk.log.enabled:
        walk.log.write("caller:\n")
        walk.log.state(walk.state, walk.state.frames[-2])
        walk.log.write("callee:\n")
        walk.log.state(walk.state, walk.frame)
    return target


def _enter(walk: "Walk", state: State, target: int, callsite: int) -> Frame:
    if len(state.frames) >= MAX_FRAMES:
        raise Rejected(CORE_RULES["calls-too-deep"], walk.pc, frames=len(state.frames) + 1)
    frame = Frame.enter(callsite, len(state.frames), walk.subprogs.index(target))
    frame.depths = walk.stack_depths
    state.frames.append(frame)
    walk.scratch_all()
    return frame


def leave(walk: "Walk") -> int:
    """Returns from a function or callback; answers where the caller goes on."""
    state = walk.state
    walk.stack_live.update(state)
    callee, caller = state.frames[-1], state.frames[-2]
    r0 = callee.regs[0]
    if r0.kind is Kind.STACK:
        raise Rejected(CORE_RULES["returns-stack"], walk.pc)
    in_callback = callee.callback is not None
    if callee.callback is not None:
        if r0.kind is not Kind.SCALAR:
            raise Rejected(CORE_RULES["callback-not-scalar"], walk.pc)
        returns.check_callback(walk)
        again = callee.callsite
    else:
        caller.regs[0] = r0
        again = callee.callsite + 1
    if walk.log.enabled:
        walk.log.write("returning from callee:\n")
        walk.log.state(state, callee)
        walk.log.write(f"to caller at {again}:\n")
        walk.log.state(state, caller)
    state.frames.pop()
    walk.use(state)
    if in_callback:
        earlier = walk.kept.previous_entry(state, again)
        if earlier is not None:
            widen(walk, earlier, state)
    return again


# -- callbacks ---------------------------------------------------------------------------------------------


def call_back(walk: "Walk", helper_id: int, subprog: int) -> None:
    """Pushes a branch that runs the callback; the running one goes on without."""
    target = walk.subprogs[subprog]
    other = push(walk, target, walk.pc)
    _enter(walk, other, target, walk.pc)
    caller, callee = other.frames[-2], other.frames[-1]
    _ARGUMENTS[helper_id](walk, caller, callee)
    caller.callback_depth += 1
    other.callback_unroll += 1
    walk.frame.callback_depth = 0


def _loop_arguments(walk: "Walk", caller: Frame, callee: Frame) -> None:
    callee.regs[1] = UNKNOWN
    callee.regs[2] = caller.regs[3]
    callee.regs[3:6] = [NOT_INIT] * 3
    callee.callback = Callback(HelperId.LOOP, 0, 1)


def _for_each_arguments(walk: "Walk", caller: Frame, callee: Frame) -> None:
    a_map = caller.regs[1]
    callee.regs[1] = caller.regs[1]
    callee.regs[2] = Register(Kind.MAP_KEY, scalars.ZERO, map=a_map.map, map_uid=a_map.map_uid)
    callee.regs[3] = Register(Kind.MAP_VALUE, scalars.ZERO, map=a_map.map, map_uid=a_map.map_uid)
    callee.regs[4] = caller.regs[3]
    callee.regs[5] = NOT_INIT
    callee.callback = Callback(HelperId.FOR_EACH_MAP_ELEM, 0, 1)


_ARGUMENTS: Final = {
    int(HelperId.LOOP): _loop_arguments,
    int(HelperId.FOR_EACH_MAP_ELEM): _for_each_arguments,
}


def callback_supported(walk: "Walk", helper_id: int) -> None:
    if helper_id not in _ARGUMENTS:
        raise unsupported(walk.pc, "callbacks of this helper")


def widen(walk: "Walk", old: State, new: State) -> None:
    """Imprecise scalars that change from turn to turn become unknown, so that loops converge."""
    ids = IdMap(walk.ids)
    for before, now in zip(reversed(old.frames), reversed(new.frames), strict=True):
        for n in range(10):
            now.regs[n] = _widened(before.regs[n], now.regs[n], ids)
        for index in range(min(len(before.stack), len(now.stack))):
            a, b = before.stack[index], now.stack[index]
            if a.types[7] == SPILL and b.types[7] == SPILL:
                now.stack[index] = Slot(b.types, _widened(a.spilled, b.spilled, ids))


def _widened(old: Register, new: Register, ids: "IdMap") -> Register:
    if old.kind is not Kind.SCALAR or new.kind is not Kind.SCALAR:
        return new
    if old.precise or new.precise or same_registers(old, new, ids):
        return new
    return UNKNOWN


def same_registers(old: Register, new: Register, ids: "IdMap") -> bool:
    """Equal but for ids, which must correspond (regs_exact)."""
    return (
        old.kind is new.kind
        and old.flags == new.flags
        and old.off == new.off
        and old.range == new.range
        and old.map == new.map
        and old.map_uid == new.map_uid
        and old.size == new.size
        and old.subprog == new.subprog
        and old.btf == new.btf
        and old.dynptr == new.dynptr
        and old.value is new.value
        and ids.same(old.id, new.id)
        and ids.same(old.ref, new.ref)
    )


class IdMap:
    """Which id of one state stands for which of the other (check_ids)."""

    __slots__ = ("_fresh", "_pairs")

    def __init__(self, last: int) -> None:
        self._pairs: list[tuple[int, int]] = []
        self._fresh = last

    def same(self, old: int, new: int) -> bool:
        if bool(old) != bool(new):
            return False
        if not old:
            return True
        for a, b in self._pairs:
            if a == old:
                return b == new
            if b == new:
                return False
        self._pairs.append((old, new))
        return True

    def same_scalar(self, old: int, new: int) -> bool:
        """For scalars, none counts as an id of its own."""
        if not old:
            self._fresh += 1
            old = self._fresh
        if not new:
            self._fresh += 1
            new = self._fresh
        return self.same(old, new)
