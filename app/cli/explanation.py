"""A rejection explained on a terminal: the line with a caret, why, how it came to it, a fix, a witness."""

import textwrap
from collections.abc import Iterator, Sequence

from app.schemas.explain import ExplanationView, PatchView, PlaceView, WitnessView

WIDTH = 96
_PACKETS = 3
"""Packets of a witness that are printed; of more alike, how many they are."""


def printed(about: ExplanationView, lines: Sequence[str] = ()) -> Iterator[str]:
    """The lines to print; ``lines`` are those of the source, if there is one."""
    yield f"{about.title} ({about.category.replace('-', ' ')})"
    yield about.problem
    yield from _place(about.place, lines)
    yield from _block("Why", about.reason)
    if about.causes:
        yield from ("", "How the verifier got here")
        for cause in about.causes:
            where = f"line {cause.line}" if cause.line is not None else f"insn {cause.pc}"
            yield from _wrapped(cause.text, f"  {where:>9}  ")
    yield from _fix(about)
    if about.witness is not None:
        yield from _witness(about.witness)
    if about.caution is not None:
        yield from _block("Can it really go wrong?", about.caution.text)
        if about.caution.fact:
            yield from _wrapped(f"What the verifier lost: {about.caution.fact}.", "  ")
    yield from _kernel(about)


def _place(place: PlaceView, lines: Sequence[str]) -> Iterator[str]:
    if place.pc is None:
        return
    yield ""
    if place.line is None or place.line > len(lines):
        yield f"  instruction {place.pc}: {place.text}"
        return
    text = lines[place.line - 1].expandtabs(8)
    number = f"{place.line:5}"
    yield f"{number} | {text}"
    before = len(lines[place.line - 1][: place.start].expandtabs(8))
    yield f"{' ' * len(number)} | {' ' * before}{'^' * max(1, place.end - place.start)}"


def _block(head: str, text: str) -> Iterator[str]:
    yield from ("", head)
    yield from _wrapped(text, "  ")


def _wrapped(text: str, indent: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent), break_on_hyphens=False
    )


def _fix(about: ExplanationView) -> Iterator[str]:
    if not about.patches:
        yield from _block("Try", about.suggestion)
        return
    for patch in about.patches:
        yield from _patch(patch)


def _patch(patch: PatchView) -> Iterator[str]:
    yield from ("", f"A fix that works: {patch.title[0].lower()}{patch.title[1:]}")
    before = 0
    for line in patch.diff:
        if before and line.line > before + 1:
            yield "        …"
        before = line.line
        number = f"{line.line:5}" if line.sign != "+" else " " * 5
        yield f"{number} {line.sign} {line.text}".rstrip()
    yield f"  (tried: accepted after {patch.processed:,} instructions)"


def _witness(witness: WitnessView) -> Iterator[str]:
    yield from _block("It really can go wrong", witness.text)
    distinct = list(dict.fromkeys(witness.packets))
    times = f" ({len(witness.packets)} times)" if len(witness.packets) > len(distinct) == 1 else ""
    for packet in distinct[:_PACKETS]:
        yield from _wrapped(f"packet{times}: {packet}", "  ")
    for contents in witness.contents:
        entries = ", ".join(f"{key}: {value}" for key, value in contents.entries)
        yield from _wrapped(f"map {contents.name}: {entries or 'empty'}", "  ")


def _kernel(about: ExplanationView) -> Iterator[str]:
    if not about.kernel:
        yield from _block("Linux says", "nothing; the system call just fails.")
        return
    yield from ("", "Linux says")
    for line in about.kernel.split("\n"):
        yield f"  {line}"
    said: set[tuple[str, str]] = set()
    for note in about.notes:
        words = about.kernel[note.start : note.end]
        if (words, note.text) not in said:
            said.add((words, note.text))
            yield from _wrapped(note.text, f"    {words:>12}  ")
