"""Paths that only a processor's wrong guess takes: walked without CAP_PERFMON, recorded as what they are."""

import pytest

from vm.asm.assembler import assemble
from vm.verifier import Options, verify
from vm.verifier.exploration import End, Recorder

GUESS = "r0 = 0\nif r0 == 0 goto out\n{guessed}\nout: exit\n"


@pytest.mark.parametrize(
    ("guessed", "end"),
    [
        ("r0 = r9", End.BARRED),
        ("*(u64 *)(r10 - 8) = 1\nr9 += 1", End.BARRED),
        ("r0 = 1", End.EXIT),
    ],
)
def test_the_way_a_decided_jump_does_not_take_is_walked(guessed: str, end: End) -> None:
    program = assemble(f".hook xdp\n{GUESS.format(guessed=guessed)}").program
    assert program is not None
    recorder = Recorder()
    assert verify(program, Options(profile="no-perfmon"), recorder).accepted
    paths = recorder.exploration().paths
    assert [(path.speculative, path.end) for path in paths] == [(False, End.EXIT), (True, end)]


def test_root_walks_one_path() -> None:
    program = assemble(f".hook xdp\n{GUESS.format(guessed='r0 = r9')}").program
    assert program is not None
    recorder = Recorder()
    assert verify(program, Options(), recorder).accepted
    assert [path.end for path in recorder.exploration().paths] == [End.EXIT]
