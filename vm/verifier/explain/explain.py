"""From a program and the options it is verified with to the explanation of its rejection."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from vm.instruction import Alu, Call, Goto, Instruction, Jump, Reg
from vm.program import Program
from vm.verifier import Options, Report, verify
from vm.verifier.explain import branches, cause
from vm.verifier.explain.advice import advice
from vm.verifier.explain.broken import filled, of_report, of_walk
from vm.verifier.explain.cause import causes
from vm.verifier.explain.explanation import Cause, CauseKind, Explanation
from vm.verifier.explain.lost import lost_fact
from vm.verifier.explain.naming import Names
from vm.verifier.explain.notes import annotate
from vm.verifier.explain.reasons_flow import FLOW
from vm.verifier.explain.reasons_memory import MEMORY
from vm.verifier.explain.reasons_values import VALUES
from vm.verifier.explain.rows import row_of
from vm.verifier.explain.scene import Scene, sentence
from vm.verifier.explain.trail import Moment, Trail
from vm.verifier.register import Kind
from vm.verifier.state import State

TELLERS: Final = {**MEMORY, **VALUES, **FLOW}
TRAILED: Final = 200_000
"""Processed instructions up to which a program is walked again for the path that failed."""
LOOKED_AT: Final = 10_000
"""Processed instructions of a longer walk that are walked again, to see what it is busy with."""
_RETURNED: Final = frozenset({
    "return-range", "return-not-scalar", "return-unset", "callback-range", "callback-not-scalar",
    "subprogram-not-scalar", "leak-return", "returns-stack",
})  # fmt: skip
_LOOP: Final = 2_000
"""Instructions looked back for the jump that closes a loop."""
_UNSET: Final = frozenset({"not-readable", "argument-unset", "return-unset"})
_PATHLESS: Final = frozenset({"infinite-loop", "too-large", "too-many-branches"})


@dataclass(frozen=True, slots=True)
class Explained:
    """A report and, of a rejection, its explanation with the scene it was told from."""

    report: Report
    explanation: Explanation | None = None
    scene: Scene | None = None


def explained(
    program: Program, options: Options, lines: Sequence[str] = (), report: Report | None = None
) -> Explained:
    """Verifies ``program`` and explains a rejection; ``lines`` are those of its source, if there is one.

    ``report`` is what the verifier said of it with these options, where that is known.
    """
    report = report or verify(program, options)
    if report.accepted:
        return Explained(report)
    trail = Trail()
    long = report.processed > TRAILED
    if report.processed:
        limit = LOOKED_AT if long else options.limit
        verify(program, replace(options, log_level=0, limit=limit), trail)
    refused = trail.rejection
    walked = refused is not None and not long
    broken = of_walk(program, refused) if refused is not None and walked else of_report(program, report)
    names = Names(program, lines)
    path = trail.path if walked or broken.kind == "too-large" else []
    scene = Scene(broken, names, options, path)
    if path:
        scene.causes = _causes(scene, path)
    return Explained(report, told(scene), scene)


def told(scene: Scene) -> Explanation:
    """The explanation of a scene, without patches."""
    broken, names = scene.broken, scene.names
    row = row_of(broken.kind, broken.category)
    problem, reason = _words(scene)
    last = []
    if broken.pc is not None and scene.path and scene.path[-1].pc == broken.pc:
        text = f"`{names.text(broken.pc)}` is refused: {problem[0].lower()}{problem[1:].rstrip('.')}"
        last = [Cause(CauseKind.REJECTED, broken.pc, text, scene.path[-1].nth, names.line(broken.pc))]
    text, fix = advice(scene) or (filled(broken.hint, broken.details), "")
    return Explanation(
        kind=broken.kind,
        category=broken.category,
        title=row.title,
        problem=problem,
        reason=reason,
        suggestion=sentence(text),
        fix=fix or row.fix,
        place=names.place(broken.pc),
        kernel=broken.kernel,
        notes=annotate(broken, names, scene.register),
        causes=(*scene.causes, *last),
        details=broken.details,
        lost=lost_fact(scene) if scene.path else None,
    )


def _words(scene: Scene) -> tuple[str, str]:
    teller = TELLERS.get(scene.broken.kind)
    if teller is not None and scene.path:
        return teller(scene)
    what = sentence(_placed(scene, filled(scene.broken.what, scene.details)))
    problem, mark, rest = what.partition(". ")
    if not mark:
        return what, _situation(scene)
    return problem + ".", sentence(rest) if not scene.path else f"{sentence(rest)} {_situation(scene)}"


def _placed(scene: Scene, text: str) -> str:
    """The text with the learner's line in place of the slot's number."""
    return re.sub(rf"\b(pc|instruction) {scene.pc}\b", scene.here, text) if scene.pc >= 0 else text


def _situation(scene: Scene) -> str:
    """What the instruction had to do with, where no words of its own are kept for the rule."""
    if scene.pc < 0:
        return "It is the program as a whole that is refused, before any instruction is looked at."
    text = f"The instruction is `{scene.names.text(scene.pc)}` at {scene.here}."
    used = [n for n in _used(scene.insn) if scene.register(n) is not None] if scene.path else []
    if "reg" in scene.details and scene.path and scene.register(scene.reg) is not None:
        used = [scene.reg, *(n for n in used if n != scene.reg)]
    holds = "; ".join(f"r{n} is {scene.holds(n)}" for n in used[:3])
    return f"{text} There {holds}." if holds else text


def _used(insn: Instruction | None) -> list[int]:
    if isinstance(insn, Call) or insn is None:
        return []
    found = [getattr(insn, "dst", None)]
    src = getattr(insn, "src", None)
    found.append(src.n if isinstance(src, Reg) else src if isinstance(src, int) else None)
    if isinstance(insn, Alu):
        found.reverse()
    return [n for n in found if n is not None and 0 <= n < 10]


def _causes(scene: Scene, path: Sequence[Moment]) -> list[Cause]:
    broken, names, kind = scene.broken, scene.names, scene.broken.kind
    if kind == "infinite-loop":
        return _loop(scene, path)
    if kind in _PATHLESS or path[-1].state is None:
        return []
    frame = len(path[-1].state.frames) - 1
    if kind == "reference-leak":
        return _leak(scene, path)
    wanted: list[cause.Wanted] = []
    if kind in _RETURNED:
        wanted = [cause.Reg(frame, 0)]
    elif "reg" in broken.details and 0 <= scene.reg <= 10:
        wanted = [cause.Reg(frame, scene.reg)]
    if kind in ("stack-argument-unset", "unreadable-stack", "leaking-spill"):
        wanted = _slots(scene, frame)
    found = causes(names, path, wanted)
    extra = _skipped(scene, path, kind, found)
    return [*found, extra] if extra is not None else found


def _loop(scene: Scene, path: Sequence[Moment]) -> list[Cause]:
    """The jump that led back, and where to."""
    names = scene.names
    for before, after in reversed(list(pairwise(path[-_LOOP:]))):
        insn = names.program.insns[before.pc]
        if isinstance(insn, Jump | Goto) and after.pc <= before.pc:
            text = f"`{names.text(before.pc)}` leads back to {names.target(after.pc)}"
            return [Cause(CauseKind.BRANCH, before.pc, text, before.nth, names.line(before.pc))]
    return []


def _slots(scene: Scene, frame: int) -> list[cause.Wanted]:
    at = scene.number("off") + scene.number("index" if "index" in scene.details else "byte")
    held = scene.register(scene.reg) if "reg" in scene.details else None
    if held is not None and held.kind is Kind.STACK:
        frame = held.frame
    return [cause.Stack(frame, (-at - 1) // 8)] if at < 0 else []


def _skipped(scene: Scene, path: Sequence[Moment], kind: str, found: Sequence[Cause]) -> Cause | None:
    program = scene.names.program
    if any(step.kind in (CauseKind.WIPED, CauseKind.LOST) for step in found):
        return None
    if kind == "packet-outside" and not scene.number("range"):
        held = scene.register(scene.reg)
        constant = held is not None and held.value.is_const
        return branches.too_short(scene.names, path) if constant else None
    if kind in _UNSET:
        n = 0 if kind == "return-unset" else scene.reg
        return branches.skipped(scene.names, path, branches.sets_register(program, n), f"r{n}")
    if kind in ("stack-argument-unset", "unreadable-stack"):
        at = scene.number("off") + scene.number("index" if "index" in scene.details else "byte")
        return branches.skipped(scene.names, path, branches.stores_on_stack(program, at), "it")
    return None


def _leak(scene: Scene, path: Sequence[Moment]) -> list[Cause]:
    names, alloc = scene.names, scene.number("alloc")
    made = next((moment for moment in reversed(path) if moment.pc == alloc), None)
    if made is None:
        return []
    insn = names.program.insns[alloc]
    what = f"`{names.text(alloc)}`" if isinstance(insn, Call) else "this"
    text = f"{what} acquires what must be given back"
    first = Cause(CauseKind.ACQUIRED, alloc, text, made.nth, names.line(alloc), 0)
    tested = []
    state = path[-1].state
    holder = _holder(state, alloc) if state is not None else None
    if holder is not None:
        steps = causes(names, path, [holder])
        tested = [step for step in steps if step.kind in (CauseKind.TESTED, CauseKind.COPIED)]
    last = branches.last_branch(names, path, alloc)
    told_of = {step.index for step in tested}
    return [first, *tested, *([last] if last is not None and last.index not in told_of else [])]


def _holder(state: State, alloc: int) -> cause.Wanted | None:
    """A register that holds what was acquired at slot ``alloc``."""
    held = {ref.id for ref in state.refs if ref.pc == alloc}
    for frame in state.frames:
        for n, reg in enumerate(frame.regs):
            if reg.ref in held:
                return cause.Reg(frame.frameno, n)
    return None
