"""Mistakes put into a solution: which there are, and which are found."""

from dataclasses import replace
from typing import Any

import pytest

from app.grading.mutants.documents import document_changes
from app.grading.mutants.make import mutants
from app.grading.mutants.operators import MISTAKES, changes
from app.grading.mutants.report import mutation_report
from app.lessons.lesson import Answer
from tests.app.grading.lessons import lesson
from vm.asm import assemble
from vm.encoding import encode
from vm.instruction import Instruction

LIMIT = """.hook xdp
r2 = *(u32 *)(r1 + xdp_md.data)
r3 = *(u32 *)(r1 + xdp_md.data_end)
r4 = r2
r4 += 14
if r4 > r3 goto pass
r5 = *(u16 *)(r2 + 12)
if r5 != 0x608 goto pass ; ARP
r0 = XDP_DROP
exit
pass: r0 = XDP_PASS
exit
"""
CHECKS: list[dict[str, Any]] = [
    {"send": "arp", "expect": {"verdicts": {"all": "DROP"}}},
    {"send": ["tcp-syn", {"packet": "arp", "cut": 14}], "expect": {"verdicts": {1: "PASS", 2: "DROP"}}},
]


def instruction(text: str) -> Instruction:
    program = assemble(text + "\nexit\n").program
    assert program is not None
    found = program.insns[0]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("if r1 > r2 goto +0", {"never jumps", "opposite", "boundary", "operands swapped"}),
        ("if r1 == 0x608 goto +0", {"never jumps", "opposite", "off by one", "byte order"}),
        (
            "if r1 s< 3 goto +0",
            {"never jumps", "opposite", "boundary", "unsigned", "off by one", "byte order"},
        ),
        ("r1 += 3", {"left out", "other operation", "off by one"}),
        ("w1 += 3", {"left out", "other operation", "off by one", "wrong width"}),
        ("r1 = *(u16 *)(r2 + 4)", {"left out", "wrong width", "wrong offset"}),
        ("r1 = be16 r1", {"byte order", "wrong width"}),
        ("lock *(u64 *)(r1 + 0) += r2", {"left out", "other operation", "not atomic"}),
        ("call bpf_ktime_get_ns", {"left out"}),
    ],
)
def test_which_mistakes_there_are(text: str, kinds: set[str]) -> None:
    insn = instruction(text)
    found = list(changes(insn))
    assert {change.kind for change in found} >= kinds
    assert all(len(encode(change.insn)) == len(encode(insn)) for change in found)


def test_every_row_makes_another_instruction() -> None:
    assert all(callable(make) for make in MISTAKES.values())


def test_mutants_differ_from_the_solution_and_from_each_other() -> None:
    found = list(mutants(Answer(LIMIT, {})))
    sources = {mutant.answer.source for mutant in found}
    assert len(sources) == len(found) > 30
    assert LIMIT not in sources
    assert all(assemble(source).ok for source in sources)
    assert "; ARP" in next(mutant.answer.source for mutant in found if mutant.line == 8)


def test_what_slips_through_is_told_with_its_line() -> None:
    full = mutation_report(lesson(*CHECKS, solution=LIMIT))
    few = mutation_report(lesson(CHECKS[0], solution=LIMIT))
    assert full.share > few.share
    assert any(mutant.line == 8 and mutant.kind == "never jumps" for mutant in few.survivors)
    assert full.share > 90


def test_those_that_design_md_explains_do_not_count() -> None:
    made = lesson(CHECKS[0], solution=LIMIT)
    first = mutation_report(made).survivors[0]
    design = f"# Notes\n\n- equivalent: `{first.before}` → `{first.after}`: it is as right.\n"
    told = mutation_report(replace(made, design=design))
    assert told.explained == 1
    assert first not in told.survivors


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("  port: 80", {"  port: 81", "  port: 79"}),
        ("  type: counter", {"  type: gauge"}),
        (
            "  - {port: 53, protocol: UDP}",
            {"  - {port: 54, protocol: UDP}", "  - {port: 53, protocol: TCP}", ""},
        ),
        ("# a comment: 3", set()),
    ],
)
def test_mistakes_in_documents(line: str, after: set[str]) -> None:
    assert {change.text for change in document_changes(line)} >= after
    assert bool(after) == bool(list(document_changes(line)))
