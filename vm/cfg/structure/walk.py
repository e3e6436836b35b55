"""Walks the program the way the verifier does and reports the first ill-formed instruction it comes to.

A stand-in for the data-flow verifier, which decides reachability exactly: here only known constants close a
branch, so an instruction that ranges or the stack would prove dead counts as reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from vm.cfg.structure.constants import (
    NOTHING_KNOWN,
    Registers,
    after_call,
    covers,
    decided,
    join,
    put,
    refine,
    transfer,
)
from vm.cfg.structure.early import callee
from vm.cfg.structure.instruction import check_instruction
from vm.cfg.structure.rejection import Rejection, reject
from vm.cfg.structure.rules import Kind
from vm.instruction import Call, Exit, Goto, Jump, LoadImm64, MayGoto
from vm.isa import MAX_FRAMES, CallKind, ImmKind
from vm.program import Program

MAX_STEPS = 250_000
"""After so many steps the walk stops and reports nothing; the kernel's own limit is a million."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the caller goes on and what it keeps."""

    back: int
    registers: Registers


@dataclass(frozen=True, slots=True)
class _State:
    """A place on a path: the next slot, what is known there, and the callers, innermost last.

    A ``spare`` state stands behind a call in case no path through the callee comes back to this caller: the
    paths may all have ended where another caller's went on.
    """

    pc: int
    registers: Registers
    frames: tuple[_Frame, ...] = ()
    spare: bool = False


def walk_fault(program: Program, func_info: bool) -> Rejection | None:
    """The first ill-formed instruction, or call that is too deep, on the verifier's walk.

    ``func_info`` says whether the program comes with BTF function information; without, no address of a
    function may be taken.
    """
    walk = _Walk(program, func_info)
    return walk.run()


class _Walk:
    """Depth first, into calls as they come; fall-through before jump, but ``may_goto`` the other way."""

    def __init__(self, program: Program, func_info: bool) -> None:
        self._program = program
        self._func_info = func_info
        self._known: dict[tuple[int, int], Registers] = {}
        self._checked: set[int] = set()

    def run(self) -> Rejection | None:
        waiting = [_State(0, NOTHING_KNOWN)]
        for _ in range(MAX_STEPS):
            if not waiting:
                break
            state = self._enter(waiting.pop())
            if state is None:
                continue
            fault = self._fault(state)
            if fault is not None:
                return fault
            waiting.extend(self._onward(state))
        return None

    def _enter(self, state: _State) -> _State | None:
        """The state to go on with, None where it was covered before."""
        place = (len(state.frames), state.pc)
        known = self._known.get(place)
        if known is None:
            self._known[place] = state.registers
            return state
        if state.spare or covers(known, state.registers):
            return None
        self._known[place] = joined = join(known, state.registers)
        return _State(state.pc, joined, state.frames)

    def _fault(self, state: _State) -> Rejection | None:
        pc, slot = state.pc, self._program.slots[state.pc]
        if pc not in self._checked:
            self._checked.add(pc)
            fault = check_instruction(slot, self._program.prog_type, pc)
            if fault is not None:
                return fault
        match self._program.insns[pc]:
            case Call(CallKind.LOCAL) if len(state.frames) + 1 >= MAX_FRAMES:
                return reject(Kind.CALLS_TOO_DEEP, pc)
            case LoadImm64(kind=ImmKind.FUNC) if not self._func_info:
                return reject(Kind.NO_FUNC_INFO, pc)
            case _:
                return None

    def _onward(self, state: _State) -> Iterator[_State]:
        """Where the paths go on, the one to walk first last."""
        pc, registers, frames = state.pc, state.registers, state.frames
        match self._program.insns[pc]:
            case Exit():
                if frames:
                    kept = put(after_call(frames[-1].registers), 0, registers[0])
                    yield _State(frames[-1].back, kept, frames[:-1])
            case Goto(off=off):
                yield _State(pc + 1 + off, registers, frames)
            case MayGoto(off):
                yield _State(pc + 1, registers, frames)
                yield _State(pc + 1 + off, registers, frames)
            case Jump() as jump:
                way = decided(jump, registers)
                if way is not False:
                    yield _State(pc + 1 + jump.off, refine(jump, registers, taken=True), frames)
                if way is not True:
                    yield _State(pc + 1, refine(jump, registers, taken=False), frames)
            case Call(CallKind.LOCAL, imm):
                yield _State(pc + 1, after_call(registers), frames, spare=True)
                arguments = (None, *registers[1:6], *NOTHING_KNOWN[6:])
                yield _State(pc + 1 + imm, arguments, (*frames, _Frame(pc + 1, registers)))
            case LoadImm64(kind=ImmKind.FUNC, imm=imm) as load:
                if len(frames) + 1 < MAX_FRAMES:
                    yield _State(pc + 1 + imm, NOTHING_KNOWN, (*frames, _Frame(pc + 2, NOTHING_KNOWN)))
                yield _State(pc + 2, transfer(load, registers), frames)
            case None:
                return
            case LoadImm64() as load:
                yield _State(pc + 2, transfer(load, registers), frames)
            case insn:
                yield _State(pc + 1, transfer(insn, registers), frames)


def depth_fault(program: Program, starts: tuple[int, ...]) -> Rejection | None:
    """The call that could be the ninth function running at once, counting also calls that no path makes."""
    bounds = dict(zip(starts, (*starts[1:], len(program.slots)), strict=True))
    calls = {
        start: [
            (pc, target) for pc in range(start, end) if (target := callee(program.slots[pc], pc)) is not None
        ]
        for start, end in bounds.items()
    }
    deepest: dict[int, int] = {}
    waiting = [(0, 1, -1)]
    while waiting:
        start, frames, pc = waiting.pop()
        if frames > MAX_FRAMES:
            return reject(Kind.CALL_CHAIN_TOO_DEEP, pc)
        if deepest.get(start, 0) < frames:
            deepest[start] = frames
            waiting.extend((target, frames + 1, at) for at, target in reversed(calls[start]))
    return None
