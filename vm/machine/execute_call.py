"""Calls: of helpers, of functions of the program, and of what Linux would refuse."""

from typing import assert_never

from vm.change import Change, PcChanged, RegisterChanged
from vm.helpers.api import Answer, CallBack, Helper, HelperCall, TailCall
from vm.instruction import Call, CallX
from vm.isa import CallKind
from vm.machine.commit import drain
from vm.machine.fault import raising
from vm.machine.frames import call, call_back, tail_call
from vm.machine.state import Executor, Site, State
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.helper_ids import helper_name
from vm.uapi.helper_masks import MASKS
from vm.uapi.prog_types import ProgType
from vm.word import MASK64, signed


def bind_call(insn: Call, at: Site) -> Executor:
    """``call``: of a helper by number, of a local function by distance."""
    match insn.kind:
        case CallKind.HELPER:
            return _bind_helper(insn.imm, at)
        case CallKind.LOCAL:
            return _bind_local(at.pc + 1 + insn.imm, at)
        case CallKind.KFUNC:
            message = f"the call names kernel function BTF id {insn.imm}; kernel functions are not modeled"
            return raising(FaultKind.BAD_CALL, message)


def bind_callx(insn: CallX, at: Site) -> Executor:
    """``callx``: of the helper whose number a register holds."""
    state = at.state

    def execute() -> tuple[Change, ...]:
        number = signed(state.registers[insn.reg])
        run_helper(state, _helper(state, number), at.pc + 1)
        return drain(state)

    return execute


def _bind_helper(number: int, at: Site) -> Executor:
    state, following = at.state, at.pc + 1

    def execute() -> tuple[Change, ...]:
        run_helper(state, _helper(state, number), following)
        return drain(state)

    return execute


def _bind_local(target: int, at: Site) -> Executor:
    state, following = at.state, at.pc + 1

    def execute() -> tuple[Change, ...]:
        call(state, target, following)
        return drain(state)

    return execute


def run_helper(state: State, helper: Helper, following: int) -> None:
    """Calls the helper with r1 to r5 and does what it answers; r1 to r5 keep their values.

    Linux leaves r1 to r5 undefined after a call; here they stay, so that a run is the same everywhere.
    """
    world, r = state.world, state.registers
    answer = helper.run(
        HelperCall(
            (r[1], r[2], r[3], r[4], r[5]),
            world.memory,
            world.maps,
            world.map_at,
            world.event,
            world.ctx,
            state.fields,
            world.memory.journal,
            len(world.programs),
        )
    )
    _follow(state, answer, following)


def _follow(state: State, answer: Answer, following: int) -> None:
    match answer:
        case TailCall(program):
            tail_call(state, program)
        case CallBack():
            call_back(state, answer, following)
        case int():
            r0, pc = state.registers[0], state.pc
            state.registers[0] = value = answer & MASK64
            state.pc = following
            state.world.memory.journal += (RegisterChanged(0, r0, value), PcChanged(pc, following))
        case _ as unhandled:
            assert_never(unhandled)


def _helper(state: State, number: int) -> Helper:
    helper = state.world.helpers.get(number)
    if helper is None:
        name = helper_name(number)
        why = f"calls {name}, which is not simulated" if name else f"there is no helper number {number}"
        raise MachineFault(Fault(FaultKind.BAD_CALL, why))
    kind = state.world.programs[state.program].prog_type
    if helper.prog_types is None or kind in helper.prog_types or kind is ProgType.UNSPEC:
        return helper
    if kind in (ProgType.TRACING, ProgType.LSM) and MASKS[kind] >> number & 1:
        return helper  # rows tell of the types that are loaded without a target
    message = f"calls {helper_name(number)}, which {kind.label} programs may not call"
    raise MachineFault(Fault(FaultKind.BAD_CALL, message))
