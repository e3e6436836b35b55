"""The graph as text for a terminal and for Graphviz."""

import shutil
import subprocess

import pytest
from hypothesis import given

from tests.vm.cfg.programs import EXIT, MOV, branch, garbage, program
from vm.cfg.graph import control_flow
from vm.cfg.text import render_dot, render_text
from vm.instruction import Call
from vm.isa import CallKind
from vm.program import Program

LOOP = program(MOV, Call(CallKind.LOCAL, 3), branch(-2), MOV, EXIT, MOV, EXIT, labels={"top": 1, "f": 5})


def test_text_lists_blocks_edges_and_loops() -> None:
    assert (
        render_text(control_flow(LOOP), LOOP)
        == """\
main: 7 slots, 4 blocks, 2 functions, 1 loop

function main, pc 0-4

block 0: pc 0
     0: r0 = 0
     -> block 1 (fallthrough)

block 1 top: pc 1-2, dominated by block 0, loop depth 1
     1: call f
     2: if r0 == 0x0 goto top
     -> block 3 (call)
     -> block 2 (fallthrough)
     -> block 1 (taken, back edge)

block 2: pc 3-4, dominated by block 1
     3: r0 = 0
     4: exit

function f, pc 5-6

block 3 f: pc 5-6
     5: r0 = 0
     6: exit

loops
  block 1: depth 1, blocks 1, back from 1
"""
    )


def test_text_lists_what_could_not_be_followed() -> None:
    broken = program(branch(7), MOV, Call(CallKind.LOCAL, 90))
    assert render_text(control_flow(broken), broken).endswith("""\
problems
  pc 0 jumps to pc 8, outside the program
  pc 2 calls pc 93, outside the program
  pc 2 lets control run on to pc 3, behind the end of its function
""")


def test_unreachable_blocks_are_marked() -> None:
    dead = program(EXIT, EXIT)
    assert "block 1: pc 1, unreachable" in render_text(control_flow(dead), dead)


def test_dot_has_a_cluster_for_each_function_and_every_edge() -> None:
    dot = render_dot(control_flow(LOOP), LOOP)
    assert dot.count("subgraph") == 2
    assert '  b1 [label="top:\\l1: call f\\l2: if r0 == 0x0 goto top\\l"]' in dot
    assert '  b1 -> b1 [label="taken", color=red]' in dot
    assert '  b1 -> b3 [style=dashed, label="call", constraint=false]' in dot


def test_names_cannot_break_out_of_dot() -> None:
    found = program(EXIT, labels={'"]; x [label="\\': 0})
    assert r'"\"]; x [label=\"\\:\l0: exit\l"' in render_dot(control_flow(found), found)


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's dot")
def test_graphviz_takes_it() -> None:
    dot = render_dot(control_flow(LOOP), LOOP)
    subprocess.run(["dot", "-Tplain"], input=dot, text=True, check=True, capture_output=True, timeout=20)


@given(garbage)
def test_anything_can_be_printed(found: Program) -> None:
    cfg = control_flow(found)
    text = render_text(cfg, found)
    assert text.count("\nblock ") == len(cfg.blocks)
    assert render_dot(cfg, found).count("\n  b") == len(cfg.edges)
