"""Any bytes as a program get a verdict or a clear error; what once broke is asked again."""

import json
from typing import Any

import pytest

from tests.verifier.fuzz import KEPT, Pool, complaint, from_object, made, pool
from tests.verifier.programs import program_from
from tests.verifier.verdict import ours

SEEDS = 150
CASES = [json.loads(line) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []


@pytest.fixture(scope="module")
def ready() -> Pool:
    return pool()


@pytest.mark.parametrize("profile", ["root", "no-perfmon"])
def test_fuzzed_programs_get_an_answer(ready: Pool, profile: str) -> None:
    found = {f"test/{n}": complaint(made(f"test/{n}", ready), 6, profile) for n in range(SEEDS)}
    assert {seed: why for seed, why in found.items() if why} == {}


def test_broken_objects_get_an_answer(ready: Pool) -> None:
    programs = [program for n in range(SEEDS) for program in from_object(f"object/{n}", ready)]
    assert programs, "some objects must survive"
    assert [why for program in programs if (why := complaint(program))] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"][:60])
def test_what_broke_once_gets_linuxs_answer(case: dict[str, Any]) -> None:
    program = program_from(case)
    assert complaint(program, 6) == ""
    mine = ours(program, 0)
    assert [mine.errno, mine.error, mine.processed] == [case["errno"], case["error"], case["processed"]]


def test_the_same_seed_makes_the_same_program(ready: Pool) -> None:
    assert [made(f"{n}", ready).slots for n in range(20)] == [made(f"{n}", ready).slots for n in range(20)]
