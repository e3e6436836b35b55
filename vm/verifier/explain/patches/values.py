"""Patches for registers: unset ones, 32-bit copies of pointers, sizes, returned values, context fields."""

import re
from collections.abc import Iterator
from typing import Final

from vm.instruction import Call
from vm.verifier.explain.explanation import CauseKind
from vm.verifier.explain.patches.bench import Bench, Draft

_W: Final = re.compile(r"\bw(\d)\b")
_WIDTH: Final = re.compile(r"\(\s*([us])(8|16|32|64)\s*\*\s*\)")
_MASKS: Final = (255, 63, 31, 15, 7, 3, 1)


def register(bench: Bench) -> Iterator[Draft]:
    """The value kept across the call that wiped it, or set before it is needed."""
    scene = bench.scene
    n = 0 if scene.broken.kind == "return-unset" else scene.reg
    wiped = scene.last(CauseKind.WIPED)
    start = bench.function(scene.pc).start
    if wiped is not None and n and isinstance(bench.program.insns[wiped.pc], Call):
        for kept in bench.unused(scene.pc):
            edits = (bench.before(wiped.pc, f"r{kept} = r{n}"), bench.after(wiped.pc, f"r{n} = r{kept}"))
            yield Draft("save-across-call", f"Keep r{n} in r{kept} over the call", edits)
            break
        for kept in bench.unused(scene.pc):
            edits = (bench.before(start, f"r{kept} = r{n}"), bench.before(scene.pc, f"r{n} = r{kept}"))
            yield Draft("save-across-call", f"Keep r{n} in r{kept} from the start", edits)
            break
    value = bench.verdict if n == 0 else "0"
    kind = "set-return" if n == 0 else "initialise-register"
    if wiped is None and start != scene.pc:
        yield Draft(kind, f"Set r{n} at the start", (bench.before(start, f"r{n} = {value}"),))
    if wiped is None or not n:
        yield Draft(kind, f"Set r{n} before {scene.here}", (bench.before(scene.pc, f"r{n} = {value}"),))


def wide(bench: Bench) -> Iterator[Draft]:
    """The 64-bit register instead of its half."""
    scene = bench.scene
    lost = scene.last(CauseKind.LOST)
    for pc in (scene.pc, *([lost.pc] if lost is not None else [])):
        text = bench.text(pc)
        new = _W.sub(r"r\1", text)
        if new != text:
            yield Draft("use-64-bit", f"Work on all 64 bits: `{new}`", (bench.replace(pc, new),))


def turned(bench: Bench) -> Iterator[Draft]:
    """The comparison with null the other way around; else the 64-bit register."""
    tested = bench.scene.last(CauseKind.TESTED, CauseKind.NARROWED)
    if tested is not None and "is null" in tested.text:
        text = bench.text(tested.pc)
        new = text.replace("!=", "==") if "!=" in text else text.replace("==", "!=")
        if new != text:
            title = f"Turn the comparison around: `{new}`"
            yield Draft("other-branch", title, (bench.replace(tested.pc, new),))
    yield from wide(bench)


def size(bench: Bench) -> Iterator[Draft]:
    """A bound for the size given to a helper."""
    scene = bench.scene
    n = scene.reg
    if scene.broken.kind == "size-zero":
        for way in bench.ways_out(scene.pc, "nothing"):
            edit = bench.before(scene.pc, f"if r{n} == 0 goto {way.label}")
            yield Draft("compare-size", f"Leave if r{n} is 0", (edit, *way.edits))
    for mask in _MASKS:
        yield Draft(
            "mask-size", f"Keep r{n} at {mask} or below", (bench.before(scene.pc, f"r{n} &= {mask}"),)
        )


def returned(bench: Bench) -> Iterator[Draft]:
    """A value the hook takes."""
    scene = bench.scene
    low, high = scene.number("low"), scene.number("high")
    held = scene.register(0)
    if not low and high and not high & (high + 1) and held is not None and held.is_scalar:
        title = f"Keep r0 at {high} or below"
        yield Draft("mask-return", title, (bench.before(scene.pc, f"r0 &= {high}"),))
    value = bench.verdict if not scene.broken.kind.startswith("callback") else str(low)
    yield Draft("set-return", f"Return {value}", (bench.before(scene.pc, f"r0 = {value}"),))


def context_width(bench: Bench) -> Iterator[Draft]:
    """The width the field has."""
    scene = bench.scene
    if scene.number("off") != scene.number("start"):
        return
    text = bench.text(scene.pc)
    new = _WIDTH.sub(f"(u{8 * scene.number('length')} *)", text)
    if new != text:
        yield Draft("access-width", f"Access the whole field: `{new}`", (bench.replace(scene.pc, new),))


def add_negative(bench: Bench) -> Iterator[Draft]:
    """``r2 += -8`` for ``r2 -= 8``."""
    text = bench.text(bench.scene.pc)
    new = re.sub(r"-=\s*(\d+)", r"+= -\1", text)
    if new != text:
        yield Draft(
            "add-negative", f"Add the negative number: `{new}`", (bench.replace(bench.scene.pc, new),)
        )
