"""``hookscope verify`` and ``hookscope compare`` as a person or a script would use them."""

import json
from pathlib import Path

import pytest

from app.cli import verify
from app.linux import bpf
from tests.app.cli.test_commands import EXAMPLES, MOV_EXIT, hookscope

LEAK = "r0 = r1\nexit"
UNSET = "9500000000000000"
OBJECTS = Path(__file__).parents[2] / "data/asm/objects"
on_kernel = [
    pytest.mark.kernel,
    pytest.mark.skipif(bpf.unavailable() is not None, reason=bpf.unavailable() or ""),
]


def test_an_accepted_program_ends_with_status_0() -> None:
    code, out, _ = hookscope("verify", "-", given=MOV_EXIT)
    assert code == 0
    assert out.startswith("program (xdp): accepted (2 instructions processed")


def test_a_rejected_program_is_explained_with_its_place() -> None:
    code, out, _ = hookscope("verify", str(EXAMPLES / "null_value/program.bpf"))
    assert code == 1
    assert "Linux says\n  R0 invalid mem access 'map_value_or_null'" in out
    assert "   13 | " in out
    assert "^^^^^^^" in out
    assert "A fix that works: compare with 0 behind line 11" in out
    assert "It really can go wrong" in out


def test_a_rejection_as_data_holds_its_explanation() -> None:
    _, out, _ = hookscope("verify", str(EXAMPLES / "null_value/program.bpf"), "--json")
    row = json.loads(out)
    assert (row["pc"], row["explanation"]["kind"], row["explanation"]["place"]["line"]) == (
        7,
        "mem-maybe-null",
        13,
    )
    assert row["explanation"]["patches"][0]["kind"] == "null-check"
    assert row["explanation"]["witness"]["how"] == "fault"


def test_the_log_is_printed_at_its_level() -> None:
    _, out, _ = hookscope("verify", "-", "--log", "2", given=MOV_EXIT)
    assert "0: (b7) r0 = 2                        ; R0=2\n" in out
    assert "processed 2 insns (limit 1000000)" in out


def test_json_has_a_line_for_every_program() -> None:
    code, out, _ = hookscope("verify", str(EXAMPLES / "tail_calls/program.bpf"), "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["program"] for row in rows] == ["dispatch", "count_tcp", "count_udp"]
    assert all(row["accepted"] and row["errno"] is None for row in rows)


def test_an_object_file_is_verified() -> None:
    code, out, _ = hookscope("verify", str(OBJECTS / "count.o"))
    assert (code, out.split(":")[0]) == (0, "count_flows (xdp)")


def test_profiles_differ() -> None:
    assert hookscope("verify", "-", "--profile", "root", given=LEAK)[0] == 0
    code, out, _ = hookscope("verify", "-", "--profile", "no-perfmon", given=LEAK)
    assert code == 1
    assert "R0 leaks addr as return value" in out


@pytest.mark.parametrize("arguments", [("--attach-type", "xdpp"), ("--log", "9"), ("--profile", "nobody")])
def test_a_wrong_option_is_said(arguments: tuple[str, ...]) -> None:
    code, _, err = hookscope("verify", "-", *arguments, given=MOV_EXIT)
    assert code != 0
    assert arguments[1] in err


def test_compare_says_why_the_kernel_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_forbidden", lambda: "only root may ask it")
    code, _, err = hookscope("compare", "-", given=MOV_EXIT)
    assert (code, err) == (2, "this machine's kernel cannot be asked: only root may ask it\n")


class TestOnKernel:
    pytestmark = on_kernel

    def test_both_verdicts_logs_and_runs_are_compared(self) -> None:
        code, out, _ = hookscope("compare", "-", "--packet", "00" * 64, given=MOV_EXIT)
        assert code == 0
        assert out.count("accepted") == 2
        assert "the logs are the same" in out
        assert "packet 1: Hookscope 0x2, Linux 0x2" in out

    def test_the_words_of_a_refusal_are_compared(self) -> None:
        code, out, _ = hookscope("compare", "-", given=UNSET)
        assert code == 0
        assert out.count("rejected with EACCES: R0 !read_ok") == 2

    def test_a_loader_without_perfmon_is_asked_as_such(self) -> None:
        _, out, _ = hookscope("compare", "-", "--profile", "no-perfmon", given=LEAK)
        assert out.count("rejected with EACCES") == 2
