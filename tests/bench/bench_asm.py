"""How fast a text becomes a program, and a program text."""

import time
from collections.abc import Callable
from random import Random

from tests.bench.row import Row, at_most
from vm.asm import Style, assemble, disassemble, to_source

LINES = 4_000
_HEAD = ".program bench\n.hook xdp\n.license GPL\n.map counts hash key=u32 value=u64 entries=1024\n"


def source(lines: int, seed: int = 1) -> str:
    """A program of that many lines, no two parts alike: labels, comments, names, jumps in both directions."""
    rnd, rows = Random(seed), _HEAD.splitlines()
    while len(rows) < lines - 1:
        at, a, b, n = len(rows), rnd.randrange(10), rnd.randrange(10), rnd.randrange(100_000)
        if at % 40 == 8:
            rows.append(f"L{at // 40}:")
        rows.append(
            rnd.choice(
                [
                    f"        r{a} += r{b}",
                    f"        r{a} = {n}",
                    f"        r{a} = *(u32 *)(r{b} + {n % 4096})",
                    f"        *(u64 *)(r10 - {n % 512}) = r{a}      ; a comment",
                    f"        if r{a} > {n} goto L{at // 40 - (at % 40 < 9)}",
                    f"        w{a} &= {n:#x}",
                    f"        r{a} s>>= {n % 64}",
                    "        call bpf_map_lookup_elem",
                    f"        r{a} = *(u16 *)(r{b} + xdp_md.data_end)",
                    f"        lock *(u64 *)(r{a} + {n % 64 * 8}) += r{b}",
                    f"        if r{a} == r{b} goto L{at // 40 - (at % 40 < 9)}",
                    f"        r{a} = XDP_PASS",
                    f"        r{a} = counts ll",
                ]
            )
        )
    return "\n".join([*rows[: lines - 1], "        exit", ""]).replace("goto L-1", "goto L0")


def milliseconds(task: Callable[[], object], rounds: int = 15) -> float:
    """The fastest of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - started)
    return best * 1_000


def bench() -> list[Row]:
    text = source(LINES)
    program = assemble(text).program
    assert program is not None
    wrong = text.replace("XDP_PASS", "XPD_PASS").replace("+=", "+")
    small = source(500)
    return [
        at_most(f"assemble {LINES:,} lines", milliseconds(lambda: assemble(text)), "ms", 25),
        Row("assemble 500 lines", milliseconds(lambda: assemble(small)), "ms"),
        Row("assemble 4,000 lines full of mistakes", milliseconds(lambda: assemble(wrong), 5), "ms"),
        Row("disassemble them as llvm-objdump", milliseconds(lambda: disassemble(program, Style.LLVM)), "ms"),
        Row("write them out as source", milliseconds(lambda: to_source(program), 5), "ms"),
    ]
