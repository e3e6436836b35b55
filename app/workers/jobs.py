"""Every job a simulation process knows: name → plain function of text to text."""

from collections.abc import Callable, Mapping
from typing import Any

from app.workbench import check, examples, packets, reference, runs

JOBS: Mapping[str, Callable[..., Any]] = {
    "check": check.check,
    "reference": reference.reference,
    "examples": examples.examples,
    "samples": packets.samples,
    "packets.capture": packets.capture,
    "packets.form": packets.form,
    "packets.hex": packets.hex_text,
    "packets.dissect": packets.dissect_all,
    "run": runs.run,
    "window": runs.window,
    "stop": runs.stop,
    "marks": runs.marks,
}
