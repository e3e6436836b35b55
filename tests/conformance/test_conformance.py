"""The bpf_conformance suite: every program leaves in r0 what its file says."""

import json
from pathlib import Path

import pytest

from tests.conformance.case import read
from tests.shared_data import shared
from vm.asm import assemble
from vm.encoding import decode, unpack
from vm.kernel.bare import refusal, run_bare
from vm.program import Program
from vm.uapi.prog_types import ProgType

OURS = Path(__file__).parent / "cases"
SUITE = "data/bpf_conformance/tests"


def files() -> list[Path]:
    """Our cases, and those of the suite where it is at hand."""
    suite = shared(SUITE)
    return sorted(OURS.glob("*.data")) + (sorted(suite.glob("*.data")) if suite else [])


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_r0(path: Path) -> None:
    case = read(path)
    program = case.program()
    assert refusal(program) is None
    ended, fault = run_bare(program, case.memory)
    assert fault is None, fault
    assert (ended.how, ended.value) == ("exit", case.result)


@pytest.mark.skipif(shared(SUITE) is None, reason=f"the shared data lacks {SUITE}")
def test_the_whole_suite_was_found() -> None:
    suite = shared(SUITE)
    assert suite is not None
    assert len(list(suite.glob("*.data"))) == 313


def _negatives() -> list[dict[str, str]]:
    found = shared("data/bpf_conformance/negative-kernel.json")
    rows: list[dict[str, str]] = json.loads(found.read_text()) if found else []
    return rows


@pytest.mark.parametrize("row", _negatives(), ids=lambda row: row["file"])
def test_what_uses_reserved_fields_is_refused(row: dict[str, str]) -> None:
    slots = unpack(bytes.fromhex(row["insns"]))
    broken = refusal(Program(row["file"], ProgType.UNSPEC, slots, decode(slots)))
    assert broken is not None
    if row["error"] != "R0 !read_ok":  # found first by data flow; what is meant is the reserved field
        assert broken.message == row["error"]
    else:
        assert broken.message == "BPF_JMP/JMP32 uses reserved fields"


NEGATIVE = shared("data/bpf_conformance/negative")
OTHERS = [path for path in sorted(NEGATIVE.glob("*.data")) if "unused" not in path.name] if NEGATIVE else []


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_other_negative_files_do_not_pass(path: Path) -> None:
    """Twelve do not assemble; the rest ask for a result or a message that a right machine does not give."""
    case = read(path)
    assembly = assemble(case.asm, prog_type=ProgType.UNSPEC)
    if assembly.program is None:
        return
    assert not path.name.startswith("invalid_") or path.name == "invalid_imm32_dec_range.data"
    ended, _ = run_bare(assembly.program, case.memory)
    assert ended.how != "exit" or case.error is not None or ended.value != case.result
