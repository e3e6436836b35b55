"""LLVM's word on our AArch64 instructions: ``tests/data/jit/a64.tsv.xz`` holds a text and its bytes per line.

The texts are what the listing shows, the bytes what ``llvm-mc`` makes of them.
"""

import lzma
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import capstone

from tests.jit.forms import program
from tests.kernel_runs.recorded import read as read_runs
from tests.kernel_runs.test_replay import setup_of
from vm.jit.arch import Arch
from vm.jit.kernel_form import NativeFunction, compile_kernel_form
from vm.kernel.native import Compiled, compile_program

GOLDEN = Path(__file__).parents[1] / "data/jit/a64.tsv.xz"
GENERATED = 60
"""Programs drawn of every form of instruction."""
_DECODER = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
_ENCODING = re.compile(r"encoding: \[(.*?)\]")
_ATTRIBUTES = "-mattr=+v8.3a,+lse,+pauth"


def recorded(every: int = 1) -> Iterator[tuple[NativeFunction, ...]]:
    """The code of the recorded programs Linux accepts, or of every so manieth."""
    for number, record in enumerate(read_runs()):
        if number % every == 0:
            compiled = compile_program(setup_of(record).programs[0], arch=Arch.AARCH64)
            if isinstance(compiled, Compiled):
                yield compiled.functions


def generated() -> Iterator[tuple[NativeFunction, ...]]:
    """The code of programs that hold every form of instruction."""
    for seed in range(GENERATED):
        yield compile_kernel_form(program(seed), Arch.AARCH64)


def words(programs: Iterable[tuple[NativeFunction, ...]]) -> set[bytes]:
    """The different instructions in them."""
    found: set[bytes] = set()
    for functions in programs:
        for function in functions:
            code = function.code
            found.update(code[at : at + 4] for at in range(0, len(code), 4))
    return found


def text_of(word: bytes) -> str:
    """What Capstone reads in the four bytes; fails where that is not one instruction."""
    [insn] = _DECODER.disasm(word, 0)
    return f"{insn.mnemonic} {insn.op_str}".strip()


def texts_of(code: bytes) -> list[str]:
    """The same of code that stands at address 0: a text per instruction."""
    return [f"{insn.mnemonic} {insn.op_str}".strip() for insn in _DECODER.disasm(code, 0)]


def assembled(tool: str, texts: list[str]) -> list[bytes]:
    """The bytes llvm-mc makes of each text."""
    command = [tool, "-triple=aarch64", _ATTRIBUTES, "-show-encoding"]
    made = subprocess.run(command, input="\n".join(texts), capture_output=True, text=True, check=True).stdout
    return [bytes(int(byte, 16) for byte in found.split(",")) for found in _ENCODING.findall(made)]


def write(rows: Mapping[str, bytes]) -> None:
    """Keeps LLVM's answers, sorted by text."""
    lines = "".join(f"{text}\t{code.hex()}\n" for text, code in sorted(rows.items()))
    GOLDEN.write_bytes(lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME))


def read() -> dict[str, bytes]:
    """The bytes by text."""
    rows = (line.split("\t") for line in lzma.decompress(GOLDEN.read_bytes()).decode().splitlines())
    return {text: bytes.fromhex(code) for text, code in rows}
