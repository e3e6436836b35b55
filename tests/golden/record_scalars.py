"""Records what the kernel of this machine knows of numbers (tests/data/verifier/scalars.json.gz).

For a digest of its events a program of ``scalar_programs`` needs four bytes; the first few hundred keep all
their events, so that a difference can be read without asking a kernel.
"""

import gzip
import json
import platform
from collections import Counter

from tests.oracle import kernel
from tests.shared_data import CHECKOUT
from tests.vm.verifier.scalar_programs import code, program
from tests.vm.verifier.scalar_replay import digest, events_of, kinds
from vm.uapi.prog_types import ProgType

GOLDEN = CHECKOUT / "tests/data/verifier/scalars.json.gz"
PROGRAMS = 9000
IN_FULL = 2500


def main() -> None:
    """Ask about every program and write the answers."""
    if reason := kernel.unavailable():
        raise SystemExit(reason)
    full: dict[str, list[str]] = {}
    digests: list[str] = []
    asked: Counter[str] = Counter()
    left_out = 0
    for seed in range(PROGRAMS):
        events = ask(seed)
        digests.append(digest(events) if events is not None else "")
        if events is None:
            left_out += 1
            continue
        asked.update(kinds(program(seed), events))
        if len(full) < IN_FULL:
            full[str(seed)] = events
    head = {"kernel": kernel.kernel_version().split("-")[0], "machine": platform.machine()}
    text = json.dumps({**head, "asked": dict(sorted(asked.items())), "full": full, "digests": digests})
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{PROGRAMS:,} programs, {left_out} left out (paths pruned), {sum(asked.values()):,} events")
    print("least asked:", ", ".join(f"{kind} {count}" for kind, count in asked.most_common()[:-9:-1]))


def ask(seed: int) -> list[str] | None:
    """The kernel's events of one program, or None where it pruned paths."""
    loaded = kernel.load(code(seed), ProgType.XDP, log_level=2)
    loaded.close()
    if loaded.error:
        raise SystemExit(f"program {seed} was refused: {loaded.log[-400:]}")
    return events_of(loaded.log, program(seed))
