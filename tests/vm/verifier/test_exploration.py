"""The walk as data: complete, in order, consistent with the report, and bounded."""

import pytest

from tests.verifier.recorded import read
from vm.asm import assemble
from vm.program import Program
from vm.verifier import Options, Report, exploration, verify
from vm.verifier import scalar as scalars
from vm.verifier.exploration import End, Exploration, Recorder
from vm.verifier.known import holds, join, join_scalars
from vm.verifier.register import Kind, Register, scalar

PROGRAMS = [one.program for one in read(101) if one.root.processed < 2_000]
LOOP = ".hook xdp\nr1 = 0\nagain:\nr1 += 1\nif r1 < 300 goto again\nr0 = 2\nexit\n"


def recorded(program: Program, limit: int = 1_000_000) -> tuple[Report, Exploration]:
    recorder = Recorder()
    return verify(program, Options(limit=limit), recorder), recorder.exploration()


def assembled(text: str) -> Program:
    [program] = assemble(text).programs
    return program


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: f"{len(program.slots)} slots")
def test_the_record_agrees_with_the_report(program: Program) -> None:
    report, seen = recorded(program)
    if not report.processed:
        assert not seen.steps
        assert not seen.paths
        return
    assert seen.whole
    assert [step.index for step in seen.steps] == list(range(1, report.processed + 1))
    assert sum(one.walked + one.cut for one in seen.visits.values()) == report.processed
    assert report.total_states - seen.steps[-1].kept in {0, 1}
    last = seen.paths[-1]
    assert (last.end is End.REJECTED) == (not report.accepted)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: f"{len(program.slots)} slots")
def test_paths_follow_one_another_and_come_from_their_forks(program: Program) -> None:
    _, seen = recorded(program)
    first = 1
    forks = {(fork.child, fork.step, fork.path) for fork in seen.forks}
    for number, path in enumerate(seen.paths, 1):
        assert path.id == number
        assert path.first == first
        assert path.last >= path.first
        assert path.parent < path.id
        if path.parent:
            assert (path.id, path.forked, path.parent) in forks
        if path.end is End.PRUNED:
            assert path.by is not None
            assert path.by < path.last
        first = path.last + 1
    assert len(seen.forks) == len(seen.paths) - 1 + seen.waiting if seen.paths else True


def test_a_long_walk_keeps_its_start_and_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "HEAD", 100)
    monkeypatch.setattr(exploration, "TAIL", 20)
    report, seen = recorded(assembled(LOOP))
    assert report.accepted
    assert not seen.whole
    assert seen.processed == report.processed
    assert [step.index for step in seen.steps] == [
        *range(1, 101), *range(report.processed - 19, report.processed + 1),
    ]  # fmt: skip
    assert seen.visits[1].walked == 300


def test_what_does_not_change_is_kept_once() -> None:
    _, seen = recorded(assembled(LOOP))
    assert len({id(step.frame.stack) for step in seen.steps}) == 1
    assert len({id(step.frames[0].regs) for step in seen.steps}) < len(seen.steps)


def test_a_walk_stopped_by_its_limit_says_so() -> None:
    report, seen = recorded(assembled(LOOP), limit=50)
    assert not report.accepted
    assert seen.paths[-1].end is End.REJECTED
    assert seen.paths[-1].last == 51


def test_calls_count_frames_and_stack() -> None:
    program = assembled(
        ".hook xdp\n*(u64 *)(r10 - 8) = 1\ncall inner\nr0 = 2\nexit\n"
        "inner:\n*(u64 *)(r10 - 16) = 2\nr0 = 0\nexit\n"
    )
    report, seen = recorded(program)
    assert report.accepted
    assert (seen.peak_depth, seen.peak_stack) == (2, 24)
    assert [len(step.frames) for step in seen.steps] == [1, 1, 2, 2, 2, 1, 1]


def test_joined_numbers_hold_both() -> None:
    small, large = scalars.const(3), scalars.with_bounds(scalars.UNKNOWN, umin=100, umax=200)
    both = join_scalars(small, large)
    assert all(scalars.has(both, word) for word in (3, 100, 150, 200))
    assert not scalars.has(both, 201)
    assert join_scalars(small, small) is small


def test_joined_pointers_hold_both() -> None:
    a = Register(Kind.PACKET, scalars.ZERO, off=4, range=20, id=1)
    b = Register(Kind.PACKET, scalars.ZERO, off=14, range=34)
    both = join(a, b)
    assert (both.range, both.id, both.off) == (20, 0, 0)
    assert scalars.has(both.value, 4)
    assert scalars.has(both.value, 14)
    assert not scalars.has(both.value, 15)
    assert join(a, a) is a


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        (scalar(scalars.UNKNOWN), scalar(scalars.const(1)), True),
        (scalar(scalars.const(1)), scalar(scalars.UNKNOWN), False),
        (scalar(scalars.const(1)), Register(Kind.CTX, scalars.ZERO), False),
        (Register(Kind.PACKET, scalars.ZERO, range=14), Register(Kind.PACKET, scalars.ZERO, range=34), True),
        (Register(Kind.PACKET, scalars.ZERO, range=34), Register(Kind.PACKET, scalars.ZERO, range=14), False),
        (Register(Kind.STACK, scalars.ZERO, off=-8), Register(Kind.STACK, scalars.ZERO, off=-16), False),
        (Register(Kind.MAP_VALUE, scalars.ZERO, map=0), Register(Kind.MAP_VALUE, scalars.ZERO, map=1), False),
    ],
)
def test_one_register_holds_another(old: Register, new: Register, held: bool) -> None:
    assert holds(old, new) is held
