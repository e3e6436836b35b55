"""The bpf_conformance plugin protocol, spoken by `hookscope plugin` as the suite's runner speaks it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.plugin import plugin
from tests.conformance.case import read
from tests.conformance.test_conformance import files
from vm.encoding import pack


def _hex(data: bytes) -> str:
    """Bytes as the runner writes them: two digits and two blanks each."""
    return "".join(f"{byte:02x}  " for byte in data)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_plugin_answers_r0(path: Path) -> None:
    case = read(path)
    code = _hex(pack(case.program().slots)) + "\n"
    answer = CliRunner().invoke(plugin, [_hex(case.memory)] if case.memory else [], input=code)
    assert answer.exit_code == 0, answer.output
    assert int(answer.stdout, 16) == case.result


def test_the_plugin_says_why_it_refuses() -> None:
    reserved = "07 10 00 00 00 00 00 00  95 00 00 00 00 00 00 00"
    answer = CliRunner().invoke(plugin, [], input=reserved + "\n")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", "BPF_ALU uses reserved fields\n")


def test_the_plugin_says_what_fault_ended_the_run() -> None:
    null = "79 10 00 00 00 00 00 00  95 00 00 00 00 00 00 00"
    answer = CliRunner().invoke(plugin, [], input=null + "\n")
    assert answer.exit_code == 1
    assert "the pointer is null" in answer.stderr
