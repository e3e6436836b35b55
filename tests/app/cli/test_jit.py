"""``hookscope jit`` on a command line."""

from pathlib import Path

from click.testing import CliRunner

from app.cli import main

_COUNT = """.hook xdp
.map hits array key=u32 value=u64 entries=4
*(u32 *)(r10 - 4) = 0
r2 = r10
r2 += -4
r1 = hits ll
call bpf_map_lookup_elem
if r0 == 0 goto out
r1 = 1
lock *(u64 *)(r0 + 0) += r1
out:
r0 = XDP_PASS
exit
"""


def _run(tmp_path: Path, text: str, *options: str) -> tuple[int, str]:
    source = tmp_path / "p.bpf"
    source.write_text(text)
    found = CliRunner().invoke(main, ["jit", str(source), *options])
    return found.exit_code, found.output


def test_the_listing_puts_native_code_under_the_instruction_it_is_of(tmp_path: Path) -> None:
    code, output = _run(tmp_path, _COUNT)
    lines = [line.split(maxsplit=1)[1] if line.strip() else "" for line in output.splitlines()]
    at = next(n for n, line in enumerate(output.splitlines()) if "lock *(u64" in line)
    assert code == 0
    assert "f0 48 01 78 00" in lines[at + 1]
    assert "cmp rax, 4" in output, "the lookup is written out"
    assert "jmp __x86_return_thunk" in output


def test_hex_is_a_line_per_function(tmp_path: Path) -> None:
    code, output = _run(tmp_path, "call f\nr0 = 0\nexit\nf:\nr0 = 1\nexit\n", "--hex")
    assert code == 0
    assert len([bytes.fromhex(line) for line in output.split()]) == 2


def test_what_the_verifier_refuses_is_not_compiled(tmp_path: Path) -> None:
    code, output = _run(tmp_path, "r0 = r7\nexit\n")
    assert code == 1
    assert "R7 !read_ok" in output


def test_the_guarded_form_checks_what_a_proof_does_not_save(tmp_path: Path) -> None:
    _, checked = _run(tmp_path, _COUNT, "--form", "guarded")
    code, proved = _run(tmp_path, _COUNT, "--form", "guarded", "--proved")
    assert code == 0
    assert "cmp r11, " in checked
    assert "cmp r11, " not in proved


def test_the_guarded_form_takes_programs_the_verifier_refuses(tmp_path: Path) -> None:
    code, output = _run(tmp_path, "r0 = *(u64 *)(r7 + 0)\nexit\n", "--form", "guarded")
    assert code == 0
    assert "[r12 + r10" in output


def test_aarch64_is_another_machines_code(tmp_path: Path) -> None:
    code, output = _run(tmp_path, _COUNT, "--arch", "aarch64")
    assert code == 0
    assert "bytes of AArch64" in output
    assert "paciasp" in output
    assert "cmp x7, #4" in output, "the lookup is written out"
    assert "stadd x0, [x7]" in output


def test_aarch64_has_no_guarded_form(tmp_path: Path) -> None:
    code, output = _run(tmp_path, _COUNT, "--arch", "aarch64", "--form", "guarded")
    assert code == 2
    assert "only on x86_64" in output
