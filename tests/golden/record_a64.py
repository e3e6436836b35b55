"""Records what llvm-mc makes of the AArch64 instructions of our listings (tests/data/jit/a64.tsv.xz)."""

from tests.jit.a64 import assembled, generated, recorded, text_of, words, write
from tests.llvm import llvm_tool


def main() -> None:
    """Asks for every instruction of the recorded and the generated programs."""
    tool = llvm_tool("llvm-mc")
    if tool is None:
        raise SystemExit("llvm-mc of LLVM 18 or later is needed")
    texts = sorted(map(text_of, words(recorded()) | words(generated())))
    write(dict(zip(texts, assembled(tool, texts), strict=True)))
    print(f"{len(texts):,} instructions")
