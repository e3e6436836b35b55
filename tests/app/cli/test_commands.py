"""The command line as a person or a script would use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main

EXAMPLES = Path(__file__).parents[3] / "lessons/examples"
MOV_EXIT = "b7000000020000009500000000000000"


def hookscope(*arguments: str, given: str | bytes = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(main, list(arguments), input=given)
    return result.exit_code, result.stdout, result.stderr


def test_asm_prints_hex_an_instruction_a_line() -> None:
    assert hookscope("asm", "--hex", "-", given="r0 = 2\nexit") == (
        0,
        "b700000002000000\n9500000000000000\n",
        "",
    )


def test_asm_writes_raw_bytes(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    assert hookscope("asm", "-", "-o", str(target), given="r0 = 2\nexit")[0] == 0
    assert target.read_bytes().hex() == MOV_EXIT


def test_asm_tells_all_mistakes_with_line_and_column() -> None:
    code, _, err = hookscope("asm", "--hex", "-", given="r0 = 2\ncall bpf_map_lookup_elm\nexitt")
    assert code == 1
    assert "2:6: error" in err
    assert "did you mean `bpf_map_lookup_elem`?" in err
    assert "3:1: error" in err


@pytest.mark.parametrize("given", [MOV_EXIT, bytes.fromhex(MOV_EXIT)])
def test_disasm_takes_hex_and_raw_bytes(given: str | bytes) -> None:
    code, out, _ = hookscope("disasm", "-", given=given)
    assert (code, [line.split(": ")[1] for line in out.splitlines()]) == (0, ["r0 = 0x2", "exit"])


def test_disasm_of_half_a_slot_is_refused() -> None:
    code, _, err = hookscope("disasm", "-", given="b700")
    assert (code, "8-byte slots" in err) == (1, True)


def test_cfg_ends_with_1_for_what_linux_refuses() -> None:
    code, out, err = hookscope("cfg", "-", given="goto +1\nr0 = 1\nexit")
    assert (code, "unreachable insn 1" in err) == (1, True)
    assert out


def test_cfg_speaks_graphviz() -> None:
    assert hookscope("cfg", "--dot", "-", given="r0 = 1\nexit")[1].startswith("digraph")


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_example_runs(example: str) -> None:
    path = EXAMPLES / example / "program.bpf"
    code, out, err = hookscope("run", "--force", str(path), "--packet", "00" * 64)
    assert (code, err) == (0, "")
    assert out.startswith("packet 1:")


def test_run_shows_the_eleventh_syn_dropped_and_reported() -> None:
    _, out, _ = hookscope("run", str(EXAMPLES / "syn_guard/program.bpf"), "--sample", "syn-burst")
    assert "XDP_DROP after 35 steps\n  trace_pipe: 203.0.113.7 on 1 sent 11 SYNs" in out
    assert "203.0.113.7: 15" in out


@pytest.mark.parametrize("name", ["syn_guard", "null_value", "checksum_loop"])
def test_native_code_prints_what_the_machine_comes_to(name: str) -> None:
    """But for what only a recorded run can tell: the kernel's words of a fault."""
    arguments = ("run", "--force", str(EXAMPLES / name / "program.bpf"), "--sample", "mixed-web")
    alone, native = hookscope(*arguments), hookscope(*arguments, "--engine", "native")
    heads = ("packet ", "map ", "  XDP_")
    told = [[line for line in out.splitlines() if line.startswith(heads)] for _, out, _ in (alone, native)]
    assert told[0] == told[1]
    assert (alone[0], native[0], len(told[0]) > 5) == (0, 0, True)


def test_native_code_tells_no_steps() -> None:
    code, _, err = hookscope("run", "-", "--steps", "--engine", "native", given="r0 = 1\nexit")
    assert (code, "no steps" in err) == (1, True)


def test_run_tells_each_step() -> None:
    _, out, _ = hookscope("run", "-", "--steps", "--packet", "00" * 14, given="r0 = XDP_DROP\nexit")
    assert "pc 0 set r0 to 1" in out
    assert "XDP_DROP after 2 steps" in out


def test_run_refuses_what_linux_would_and_names_the_way_round() -> None:
    code, _, err = hookscope("run", "-", "--packet", "00" * 14, given="r0 = 1\ngoto +5\nexit")
    assert code == 1
    assert "--force" in err


def test_a_fault_is_shown_as_the_oops_it_would_have_been() -> None:
    _, out, _ = hookscope("run", str(EXAMPLES / "null_value/program.bpf"), "--packet", "00" * 64)
    assert "BUG: kernel NULL pointer dereference" in out


def test_map_prints_declared_maps() -> None:
    _, out, _ = hookscope("map", str(EXAMPLES / "tail_calls/program.bpf"))
    found = [json.loads(line) for line in out.splitlines()]
    assert [(one["name"], one["type"]) for one in found] == [("jump_table", "prog_array"), ("hits", "array")]


@pytest.mark.parametrize(
    ("arguments", "given", "expected"),
    [
        (("plugin",), MOV_EXIT, (0, "2\n")),
        (("plugin", "aa  bb  11  22  "), "61100000000000009500000000000000", (0, "2211bbaa\n")),
        (("plugin", "aa  bb  11  22  ", "--some-option"), MOV_EXIT, (0, "2\n")),
        (("plugin",), "b70a0000020000009500000000000000", (1, "")),
        (("plugin",), "zz", (1, "")),
    ],
)
def test_plugin_speaks_the_conformance_protocol(
    arguments: tuple[str, ...], given: str, expected: tuple[int, str]
) -> None:
    code, out, _ = hookscope(*arguments, given=given + "\n")
    assert (code, out) == expected


def test_batch_answers_a_line_for_a_line() -> None:
    line = json.dumps({"id": 1, "op": "run", "insns": MOV_EXIT, "packets": ["00" * 14]})
    _, out, _ = hookscope("batch", given=f"{line}\nnonsense\n{line}\n")
    assert [json.loads(answer).get("id") for answer in out.splitlines()] == [1, None, 1]


@pytest.mark.parametrize("verb", ["asm", "disasm", "cfg", "run", "map"])
def test_a_missing_file_is_said(verb: str) -> None:
    code, _, err = hookscope(verb, "/nowhere/at/all")
    assert code == 2
    assert "cannot read /nowhere/at/all: No such file or directory" in err


@pytest.mark.parametrize("verb", ["asm", "disasm", "cfg", "run", "map"])
@pytest.mark.parametrize("given", [b"", b"\0" * 8, bytes(range(256)), b"\xff" * 1000, "é".encode() * 100])
def test_garbage_never_ends_in_a_traceback(verb: str, given: bytes) -> None:
    result = CliRunner().invoke(main, [verb, "-"], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
