"""Where continuing stops, in both directions of time, held against looking at every state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.machine.build import add, mov, program
from tests.vm.machine.random_programs import instructions
from vm.instruction import Call, Exit, Imm, Instruction, Jump, Reg, Store
from vm.isa import CallKind, JumpOp, Size
from vm.kernel.bare import bare_world
from vm.machine.condition import parse_condition
from vm.machine.point import point
from vm.machine.stops import Breakpoints, Direction, Stop, Until, find_stop, points_of_line
from vm.machine.trace import Budget, Trace
from vm.machine.watch import WatchRegister, parse_watch
from vm.program import Program
from vm.source import HookscopeError, Span

FORWARD, BACK = Direction.FORWARD, Direction.BACK

# pc   0: r1 = 3             4: r6 = 7    (the function)
#      1: call 4             5: r0 += 1
#      2: r1 -= 1            6: exit
#      3: if r1 != 0 goto 1  (then 7: unreachable)
LOOP: tuple[Instruction, ...] = (
    mov(1, 3),
    Call(CallKind.LOCAL, 3),
    add(1, -1),
    Jump(JumpOp.JNE, 64, 1, Imm(0), -3),
    Exit(),
    mov(6, 7),
    Store(Size.W, 10, -4, Reg(1)),
    add(0, 1),
    Exit(),
)
ENTRY, CALL, AFTER, JUMP, END, BODY = 0, 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def trace() -> Trace:
    """Steps 0: entry; 1 to 7, 8 to 14, 15 to 21: a round each of call, body of 4, after, jump; 22: exit."""
    found = Trace(bare_world(program(*LOOP), b""))
    assert len(found) == 23
    return found


def test_over_a_call(trace: Trace) -> None:
    assert find_stop(trace, 1, FORWARD, Until.OVER) == Stop(6, "")
    assert find_stop(trace, 6, BACK, Until.OVER) == Stop(1, "")
    assert find_stop(trace, 6, FORWARD, Until.OVER) == Stop(7, "")


def test_into_a_call(trace: Trace) -> None:
    assert find_stop(trace, 1, FORWARD, Until.INTO) == Stop(2, "")
    assert find_stop(trace, 6, BACK, Until.INTO) == Stop(5, "")
    assert find_stop(trace, 0, BACK, Until.INTO) == Stop(0, "start of the run", found=False)


def test_out_of_a_call(trace: Trace) -> None:
    assert find_stop(trace, 3, FORWARD, Until.OUT) == Stop(6, "back in the caller")
    assert find_stop(trace, 4, BACK, Until.OUT) == Stop(1, "back in the caller")
    assert find_stop(trace, 1, FORWARD, Until.OUT) == Stop(23, "end of the run", found=False)


def test_branches_and_returns_stop_behind_the_step(trace: Trace) -> None:
    assert find_stop(trace, 0, FORWARD, Until.BRANCH) == Stop(8, "branch")
    assert find_stop(trace, 8, FORWARD, Until.BRANCH) == Stop(15, "branch")
    assert find_stop(trace, 15, BACK, Until.BRANCH) == Stop(8, "branch")
    assert find_stop(trace, 0, FORWARD, Until.RETURN) == Stop(6, "return")
    assert find_stop(trace, 20, FORWARD, Until.RETURN) == Stop(23, "return")


def test_breakpoints(trace: Trace) -> None:
    at_jump = Breakpoints(frozenset({point(0, JUMP)}))
    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, at_jump) == Stop(7, "breakpoint")
    assert find_stop(trace, 7, FORWARD, Until.BREAKPOINT, at_jump) == Stop(14, "breakpoint")
    assert find_stop(trace, 14, BACK, Until.BREAKPOINT, at_jump) == Stop(7, "breakpoint")
    assert find_stop(trace, 22, FORWARD, Until.BREAKPOINT, at_jump) == Stop(23, "end of the run", found=False)
    assert find_stop(trace, 6, BACK, Until.BREAKPOINT, at_jump) == Stop(0, "start of the run", found=False)


def test_a_breakpoint_interrupts_stepping_over(trace: Trace) -> None:
    in_body = Breakpoints(frozenset({point(0, BODY + 1)}))
    assert find_stop(trace, 1, FORWARD, Until.OVER, in_body) == Stop(3, "breakpoint")
    assert find_stop(trace, 6, BACK, Until.OVER, in_body) == Stop(3, "breakpoint")


def test_conditions(trace: Trace) -> None:
    def when(text: str, pc: int = JUMP) -> Breakpoints:
        at = point(0, pc)
        return Breakpoints(frozenset({at}), {at: parse_condition(text)})

    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, when("r1 == 1")) == Stop(14, "condition")
    assert find_stop(trace, 23, BACK, Until.BREAKPOINT, when("r1 == 2")) == Stop(7, "condition")
    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, when("hits == 3")) == Stop(21, "condition")
    assert find_stop(trace, 23, BACK, Until.BREAKPOINT, when("hits == 3")) == Stop(21, "condition")
    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, when("*(u32*)(fp-4) == 2", BODY + 2)).number == 11
    assert not find_stop(trace, 0, FORWARD, Until.BREAKPOINT, when("r1 == 9")).found


def test_watches(trace: Trace) -> None:
    def on(text: str) -> Breakpoints:
        return Breakpoints(watches=(parse_watch(text, trace.world),))

    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, on("r0")) == Stop(5, "watch")
    assert find_stop(trace, 5, FORWARD, Until.BREAKPOINT, on("r0")) == Stop(12, "watch")
    assert find_stop(trace, 23, BACK, Until.BREAKPOINT, on("r0")) == Stop(19, "watch")
    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, on("fp1-4:4")) == Stop(4, "watch")
    assert find_stop(trace, 4, FORWARD, Until.BREAKPOINT, on("fp1-4:4")).number == 9
    assert not find_stop(trace, 0, FORWARD, Until.BREAKPOINT, on("fp-4:4")).found


@pytest.mark.parametrize("text", ["", "r11", "fp-4:8", "fp+4:4", "fp9-4:4", "pkt-1:4", "nosuch[1]", "r1 r2"])
def test_what_cannot_be_watched_is_refused(trace: Trace, text: str) -> None:
    with pytest.raises(HookscopeError):
        parse_watch(text, trace.world)


def test_a_line_without_an_instruction_stops_at_the_next_that_has_one() -> None:
    spans = {0: Span(2, 0, 5), 1: Span(2, 0, 5), 2: Span(5, 0, 5)}
    made = program(mov(0, 1), mov(0, 2), Exit())
    spanned = Program(made.name, made.prog_type, made.slots, made.insns, spans=spans)
    assert points_of_line(spanned, 2) == {0}
    assert points_of_line(spanned, 3) == {2}
    assert points_of_line(spanned, 3, index=1) == {point(1, 2)}
    assert points_of_line(spanned, 6) == set()


@given(
    st.integers(0, 1 << 32),
    st.integers(0, 40),
    st.sampled_from(Direction),
    st.integers(0, 25),
    st.integers(0, 9),
)
def test_stops_are_what_looking_at_every_state_finds(
    seed: int, start: int, direction: Direction, pc: int, register: int
) -> None:
    trace = Trace(bare_world(program(*instructions(seed)), bytes(range(32))), Budget(steps=60))
    start = min(start, len(trace))
    states = range(start + 1, len(trace) + 1) if direction is FORWARD else range(start - 1, -1, -1)

    def nearest(numbers: list[int]) -> int | None:
        return next((k for k in states if k in numbers), None)

    reached = [k for k, at in enumerate(trace.path) if at == pc]
    at_pc = Breakpoints(frozenset({pc}))
    stop = find_stop(trace, start, direction, Until.BREAKPOINT, at_pc)
    assert (stop.number if stop.found else None) == nearest(reached)

    odd = [k for k in reached if trace.state(k).registers[register] & 1]
    conditional = Breakpoints(frozenset({pc}), {pc: parse_condition(f"r{register} & 1")})
    stop = find_stop(trace, start, direction, Until.BREAKPOINT, conditional)
    assert (stop.number if stop.found else None) == nearest(odd)

    values = [trace.state(k).registers[register] for k in range(len(trace) + 1)]
    moved = [k for k in range(1, len(trace) + 1) if values[k] != values[k - 1]]
    stop = find_stop(
        trace, start, direction, Until.BREAKPOINT, Breakpoints(watches=(WatchRegister(register),))
    )
    assert (stop.number if stop.found else None) == nearest(moved)

    depths = [len(trace.state(k).frames) for k in range(len(trace) + 1)]
    assert depths == [trace.depth(k) for k in range(len(trace) + 1)]
