"""Calls: what entering and leaving a frame does, for local functions, callbacks and tail calls."""

from dataclasses import replace

from vm.change import FrameEntered, FrameLeft, Loop, PcChanged, ProgramChanged
from vm.helpers.api import CallBack
from vm.isa import FP, MAX_FRAMES
from vm.machine.commit import commit, set_field, set_register
from vm.machine.execute_jump import MAY_GOTO_BUDGET, may_goto_field
from vm.machine.fault import outside
from vm.machine.state import UNWRITTEN_STACK, State
from vm.memory.fault import Fault, FaultKind, MachineFault

_SAVED = (6, 7, 8, 9)


def call(state: State, target: int, return_pc: int) -> None:
    """Enters the function at slot ``target``."""
    _require_slot(state, "the call goes to", target)
    _enter(state, return_pc, None)
    commit(state, PcChanged(state.pc, target))


def call_back(state: State, answer: CallBack, return_pc: int) -> None:
    """Begins a helper's loop over a callback, or sets r0 to 0 where it has nothing to loop over."""
    if not answer.calls:
        set_register(state, 0, 0)
        commit(state, PcChanged(state.pc, return_pc))
        return
    _require_slot(state, "the callback is at", answer.pc)
    _iterate(state, Loop(answer.pc, answer.calls, 0, answer.keys), return_pc)


def leave(state: State) -> None:
    """Goes back to the caller; from a callback, perhaps to its next call."""
    frame = state.frames[-1]
    memory, depth = state.world.memory, state.depth
    memory.set_alive(state.stacks[depth], False)
    commit(state, FrameLeft(frame.return_pc, frame.saved, frame.callback, frame.program, frame.loop))
    for n, value in zip(_SAVED, frame.saved, strict=True):
        if state.registers[n] != value:
            set_register(state, n, value)
    set_register(state, FP, state.frame_pointer(depth - 1))
    if state.program != frame.program:
        commit(state, ProgramChanged(state.program, frame.program))
    if frame.loop is not None:
        _after_callback(state, frame.loop, frame.return_pc)
    else:
        commit(state, PcChanged(state.pc, frame.return_pc))


def tail_call(state: State, program: int) -> None:
    """Goes on at the start of another program, in the running frame with a fresh stack."""
    _clear_frame(state, state.depth)
    commit(state, ProgramChanged(state.program, program), PcChanged(state.pc, 0))


def _after_callback(state: State, loop: Loop, return_pc: int) -> None:
    done = loop.at + 1
    if state.registers[0] == 0 and done < len(loop.calls):
        _iterate(state, replace(loop, at=done), return_pc)
        return
    set_register(state, 0, done)
    commit(state, PcChanged(state.pc, return_pc))


def _iterate(state: State, loop: Loop, return_pc: int) -> None:
    _enter(state, return_pc, loop)
    r1, r2, r3, r4, r5 = loop.calls[loop.at]
    if loop.keys:
        r2 = _lend(state, loop.keys[loop.at])
    for n, value in enumerate((r1, r2, r3, r4, r5), 1):
        set_register(state, n, value)
    commit(state, PcChanged(state.pc, loop.pc))


def _enter(state: State, return_pc: int, loop: Loop | None) -> None:
    depth = state.depth + 1
    if depth >= MAX_FRAMES:
        message = f"the call would need a {MAX_FRAMES + 1}th frame: calls may nest {MAX_FRAMES} deep"
        raise MachineFault(Fault(FaultKind.DEPTH, message))
    r6, r7, r8, r9 = (state.registers[n] for n in _SAVED)
    commit(state, FrameEntered(return_pc, (r6, r7, r8, r9), loop is not None, state.program, loop))
    state.world.memory.set_alive(state.stacks[depth], True)
    _clear_frame(state, depth)
    set_register(state, FP, state.frame_pointer(depth))


def _lend(state: State, key: bytes) -> int:
    """Puts a key where the callback just entered may read it; returns the address."""
    keys = state.keys
    at = state.depth * keys.stride
    if keys.data[at : at + len(key)] != key:
        state.world.memory.put(keys, at, key)
    return keys.base + at


def _clear_frame(state: State, depth: int) -> None:
    """Takes away what an earlier frame left on the stack, and fills the ``may_goto`` budget."""
    stack = state.stacks[depth]
    start, end = _written(stack.data)
    if start < end:
        state.world.memory.put(stack, start, UNWRITTEN_STACK[start:end])
    if state.fields.get(may_goto_field(depth), MAY_GOTO_BUDGET) != MAY_GOTO_BUDGET:
        set_field(state, may_goto_field(depth), MAY_GOTO_BUDGET)


def _written(stack: bytearray) -> tuple[int, int]:
    """The smallest range that holds all bytes that are not as in a fresh stack."""
    fill = UNWRITTEN_STACK[:1]
    end = len(stack.rstrip(fill))
    return (len(stack) - len(stack.lstrip(fill)), end) if end else (0, 0)


def _require_slot(state: State, what: str, pc: int) -> None:
    insns = state.world.programs[state.program].insns
    if not 0 <= pc < len(insns):
        raise MachineFault(outside(what, pc, len(insns)))
