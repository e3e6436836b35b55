"""The drawing with its text, as the browser gets it."""

from dataclasses import asdict
from json import dumps

from hypothesis import given

from tests.vm.cfg.programs import EXIT, MOV, branch, garbage, jumpy, program
from vm.asm import assemble
from vm.cfg.drawing import draw
from vm.cfg.layout import MAX_BLOCKS, measure
from vm.program import Program

SOURCE = """
.map counts hash key=u32 value=u64 entries=16
.map state array key=u32 value=u64 entries=1
  r2 = *(u32 *)(r1 + 0)
  if r2 > 5 goto out
again:
  r1 = counts ll
  r2 = state[0] + 4 ll
  call twice
  call bpf_get_prandom_u32
  if r0 > 3 goto again
  goto +0
out:
  r0 = 2
  exit
twice:
  r0 = 1
  exit
"""


def assembled() -> Program:
    found = assemble(SOURCE)
    assert found.program is not None, found.diagnostics
    return found.program


def test_blocks_show_pseudo_c_with_names() -> None:
    drawing = draw(assembled())
    assert [block.lines for block in drawing.blocks] == [
        ("r2 = *(u32 *)(r1 +0)", "if r2 > 0x5 goto out"),
        (
            "r1 = counts ll",
            "r2 = state[0] + 4 ll",
            "call twice",
            "call bpf_get_prandom_u32",
            "if r0 > 0x3 goto again",
        ),
        ("goto out",),
        ("r0 = 2", "exit"),
        ("r0 = 1", "exit"),
    ]


def test_blocks_say_where_they_are() -> None:
    again = draw(assembled()).blocks[1]
    assert (again.label, again.head, again.function) == ("again", "2–8  again", "program")
    assert (again.first, again.last, again.pcs) == (2, 8, (2, 4, 6, 7, 8))
    assert (again.reachable, again.loop_depth) == (True, 1)


def test_calls_are_listed_apart_from_lines() -> None:
    drawing = draw(assembled())
    assert [(call.source, call.target, call.kind, call.pc) for call in drawing.calls] == [(1, 4, "call", 6)]
    assert {edge.kind for edge in drawing.edges} == {"taken", "fallthrough", "jump"}


def test_a_long_block_shows_its_beginning_and_its_end() -> None:
    long = program(*[MOV] * 30, EXIT)
    assert draw(long, lines=4).blocks[0].lines == ("r0 = 0", "r0 = 0", "… 28 more", "exit")
    assert draw(long, lines=1).blocks[0].lines == ("exit",)
    assert len(draw(long).blocks[0].pcs) == 31


@given(garbage)
def test_every_block_has_room_for_its_text(found: Program) -> None:
    drawing = draw(found)
    for block in drawing.blocks:
        needed = measure((block.head, *block.lines))
        assert block.width >= needed.width
        assert block.height >= needed.height
        assert len(block.lines) <= max(len(block.pcs), 1)


@given(jumpy())
def test_a_drawing_is_plain_data(found: Program) -> None:
    assert dumps(asdict(draw(found)))


def test_too_much_is_not_drawn_and_says_so() -> None:
    drawing = draw(program(*[branch(0)] * MAX_BLOCKS, EXIT))
    assert drawing.blocks == ()
    assert drawing.note == "4,001 basic blocks are too many to draw; the limit is 4,000."
