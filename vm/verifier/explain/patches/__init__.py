"""Patches: edits of the learner's text, offered only when the program is accepted with them."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from vm.asm import assemble
from vm.verifier import verify
from vm.verifier.explain.explanation import Explanation, Patch
from vm.verifier.explain.patches import flow, memory, values
from vm.verifier.explain.patches.bench import Bench, Draft
from vm.verifier.explain.patches.text import DiffLine, diff, edited
from vm.verifier.explain.scene import Scene

__all__ = ["DiffLine", "diff", "edited", "patched"]

TRIES: Final = 14
OFFERED: Final = 2
PROCESSED: Final = 100_000
"""Instructions the verifier may process to accept a patch."""
SECONDS: Final = 1.0

DRAFTERS: Final[Mapping[str, Callable[[Bench], Iterator[Draft]]]] = MappingProxyType({
    "mem-maybe-null": memory.null_check,
    "argument-null": memory.null_check,
    "arithmetic-maybe-null": memory.null_check,
    "packet-outside": memory.packet_bounds,
    "map-value-max": memory.index,
    "region-max": memory.index,
    "unbounded": memory.index,
    "negative-index": memory.index,
    "math-unbounded": memory.index,
    "stack-variable": memory.index,
    "stack-variable-straddles": memory.index,
    "stack-unbounded": memory.index,
    "stack-outside": memory.stack_place,
    "stack-straddles": memory.stack_place,
    "stack-argument-unset": memory.stack_bytes,
    "unreadable-stack": memory.stack_bytes,
    "stack-never-written": memory.stack_bytes,
    "not-readable": values.register,
    "argument-unset": values.register,
    "return-unset": values.register,
    "alu32": values.wide,
    "mem-scalar": values.turned,
    "argument-type": values.wide,
    "size-zero": values.size,
    "size-negative": values.size,
    "size-unbounded": values.size,
    "return-range": values.returned,
    "return-not-scalar": values.returned,
    "callback-range": values.returned,
    "callback-not-scalar": values.returned,
    "leak-return": values.returned,
    "context-width": values.context_width,
    "stack-subtraction": values.add_negative,
    "reference-leak": flow.release,
    "release-twice": flow.release_once,
    "release-unreferenced": flow.release_once,
    "infinite-loop": flow.bound_loop,
    "too-large": flow.bound_loop,
    "gpl-only": flow.gpl,
    "unreachable": flow.unreachable,
    "last-instruction": flow.end,
})  # fmt: skip


def patched(
    scene: Scene, explanation: Explanation, lines: Sequence[str], program: int = 0
) -> tuple[Patch, ...]:
    """Up to two patches that were verified; ``program`` is the place of the program in the text."""
    drafter = DRAFTERS.get(explanation.kind)
    if drafter is None or scene.pc < 0 or not lines or scene.pc not in scene.names.program.spans:
        return ()
    bench = Bench(scene, lines)
    relative = bench.relative_jumps()
    deadline = time.monotonic() + SECONDS
    found: dict[str, Patch] = {}
    for tried, draft in enumerate(drafter(bench)):
        if tried >= TRIES or len(found) >= OFFERED or time.monotonic() > deadline:
            break
        if draft.kind in found or (relative and any("\n" in edit.text for edit in draft.edits)):
            continue
        processed = _accepted(lines, draft, scene, program)
        if processed is not None:
            edits = tuple(sorted(draft.edits, key=lambda edit: (edit.line, edit.start)))
            found[draft.kind] = Patch(draft.kind, draft.title, edits, processed)
    return tuple(found.values())


def _accepted(lines: Sequence[str], draft: Draft, scene: Scene, program: int) -> int | None:
    """How many instructions it takes to accept the text with the draft's edits; None if it is not.

    It is loaded as what was refused: the text may name another hook.
    """
    assembly = assemble("\n".join(edited(lines, draft.edits)))
    if not assembly.ok or program >= len(assembly.programs):
        return None
    mended = replace(assembly.programs[program], prog_type=scene.names.program.prog_type)
    report = verify(mended, replace(scene.options, log_level=0, limit=PROCESSED))
    return report.processed if report.accepted else None
