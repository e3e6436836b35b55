"""Numbers as Linux 6.18 knows them: thousands of recorded programs, to the letter of the log."""

import gzip
import json
from functools import cache
from typing import Any

import pytest

from tests.shared_data import CHECKOUT
from tests.vm.verifier.scalar_programs import program
from tests.vm.verifier.scalar_replay import digest, replay
from vm.isa import AluOp, JumpOp

_SLICES = 6


@cache
def golden() -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(
        gzip.decompress((CHECKOUT / "tests/data/verifier/scalars.json.gz").read_bytes())
    )
    return recorded


def test_programs_recorded_in_full() -> None:
    for seed, events in golden()["full"].items():
        assert replay(program(int(seed))) == events, f"program {seed}"


@pytest.mark.parametrize("part", range(_SLICES))
def test_all_programs(part: int) -> None:
    digests, full = golden()["digests"], golden()["full"]
    asked = [n for n in range(part, len(digests), _SLICES) if digests[n] and str(n) not in full]
    different = [seed for seed in asked if digest(replay(program(seed))) != digests[seed]]
    assert not different, f"programs {different[:10]} differ from Linux {golden()['kernel']}"


def test_every_operation_was_asked() -> None:
    """Each operation and both outcomes of each comparison, often enough."""
    asked = golden()["asked"]
    rare = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)  # always unknown
    for op in AluOp:
        for bits in (64,) if op is AluOp.MOVSX32 else (32, 64):
            assert asked[f"{op} {bits}"] >= (60 if op in rare else 900), op
    for jump in JumpOp:
        for bits in (32, 64):
            for way in ("taken", "not taken"):
                assert asked[f"{jump} {bits} {way}"] >= 900, jump
    assert asked["complaint"] >= 1
