"""`python3 dev.py bench [NAME …] [--ubpf PATH]`: prints what `bench()` of each bench_*.py measures.

PATH is a built uBPF library (libubpf.so) for `bench jit` to race against.
Exits with 1 when a figure misses its target. Figures are this machine's at this moment: let nothing else run.
"""

import os
import sys

from tests.bench.row import Row
from tests.discovery import modules


def line(row: Row) -> str:
    verdict = "" if not row.target else "ok" if row.ok else "MISSED"
    digits = 0 if abs(row.figure) >= 100 else 2
    figure = f"{row.figure:,.{digits}f}"
    return f"{row.name:60} {figure:>14} {row.unit:8} {row.target:>14}  {verdict}".rstrip()


def main(names: list[str]) -> int:
    if "--ubpf" in names[:-1]:
        at = names.index("--ubpf")
        os.environ["HOOKSCOPE_UBPF"] = names[at + 1]
        names = names[:at] + names[at + 2 :]
    missed = []
    print(f"{'what':60} {'figure':>14} {'unit':8} {'target':>14}")
    for _, module in modules("bench", "bench_", names):
        for row in module.bench():
            print(line(row), flush=True)
            if not row.ok:
                missed.append(row.name)
    for name in missed:
        print(f"missed: {name}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
