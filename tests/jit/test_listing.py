"""The listing against a decoder that knows nothing of rows: every byte, every text, every distance."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import capstone
import pytest

from app.workbench.native import NativeLine, guarded_listing, listing
from tests.jit.forms import program as drawn
from tests.jit.images import chosen
from tests.kernel_runs.test_replay import setup_of
from vm.asm import assemble
from vm.encoding import decode
from vm.instruction import Goto, Jump
from vm.jit.arch import Arch
from vm.jit.kernel_form import compile_kernel_form
from vm.jit.proof import Proof
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.uapi.prog_types import ProgType

PARTS = 4
DRAWN = 40
_DECODERS = {
    Arch.X86_64: (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
    Arch.AARCH64: (capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM),
}


def decoded(code: bytes, arch: Arch, start: int = 0) -> list[tuple[int, bytes, str, str]]:
    """Address, bytes, mnemonic and operands of each instruction of code that stands at ``start``."""
    found = capstone.Cs(*_DECODERS[arch]).disasm_lite(code, start)
    return [(at, code[at - start : at - start + size], verb, ops) for at, size, verb, ops in found]


def differences(lines: tuple[NativeLine, ...], arch: Arch) -> Iterator[str]:
    """Where the listing says something else than the decoder reads in the bytes as a whole."""
    code = b"".join(line.code for line in lines)
    read = decoded(code, arch)
    if sum(len(part) for _, part, _, _ in read) != len(code):
        yield f"decoded {sum(len(part) for _, part, _, _ in read)} of {len(code)} bytes"
    starts = {at for at, _, _, _ in read} | {len(code)}
    for line, (at, part, verb, operands) in zip(lines, read, strict=True):
        if (line.at, line.code) != (at, part):
            yield f"{line.at:#x}: listed as {line.code.hex()}, decoded as {part.hex()} at {at:#x}"
        elif line.symbol or line.blank:
            if line.text.split()[0] != verb:
                yield f"{at:#x}: {line.text} names what the decoder calls {verb}"
        elif line.text != f"{verb} {operands}".strip():
            yield f"{at:#x}: {line.text}, decoded as {verb} {operands}"
        elif _is_jump(verb, operands) and int(operands.removeprefix("#"), 0) not in starts:
            yield f"{at:#x}: {line.text} leads into an instruction"


def _is_jump(verb: str, operands: str) -> bool:
    """Whether it jumps by a distance; through a register it does not."""
    by_distance = operands.removeprefix("#").startswith(("0x", *"0123456789"))
    return by_distance and (verb == "b" or verb.startswith(("b.", "j")))


def astray(compiled: Compiled) -> Iterator[str]:
    """Jumps whose machine code leads elsewhere than to the code of their target."""
    for function in compiled.functions:
        starts = {row.slot: row.start for row in function.rows}
        for row in function.rows:
            if row.slot is None or not row.code:
                continue
            insn = compiled.rewritten.insns[row.slot]
            if isinstance(insn, Jump | Goto):
                *_, (_, _, verb, operands) = decoded(row.code, compiled.arch, row.start)
                to = int(operands.removeprefix("#"), 0)
                if to != starts[row.slot + 1 + insn.off]:
                    yield f"slot {row.slot}: {verb} leads to {to:#x}"


def recorded(part: int) -> Iterator[Program]:
    """The programs whose images are recorded."""
    for record in islice(chosen(), part, None, PARTS):
        yield setup_of(record).programs[0]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("arch", Arch)
def test_recorded_programs_are_listed_as_decoded(arch: Arch, part: int) -> None:
    for program in recorded(part):
        compiled = compile_program(program, arch=arch)
        assert isinstance(compiled, Compiled)
        assert not list(astray(compiled)), program.name
        for lines in listing(compiled):
            assert not list(differences(lines, arch)), program.name


@pytest.fixture(scope="module")
def frame() -> Compiled:
    """A compiled program whose code is replaced."""
    program = assemble("r0 = 0\nexit").program
    assert program is not None
    compiled = compile_program(program)
    assert isinstance(compiled, Compiled)
    return compiled


@pytest.mark.parametrize("arch", Arch)
def test_every_form_of_instruction_is_listed_as_decoded(arch: Arch, frame: Compiled) -> None:
    for seed in range(DRAWN):
        rewritten = drawn(seed)
        functions = compile_kernel_form(rewritten, arch)
        compiled = replace(frame, rewritten=rewritten, functions=functions, arch=arch)
        assert not list(astray(compiled)), seed
        for lines in listing(compiled):
            assert not list(differences(lines, arch)), seed


@pytest.mark.parametrize("part", range(PARTS))
def test_the_guarded_form_is_listed_as_decoded(part: int) -> None:
    for program in recorded(part):
        for proof in (None, Proof(frozenset(range(len(program.insns))), frozenset())):
            assert not list(differences(guarded_listing(program, proof), Arch.X86_64)), program.name


def test_every_form_of_instruction_is_listed_in_the_guarded_form() -> None:
    for seed in range(DRAWN):
        slots = drawn(seed, kernels_own=False).slots
        program = Program(f"drawn {seed}", ProgType.XDP, slots, decode(slots))
        assert not list(differences(guarded_listing(program, None), Arch.X86_64)), seed
