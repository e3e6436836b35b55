"""The drawing: nothing overlaps, on any graph; and what makes it calm."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.cfg.drawing import crossings, faults
from tests.vm.cfg.programs import EXIT, MOV, branch, garbage, jumpy, program, structured
from vm.cfg.graph import ControlFlowGraph, control_flow
from vm.cfg.layout import MAX_BLOCKS, Box, Layout, Route, Size, layout, measure, wiring
from vm.instruction import Call, Goto
from vm.isa import CallKind
from vm.program import Program
from vm.source import HookscopeError

sizes = st.builds(Size, st.integers(10, 260), st.integers(10, 200))


def drawn(found: Program, size: Size | None = None) -> Layout:
    cfg = control_flow(found)
    return layout(cfg, {block.id: size or Size(120, 46) for block in cfg.blocks})


def edge(layout: Layout, source: int, target: int) -> Route:
    return next(route for route in layout.edges if (route.source, route.target) == (source, target))


def draw_sizes(cfg: ControlFlowGraph, data: st.DataObject) -> dict[int, Size]:
    return {block.id: data.draw(sizes) for block in cfg.blocks}


@given(jumpy(), st.data())
def test_no_line_runs_through_a_block_or_along_another(found: Program, data: st.DataObject) -> None:
    cfg = control_flow(found)
    assert faults(layout(cfg, draw_sizes(cfg, data))) == []


@given(garbage, st.data())
def test_whatever_is_not_a_program_is_drawn_too(found: Program, data: st.DataObject) -> None:
    cfg = control_flow(found)
    result = layout(cfg, draw_sizes(cfg, data))
    assert faults(result) == []
    assert result.blocks.keys() == set(range(len(cfg.blocks)))
    assert len(result.edges) == len(cfg.flow)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("blocks", [10, 60, 250])
def test_compiled_programs_are_drawn_without_faults(seed: int, blocks: int) -> None:
    assert faults(drawn(structured(seed, blocks))) == []


@pytest.mark.parametrize(("per_block", "spare"), [(0, 0), (0, 12), (1, 0)])
def test_edges_beyond_the_budget_run_outside(
    monkeypatch: pytest.MonkeyPatch, per_block: int, spare: int
) -> None:
    monkeypatch.setattr(wiring, "JOINTS_PER_BLOCK", per_block)
    monkeypatch.setattr(wiring, "SPARE_JOINTS", spare)
    outside = 0
    for seed in range(8):
        found = drawn(structured(seed, 60))
        assert faults(found) == []
        right = max(box.right for box in found.blocks.values())
        outside += any(x > right for route in found.edges for x, _ in route.points)
    assert outside > 0


@given(jumpy())
def test_the_same_program_is_drawn_the_same(found: Program) -> None:
    assert drawn(found) == drawn(found)


def test_straight_code_is_one_column_in_program_order() -> None:
    found = drawn(program(branch(0), branch(0), branch(0), EXIT))
    assert len({box.x for box in found.blocks.values()}) == 1
    assert sorted(found.blocks, key=lambda block: found.blocks[block].y) == [0, 1, 2, 3]
    falls = [route for route in found.edges if route.kind == "fallthrough"]
    assert [len(route.points) for route in falls] == [2, 2, 2]


def test_a_branch_taken_goes_right_and_the_main_way_goes_on_straight() -> None:
    found = drawn(program(MOV, branch(2), MOV, Goto(1), MOV, EXIT))
    assert found.blocks[1].x == found.blocks[0].x < found.blocks[2].x


def test_a_back_edge_leaves_and_enters_at_the_left_side() -> None:
    found = drawn(program(MOV, MOV, branch(1), branch(-3), EXIT))
    back = next(route for route in found.edges if route.back)
    source, target = found.blocks[back.source], found.blocks[back.target]
    assert back.points[0][0] == source.x
    assert back.points[-1][0] == target.x
    assert back.points[-1][1] < back.points[0][1]
    assert min(x for x, _ in back.points) < target.x


def test_a_block_that_jumps_to_itself_has_a_loop_at_its_side() -> None:
    found = drawn(program(MOV, branch(-2), EXIT))
    loop = edge(found, 0, 0)
    box = found.blocks[0]
    assert len(loop.points) == 4
    assert all(box.y < y < box.bottom and x <= box.x for x, y in loop.points)


def test_edges_to_one_exit_share_a_line() -> None:
    checks = [insn for pc in range(6) for insn in (MOV, branch(10 - 2 * pc))]
    found = drawn(program(*checks, MOV, EXIT))
    to_exit = [route for route in found.edges if route.target == 6 and route.kind == "taken"]
    buses = [route.bus for route in to_exit[:-1]]
    assert len(set(buses)) == 1
    assert buses[0] is not None
    assert len({route.points[-1] for route in to_exit[:-1]}) == 1
    assert crossings((route.target, route.points) for route in found.edges) == 0


def test_subprograms_stand_below_one_another() -> None:
    found = drawn(program(Call(CallKind.LOCAL, 1), EXIT, MOV, EXIT))
    assert found.blocks[1].y > found.blocks[0].bottom


def test_narrow_blocks_get_room_for_their_lines() -> None:
    found = drawn(program(branch(1), branch(0), EXIT), Size(1, 1))
    assert all(box.width >= 60 and box.height >= 24 for box in found.blocks.values())
    assert faults(found) == []


def test_nothing_is_drawn_as_an_empty_page() -> None:
    assert drawn(program()).blocks == {}


def test_too_many_blocks_are_refused_with_what_to_do_instead() -> None:
    with pytest.raises(HookscopeError, match="4,001 basic blocks") as refused:
        drawn(program(*[branch(0)] * MAX_BLOCKS, EXIT))
    assert "hookscope cfg" in (refused.value.diagnostic.hint or "")


@pytest.mark.parametrize(
    ("lines", "size"), [((), (60, 30)), (("exit",), (60, 30)), (("x" * 20, ""), (165, 46))]
)
def test_a_block_is_as_large_as_its_text(lines: Sequence[str], size: tuple[int, int]) -> None:
    assert (measure(lines).width, measure(lines).height) == size


def spoilt(found: Layout, route: int, **changes: object) -> Layout:
    edges = list(found.edges)
    edges[route] = replace(edges[route], **changes)  # type: ignore[arg-type]
    return replace(found, edges=tuple(edges))


def test_the_check_for_faults_finds_each_of_them() -> None:
    found = drawn(program(branch(1), branch(0), EXIT))
    first, second, third = (found.blocks[block] for block in range(3))
    through = ((first.x + 20, first.bottom), (first.x + 20, third.y))
    assert any("through block 1" in fault for fault in faults(spoilt(found, 0, points=through)))
    slanted = ((first.x + 20, first.bottom), (second.x + 21, second.y))
    assert any("slanted" in fault for fault in faults(spoilt(found, 0, points=slanted)))
    same = spoilt(found, 3, points=found.edges[2].points)
    assert any("overlap" in fault for fault in faults(same))
    away = ((first.x - 5, first.bottom), (first.x - 5, second.y))
    assert any("does not begin" in fault for fault in faults(spoilt(found, 0, points=away)))
    moved = replace(found, blocks={**found.blocks, 1: Box(first.x, first.y, 60, 30)})
    assert any("blocks 0 and 1 overlap" in fault for fault in faults(moved))


def test_crossings_count_points_not_members_of_a_bus() -> None:
    across = (1, [(0, 5), (10, 5)])
    assert crossings([across, (2, [(5, 0), (5, 10)])]) == 1
    assert crossings([across, (2, [(5, 0), (5, 10)]), (2, [(5, 2), (5, 10)])]) == 1
    assert crossings([across, (1, [(5, 0), (5, 10)])]) == 0
    assert crossings([across, (2, [(5, 5), (5, 10)])]) == 0
