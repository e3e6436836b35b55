"""Blocks, edges, dominators and loops: by hand, against networkx, and on what is no program."""

import time

import networkx as nx
import pytest
from hypothesis import given

from tests.vm.cfg.programs import EXIT, MOV, branch, garbage, jumpy, of_slots, program
from vm.cfg.graph import ControlFlowGraph, EdgeKind, Ending, ProblemKind, control_flow
from vm.instruction import Call, Goto, Instruction, LoadImm64, MayGoto
from vm.isa import CallKind, ImmKind
from vm.program import Program

LOOP = program(MOV, branch(4), MOV, branch(-2), Goto(0), MOV, EXIT)


def edges(cfg: ControlFlowGraph) -> list[tuple[int, int, str, bool]]:
    return [(edge.source, edge.target, edge.kind.value, edge.back) for edge in cfg.edges]


def test_blocks_begin_at_targets_and_behind_jumps() -> None:
    cfg = control_flow(LOOP)
    assert [(block.first, block.last) for block in cfg.blocks] == [(0, 1), (2, 3), (4, 4), (5, 5), (6, 6)]


def test_edges_say_why_control_passes_and_which_close_a_loop() -> None:
    assert edges(control_flow(LOOP)) == [
        (0, 1, "fallthrough", False),
        (0, 4, "taken", False),
        (1, 2, "fallthrough", False),
        (1, 1, "taken", True),
        (2, 3, "jump", False),
        (3, 4, "fallthrough", False),
    ]


def test_every_block_says_how_it_ends() -> None:
    cfg = control_flow(LOOP)
    found = [cfg.ending(block.id) for block in cfg.blocks]
    assert found == [Ending.BRANCH, Ending.BRANCH, Ending.JUMP, Ending.FALL_THROUGH, Ending.EXIT]
    assert cfg.exits == (4,)


def test_a_jump_to_the_next_instruction_has_both_kinds_in_networkx() -> None:
    graph = control_flow(program(branch(0), EXIT)).graph
    assert graph.edges[0, 1]["kinds"] == (EdgeKind.FALL_THROUGH, EdgeKind.TAKEN)


def test_nested_loops_know_their_bodies_and_depths() -> None:
    cfg = control_flow(program(MOV, MOV, MOV, branch(-2), branch(-4), MOV, EXIT))
    assert [(loop.header, loop.depth, loop.parent) for loop in cfg.loops] == [(1, 1, None), (2, 2, 0)]
    assert cfg.body(0) == (1, 2, 3)
    assert cfg.body(1) == (2,)
    assert [cfg.depth(block.id) for block in cfg.blocks] == [0, 1, 2, 1, 0]


def test_two_jumps_back_to_one_header_make_one_loop() -> None:
    cfg = control_flow(program(MOV, branch(-2), branch(-3), EXIT))
    assert [loop.latches for loop in cfg.loops] == [(0, 1)]


def test_a_call_does_not_end_a_block_and_leads_to_another_subprogram() -> None:
    cfg = control_flow(program(MOV, Call(CallKind.LOCAL, 1), EXIT, MOV, EXIT))
    assert [(sub.start, sub.end, sub.callback) for sub in cfg.subprograms] == [(0, 3, False), (3, 5, False)]
    assert [(edge.source, edge.target, edge.kind, edge.pc) for edge in cfg.calls] == [
        (0, 1, EdgeKind.CALL, 1)
    ]
    assert cfg.reachable == (True, True)


def test_a_function_pointer_makes_a_callback() -> None:
    cfg = control_flow(program(LoadImm64(1, ImmKind.FUNC, 3), MOV, EXIT, MOV, EXIT))
    assert cfg.subprograms[1].callback
    assert cfg.calls[0].kind is EdgeKind.CALLBACK


def test_subprograms_are_named_by_the_text() -> None:
    named = program(Call(CallKind.LOCAL, 1), EXIT, MOV, EXIT, labels={"helper": 2})
    assert [sub.name for sub in control_flow(named).subprograms] == ["main", "helper"]


@pytest.mark.parametrize(
    ("insns", "kind", "pc", "target"),
    [
        ((branch(9), EXIT), ProblemKind.JUMP_OUTSIDE, 0, 10),
        ((branch(1), LoadImm64(0, ImmKind.VALUE, 1), EXIT), ProblemKind.JUMP_INTO_LD_IMM64, 0, 2),
        ((Call(CallKind.LOCAL, 2), branch(1), EXIT, EXIT), ProblemKind.JUMP_OUT_OF_SUBPROGRAM, 1, 3),
        ((Call(CallKind.LOCAL, 7), EXIT), ProblemKind.CALL_OUTSIDE, 0, 8),
        (
            (Call(CallKind.LOCAL, 1), LoadImm64(0, ImmKind.VALUE, 1), EXIT),
            ProblemKind.CALL_INTO_LD_IMM64,
            0,
            2,
        ),
        ((EXIT, MOV), ProblemKind.FALLS_OFF, 1, 2),
        ((Call(CallKind.LOCAL, 1), MOV, EXIT), ProblemKind.FALLS_OFF, 1, 2),
    ],
)
def test_what_cannot_be_followed_is_listed(
    insns: tuple[Instruction, ...], kind: ProblemKind, pc: int, target: int
) -> None:
    assert [(p.kind, p.pc, p.target) for p in control_flow(program(*insns)).problems] == [(kind, pc, target)]


def test_nothing_is_a_graph_too() -> None:
    cfg = control_flow(of_slots(()))
    assert cfg.blocks == ()
    assert cfg.block_of(0) is None


@given(garbage)
def test_anything_has_a_graph_in_which_every_slot_has_its_block(found: Program) -> None:
    cfg = control_flow(found)
    for pc in range(len(found.slots)):
        block = cfg.block_of(pc)
        assert block is not None
        assert block.first <= pc < block.end
    for sub in cfg.subprograms:
        assert all(cfg.blocks[number].subprogram == sub.index for number in sub.blocks)
    for edge in cfg.flow:
        assert cfg.blocks[edge.source].subprogram == cfg.blocks[edge.target].subprogram


@given(jumpy())
def test_dominators_are_those_networkx_finds(found: Program) -> None:
    cfg = control_flow(found)
    theirs = nx.immediate_dominators(cfg.graph, 0)
    for block in range(len(cfg.blocks)):
        above = theirs.get(block)
        assert cfg.idom[block] == (None if above == block else above)


@given(jumpy(20))
def test_a_block_dominates_what_cannot_be_reached_without_it(found: Program) -> None:
    cfg = control_flow(found)
    reached = {0} | nx.descendants(cfg.graph, 0)
    assert reached == {block for block in range(len(cfg.blocks)) if cfg.reachable[block]}
    for upper in reached:
        rest = cfg.graph.subgraph(set(cfg.graph) - {upper})
        left = {0} | nx.descendants(rest, 0) if upper else set[int]()
        for lower in reached:
            assert cfg.dominates(upper, lower) == (lower not in left)


@given(jumpy())
def test_loops_are_what_can_reach_their_back_edges_without_the_header(found: Program) -> None:
    cfg = control_flow(found)
    backs = {(edge.source, edge.target) for edge in cfg.flow if edge.back}
    assert {loop.header for loop in cfg.loops} == {target for _, target in backs}
    for index, loop in enumerate(cfg.loops):
        rest = cfg.graph.subgraph({block for block in cfg.graph if cfg.reachable[block]} - {loop.header})
        body = {loop.header}
        for latch in loop.latches:
            if latch != loop.header:
                body |= {latch} | nx.ancestors(rest, latch)
        assert set(cfg.body(index)) == body
    for block in range(len(cfg.blocks)):
        assert cfg.depth(block) == sum(block in cfg.body(index) for index in range(len(cfg.loops)))


COUNT = 30_000


@pytest.mark.parametrize(
    "insns",
    [
        [branch(COUNT - 1 - pc) if pc % 2 else MOV for pc in range(COUNT)],
        [branch(0)] * (COUNT // 2) + [branch(-2 * pc - 2) for pc in range(COUNT // 2)],
        [MayGoto(-1)] * COUNT,
        [Goto((pc * 7919) % COUNT - pc) for pc in range(COUNT)],
    ],
    ids=["checks with one exit", "loops within loops", "loops in a row", "jumps anywhere"],
)
def test_time_grows_with_the_program(insns: list[Instruction]) -> None:
    started = time.process_time()
    control_flow(program(*insns, EXIT))
    assert time.process_time() - started < 10, "a quadratic method takes minutes"
