"""Whole programs through the walk: verdicts, last lines and counts as Linux 6.18 gave them."""

import pytest

from vm.encoding import decode, unpack
from vm.program import Program
from vm.uapi.errno import Errno
from vm.uapi.prog_types import ProgType
from vm.verifier import Options, Report, verify

EXIT = "9500000000000000"
R0_0 = "b700000000000000"


def answer(code: str, prog_type: ProgType = ProgType.SOCKET_FILTER, level: int = 6) -> Report:
    slots = unpack(bytes.fromhex(code))
    return verify(Program("test", prog_type, slots, decode(slots)), Options(log_level=level))


def test_the_shortest_program_is_accepted() -> None:
    report = answer(R0_0 + EXIT)
    assert report.accepted
    assert report.errno is None
    assert report.processed == 2


def test_the_log_of_the_shortest_program() -> None:
    assert answer(R0_0 + EXIT).log == (
        "func#0 @0\n"
        "Live regs before insn:\n"
        "      0: .......... (b7) r0 = 0\n"
        "      1: 0......... (95) exit\n"
        "0: R1=ctx() R10=fp0\n"
        "0: (b7) r0 = 0                        ; R0=0\n"
        "1: (95) exit\n"
        "stack depth 0\n"
        "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n"
    )


@pytest.mark.parametrize(
    ("code", "errno", "error"),
    [
        (EXIT, Errno.EACCES, "R0 !read_ok"),
        ("bf20000000000000" + EXIT, Errno.EACCES, "R2 !read_ok"),
        ("0500ffff00000000" + EXIT, Errno.EINVAL, "unreachable insn 1"),
        (
            "b70000000000000005000000000000000500feff00000000",
            Errno.EINVAL,
            "infinite loop detected at insn 1",
        ),
        (R0_0 + "7100000000000000" + EXIT, Errno.EACCES, "R0 invalid mem access 'scalar'"),
    ],
)
def test_refusals(code: str, errno: Errno, error: str) -> None:
    report = answer(code)
    assert (report.accepted, report.errno, report.error) == (False, errno, error)


def test_a_bounded_loop_is_walked_to_its_end() -> None:
    count_to_ten = "b701000000000000" + "0701000001000000" + "a501feff0a000000"
    report = answer(count_to_ten + R0_0 + EXIT)
    assert report.accepted
    assert report.processed == 1 + 2 * 10 + 2


def test_the_budget_is_kept() -> None:
    slots = unpack(bytes.fromhex("b701000000000000" + "0701000001000000" + "0500feff00000000"))
    report = verify(Program("test", ProgType.XDP, slots, decode(slots)), Options(limit=500))
    assert not report.accepted
    assert (report.errno, report.category) == (Errno.E2BIG, "limits")


def test_what_is_spilled_is_filled() -> None:
    spill = "b701000007000000" + "7b1af8ff00000000" + "79a0f8ff00000000"
    report = answer(spill + EXIT)
    assert report.accepted
    assert "R0=7 R10=fp0 fp-8=7" in report.log
