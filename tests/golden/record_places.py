"""Asks Linux at every modeled hook which places of the context may be loaded and stored, by loading a program
for each offset, width and direction."""

import json
import platform
from typing import Final

from app.linux.bpf import load
from tests.golden.record_kernel_structs import BTF, types
from tests.places import BEYOND, GOLDEN, WIDTHS, Place, code, program, spelled
from vm.kernel.hooks import HOOK_POINTS
from vm.uapi.attach_types import AttachType
from vm.uapi.prog_types import ProgType, hook_named
from vm.uapi.structs import STRUCTS
from vm.uapi.tracing import raw_arguments
from vm.verifier.checks.loading import ATTACH_TYPES

GENERIC: Final = {"kprobe": 168, "tracepoint": 64, "raw_tp": 96}
"""Hooks whose contexts are the same for every target, and how far to ask."""
_TYPEDEF: Final = 8


def main() -> None:
    """Writes what may be accessed, a hook to a line."""
    ids = {kind.name: number for number, kind in enumerate(types(BTF.read_bytes())) if kind.kind == _TYPEDEF}
    sizes = {name: STRUCTS[point.hook.context or ""].size for name, point in HOOK_POINTS.items()} | GENERIC
    asked = {name: _ask(name, size, 0) for name, size in sizes.items()}
    for name, arguments in raw_arguments().items():
        asked[f"tp_btf/{name}"] = _ask(f"tp_btf/{name}", 8 * len(arguments), ids[f"btf_trace_{name}"])
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in asked.items())
    GOLDEN.write_text(f'{{"kernel": {json.dumps(platform.release())}, "hooks": {{\n{rows}\n}}}}\n')
    print(f"{len(asked)} hooks")


def _ask(hook: str, size: int, target: int) -> dict[str, str]:
    found: dict[bool, list[Place]] = {False: [], True: []}
    for write in found:
        for width in WIDTHS:
            for off in range(-BEYOND, size + BEYOND):
                if _loads(hook, off, width, write=write, target=target):
                    found[write].append((off, width))
    return {"reads": spelled(found[False]), "writes": spelled(found[True])}


def _loads(hook: str, off: int, width: int, *, write: bool, target: int) -> bool:
    named = hook_named(hook)
    assert named is not None
    kind, attach = named.hook.prog_type, named.hook.attach_type
    given = attach if kind in ATTACH_TYPES or kind is ProgType.TRACING else AttachType(0)
    made = program(hook, off, width, write=write)
    loaded = load(code(made), kind, log_level=0, expected_attach_type=given or 0, attach_btf_id=target)
    loaded.close()
    return not loaded.error
