"""Records what the running kernel makes of 3,000 generated programs: verdicts on packets, packets, maps.

The generator and its recorder are in the shared data (tools/); without them there is nothing to record with.
Takes about eight minutes.
"""

import importlib.util
import platform
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from tests.kernel_runs.recorded import write
from tests.shared_data import shared

WANTED = 3_000


def tools() -> ModuleType:
    found = shared("tools/fuzz_run.py")
    if found is None:
        raise SystemExit("record_runs: the shared data lacks tools/fuzz_run.py")
    spec = importlib.util.spec_from_file_location("fuzz_run", found)
    if spec is None or spec.loader is None:
        raise SystemExit(f"record_runs: {found} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_run"] = module
    spec.loader.exec_module(module)
    return module


def records() -> Iterator[dict[str, Any]]:
    """Generated programs with the kernel's answers, until enough of them run the same every time."""
    made = tools()
    worker, seed, kept = made.Worker(), 0, 0
    while kept < WANTED:
        record: dict[str, Any] = made.record(made.gen.generate(seed), worker)
        seed += 1
        if record.get("deterministic") is True:
            kept += 1
            yield record


def main() -> None:
    count = write(platform.release(), records())
    print(f"{count:,} programs")
