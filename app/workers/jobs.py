"""Every job a simulation process knows: name → where its function is. Imported when first asked for."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

JOBS: Mapping[str, str] = {
    "check": "app.workbench.check:check",
    "reference": "app.workbench.reference:reference",
    "examples": "app.workbench.examples:examples",
    "samples": "app.workbench.packets:samples",
    "packets.capture": "app.workbench.packets:capture",
    "packets.form": "app.workbench.packets:form",
    "packets.hex": "app.workbench.packets:hex_text",
    "packets.dissect": "app.workbench.packets:dissect_all",
    "run": "app.workbench.runs:run",
    "window": "app.workbench.runs:window",
    "stop": "app.workbench.runs:stop",
    "marks": "app.workbench.runs:marks",
}


@cache
def job(name: str) -> Callable[..., Any]:
    """The function of job ``name``."""
    module, _, function = JOBS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
