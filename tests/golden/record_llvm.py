"""Records what LLVM's assembler and disassembler say about 20,000 instructions (tests/data/asm/llvm.tsv.gz).

Each row of the file is the bytes of one instruction and the text that ``llvm-objdump`` printed for them; of
that text ``llvm-mc`` made the same bytes. A row that differs from ours stops the recording: there is none.
"""

import gzip
import re
import subprocess
import tempfile
from pathlib import Path
from random import Random

from tests.llvm import llvm_tool, llvm_version
from tests.shared_data import CHECKOUT
from tests.vm.asm.generate import instruction
from vm.asm import text_of
from vm.encoding import encode, pack
from vm.instruction import Call, Goto, Instruction, LoadImm64, LoadPacket
from vm.isa import CallKind, ImmKind
from vm.word import fits_signed

GOLDEN = CHECKOUT / "tests/data/asm/llvm.tsv.gz"
COUNT = 20_000
_LISTED = re.compile(r"\s*[0-9]+:\t((?:[0-9a-f]{2} ?)+)\t(.*?)(?: <[\w.+]+>)?$")


def sayable(insn: Instruction) -> bool:
    """Whether llvm-mc has a text for the instruction that stands for it alone.

    It has none for a call of a kernel function, and reads local calls and long jumps only with a label.
    """
    match insn:
        case Call(kind, _, _):
            return kind is CallKind.HELPER
        case Goto(off, wide=True):
            return fits_signed(off, 16)
        case _:
            return True


def printable(insn: Instruction) -> bool:
    """Whether llvm-objdump prints all of the instruction.

    It drops the constant of an indirect packet load, and the second half of a map's or function's address.
    """
    match insn:
        case LoadPacket(src=int(), imm=imm):
            return imm == 0
        case LoadImm64(kind=kind, next_imm=high):
            return kind is ImmKind.VALUE or high == 0
        case _:
            return True


def sample(seed: int, count: int) -> list[Instruction]:
    """Instructions that llvm-objdump can print, ``count`` of which llvm-mc can read."""
    rnd, found, said = Random(seed), list[Instruction](), 0
    while said < count:
        insn = instruction(rnd)
        if printable(insn):
            found.append(insn)
            said += sayable(insn)
    return found


def _run(tool: str, arguments: list[str], text: str = "") -> str:
    path = llvm_tool(tool)
    if path is None:
        raise FileNotFoundError(f"{tool} of LLVM 18 or later")
    ran = subprocess.run([path, *arguments], input=text, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise ValueError(f"{tool}: {ran.stderr[:2000]}")
    return ran.stdout


def listing(source: list[str]) -> list[tuple[bytes, str]]:
    """The bytes llvm-mc makes of a source's instructions, and the text llvm-objdump prints for each.

    Raises FileNotFoundError without LLVM, ValueError (with its words) for a line that llvm-mc refuses.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / "sample.o")
        arguments = ["-triple=bpfel", "-mcpu=v4", "-filetype=obj", "-o", target]
        _run("llvm-mc", arguments, "\n".join(source) + "\n")
        listed = _run("llvm-objdump", ["-d", "-z", "--mcpu=v4", target])
    found = [match for line in listed.splitlines() if (match := _LISTED.fullmatch(line))]
    return [(bytes.fromhex(match[1]), match[2]) for match in found]


def differences(insns: list[Instruction]) -> list[str]:
    """Where LLVM's bytes or text are not ours."""
    said = [insn for insn in insns if sayable(insn)]
    wrong = []
    for insn, (data, _) in zip(said, listing([text_of(insn) for insn in said]), strict=True):
        ours = pack(encode(insn))
        if data != ours:
            wrong.append(f"{text_of(insn)}: {data.hex()} by llvm-mc, {ours.hex()} by us")
    as_bytes = [f".byte {', '.join(map(str, pack(encode(insn))))}" for insn in insns]
    for insn, (data, text) in zip(insns, listing(as_bytes), strict=True):
        if text != text_of(insn):
            wrong.append(f"{data.hex()}: {text!r} by llvm-objdump, {text_of(insn)!r} by us")
    return wrong


def main() -> None:
    """Compares and records."""
    insns = sample(1, COUNT)
    wrong = differences(insns)
    if wrong:
        raise SystemExit("\n".join([*wrong[:40], f"{len(wrong)} differences"]))
    rows = "".join(f"{pack(encode(insn)).hex()}\t{text_of(insn)}\n" for insn in insns)
    version = llvm_version(llvm_tool("llvm-mc") or "")
    GOLDEN.write_bytes(gzip.compress(f"# LLVM {version}\n{rows}".encode(), 9, mtime=0))
    size = GOLDEN.stat().st_size
    print(
        f"LLVM {version}: {COUNT:,} instructions encoded alike, {len(insns):,} printed alike; {size:,} bytes"
    )


if __name__ == "__main__":
    main()
