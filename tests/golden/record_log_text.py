"""Records how the verifier of this machine's kernel prints instructions (tests/data/asm/log.tsv.gz).

The table of live registers at log level 2 lists every instruction of a program before any is verified: the
programs need only be well formed.
"""

import gzip
import re
from random import Random

from tests.oracle import kernel
from tests.shared_data import CHECKOUT
from tests.vm.asm.generate import instruction
from vm.asm import Style, text_of
from vm.encoding import encode, pack
from vm.instruction import Alu, Call, CallX, Exit, Goto, Imm, Instruction, Jump, LoadImm64, MayGoto, width
from vm.isa import AluOp, CallKind, ImmKind
from vm.uapi.prog_types import ProgType

GOLDEN = CHECKOUT / "tests/data/asm/log.tsv.gz"
PROGRAMS, LENGTH = 40, 100
_LISTED = re.compile(r"\s*(?:\d+\s+)?(\d+): [0-9.]{10,11} (\([0-9a-f]{2}\) .*)")
_END = (Alu(AluOp.MOV, 64, 0, Imm(0)), Exit())


def shown(rnd: Random) -> Instruction:
    """An instruction that the kernel prints before it verifies; jumps go to themselves or to the next one."""
    while True:
        insn = instruction(rnd)
        match insn:
            case Jump(op, bits, dst, src, _):
                return Jump(op, bits, dst, src, rnd.choice((0, -1)))
            case Goto(_, wide):
                return Goto(0, wide)
            case MayGoto():
                return MayGoto(0)
            case LoadImm64(_, kind, _, _) if kind is not ImmKind.VALUE:
                continue  # wants a real map, function or BTF id, and is printed as its address
            case Call(kind, _, _) if kind is not CallKind.HELPER:
                continue  # makes a subprogram, or wants BTF
            case CallX() | Exit():
                continue
            case _:
                return insn


def program(seed: int) -> list[Instruction]:
    """A program of instructions that can all be reached."""
    rnd = Random(seed)
    return [*(shown(rnd) for _ in range(LENGTH)), *_END]


def ask(insns: list[Instruction]) -> list[str]:
    """The text of each instruction; raises ValueError with the kernel's words if it prints none."""
    code = b"".join(pack(encode(insn)) for insn in insns)
    loaded = kernel.load(code, ProgType.SCHED_CLS, log_level=2)
    texts = {int(m[1]): m[2] for line in loaded.log.splitlines() if (m := _LISTED.fullmatch(line))}
    loaded.close()
    found, pc = [], 0
    for insn in insns:
        if pc not in texts:
            raise ValueError(f"the kernel did not list instruction {pc}: {loaded.log[-500:]}")
        found.append(texts[pc])
        pc += width(insn)
    return found


def main() -> None:
    """Asks, compares, records."""
    if reason := kernel.unavailable():
        raise SystemExit(reason)
    rows, wrong = [], []
    for seed in range(PROGRAMS):
        insns = program(seed)
        for insn, text in zip(insns, ask(insns), strict=True):
            rows.append(f"{pack(encode(insn)).hex()}\t{text}\n")
            if text != text_of(insn, Style.KERNEL):
                wrong.append(f"{text!r} by the kernel, {text_of(insn, Style.KERNEL)!r} by us")
    if wrong:
        raise SystemExit("\n".join(wrong[:40]))
    content = f"# Linux {kernel.kernel_version()}\n{''.join(rows)}"
    GOLDEN.write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    print(f"{len(rows):,} instructions printed alike; {GOLDEN.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
