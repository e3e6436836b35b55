"""The kinds differences of logs are counted as, and the mask that makes logs comparable."""

import pytest

from app.linux.log import error_line, figures, masked
from tests.verifier.classes import first_difference, kind_of_log_difference, template

STATE = "3: (bf) r2 = r1 ; R1=scalar(smin=0,smax=umax=5,var_off=(0x0; 0x7)) R2=pkt(off=8,r=0)"


@pytest.mark.parametrize(
    ("ours", "kind"),
    [
        (STATE, "same"),
        (STATE.replace("umax=5", "umax=6"), "instruction: R: scalar(smax,umax)"),
        (STATE.replace("0x7", "0x3"), "instruction: R: scalar(var_off)"),
        (STATE.replace(" R2=pkt(off=8,r=0)", ""), "instruction: lacks R"),
        (
            STATE.replace("R1=scalar(smin=0,smax=umax=5,var_off=(0x0; 0x7))", "R1=7"),
            "instruction: R: scalar shown as N",
        ),
        ("", "instruction; we print end of log"),
    ],
)
def test_a_difference_is_put_into_its_class(ours: str, kind: str) -> None:
    assert kind_of_log_difference(ours, STATE) == kind


def test_the_first_line_that_differs_is_found_past_the_end_too() -> None:
    assert first_difference("a\nb", "a\nb\nc") == (3, "", "c")
    assert first_difference("a", "a") is None


def test_numbers_do_not_make_another_class() -> None:
    assert (
        template("R3 off=-8 size=4 at 0xffff")
        == template("R5 off=0 size=1 at 0x12")
        == "RN off=N size=N at N"
    )


def test_addresses_of_maps_and_times_are_masked_and_nothing_else() -> None:
    log = (
        "1: (18) r1 = 0xffff88810a2b3c00       ; R1=scalar(umax=0xffffffffffffffff)\n"
        "verification time 7 usec\n"
    )
    assert masked(log) == "1: (18) r1 = MAP       ; R1=scalar(umax=0xffffffffffffffff)\n"


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("0: (95) exit\nR0 !read_ok\nprocessed 1 insns (limit 1000000)\n", "R0 !read_ok"),
        (
            "3: (05) goto pc-1\ninfinite loop detected at insn 3\ncur state: R1=ctx()\n",
            "infinite loop detected at insn 3",
        ),
        (
            "BPF program is too large. Processed 1000001 insnprocessed 5 insns (",
            "BPF program is too large. Processed 1000001 insn",
        ),
        ("0: (b7) r0 = 0 ; R0=0\n", ""),
    ],
)
def test_the_line_that_refuses_is_the_last_that_is_not_the_walk(log: str, line: str) -> None:
    assert error_line(log) == line


def test_figures_are_read_from_the_end() -> None:
    text = (
        "stack depth 16+8\nprocessed 9 insns (limit 1000000) "
        "max_states_per_insn 1 total_states 3 peak_states 2 mark_read 0"
    )
    found = figures(text)
    assert (found.processed, found.total_states, found.peak_states, found.stack_depths) == (9, 3, 2, "16+8")
