"""The way between lines and slots, and the shape of the answer."""

import pickle

import pytest

from tests.shared_data import shared
from tests.vm.asm.test_forms import program
from vm.asm import SourceMap, assemble
from vm.program import MapSpec
from vm.source import Span
from vm.uapi.map_types import MapType

TEXT = """; a program
        r1 = 5 ll       ; two slots

start:  r0 = 0          // one
   7: (b7) r2 = 1
        exit
"""


def test_lines_and_slots() -> None:
    found = assemble(TEXT).source_map
    assert [found.line_of(pc) for pc in range(6)] == [2, 2, 4, 5, 6, None]
    assert [list(found.slots_of(line)) for line in range(1, 8)] == [[], [0, 1], [], [2], [3], [4], []]
    assert [found.slot_at_or_after(line) for line in (1, 3, 5, 6, 7)] == [0, 2, 3, 4, None]


def test_spans_leave_out_labels_prefixes_and_comments() -> None:
    spans = program(TEXT).spans
    assert dict(spans) == {
        0: Span(2, 8, 17), 1: Span(2, 8, 17), 2: Span(4, 8, 14), 3: Span(5, 11, 17), 4: Span(6, 8, 12),
    }  # fmt: skip
    with pytest.raises(KeyError):
        spans[5]
    with pytest.raises(KeyError):
        spans[-1]


def test_a_program_travels_between_processes() -> None:
    found = program(TEXT)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert again.slots == found.slots
    assert dict(again.spans) == dict(found.spans)
    assert isinstance(again.spans, SourceMap)


def test_an_empty_answer() -> None:
    found = assemble("")
    assert (found.ok, found.program, found.partial, len(found.source_map)) == (False, None, None, 0)
    assert len(found.errors) == 1


@pytest.mark.skipif(
    shared("design/lesson-example") is None, reason="the shared data lacks design/lesson-example"
)
def test_the_lessons_programs_assemble() -> None:
    folder = shared("design/lesson-example")
    assert folder is not None
    files = sorted(folder.rglob("*.bpf"))
    assert len(files) == 8
    for file in files:
        assembly = assemble(file.read_text())
        assert not assembly.diagnostics, file
        assert assembly.program is not None
        assert (assembly.program.name, assembly.program.maps[0].name) == ("proto_count", "counts")


@pytest.mark.skipif(shared("data/examples") is None, reason="the shared data lacks data/examples")
@pytest.mark.parametrize(("name", "slots"), [("syn_guard", 49), ("vlan_proto", 41)])
def test_the_examples_assemble_with_their_maps(name: str, slots: int) -> None:
    folder = shared("data/examples")
    assert folder is not None
    counts = [MapSpec(each, MapType.HASH, 4, 8, 1024) for each in ("syn_count", "proto_count", "fmt")]
    assembly = assemble((folder / f"{name}.bpf").read_text(), maps=counts)
    assert not assembly.diagnostics
    assert assembly.program is not None
    assert (assembly.program.name, assembly.program.hook) == (name, "xdp")
    assert len(assembly.program.slots) == slots


NEGATIVE = shared("data/bpf_conformance/negative")


@pytest.mark.skipif(NEGATIVE is None, reason="the shared data lacks data/bpf_conformance/negative")
def test_what_bpf_conformance_refuses_is_refused() -> None:
    """Of the 15 files about the assembler,
    two hold programs that assemble: they test the runner's comparison."""
    assert NEGATIVE is not None
    files = [file for file in NEGATIVE.glob("*.data") if not file.name.startswith("unused-")]
    taken = {file.name for file in files if assemble(asm_of(file.read_text())).ok}
    assert len(files) == 15
    assert taken == {"error.data", "incorrect_return_value_high_bits.data"}


def asm_of(text: str) -> str:
    """The lines behind ``-- asm``, to the next section that the format knows."""
    rows = iter(text.split("\n"))
    for row in rows:
        if row.startswith("-- asm"):
            break
    found = []
    for row in rows:
        if row in ("-- result", "-- error", "-- mem", "-- raw"):
            break
        found.append(row)
    return "\n".join(found)
