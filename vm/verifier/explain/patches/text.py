"""Edits of a text: made, and shown as lines gone and new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vm.verifier.explain.explanation import Edit


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of an edited text: ``-`` gone, ``+`` new. ``line``: its number, or that of the one behind."""

    sign: str
    line: int
    text: str


def edited(lines: Sequence[str], edits: Sequence[Edit]) -> list[str]:
    """The lines of the text after all edits, which do not touch each other."""
    new = list(lines)
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.start), reverse=True):
        old = new[edit.line - 1]
        new[edit.line - 1 : edit.line] = (old[: edit.start] + edit.text + old[edit.end :]).split("\n")
    return new


def diff(lines: Sequence[str], edits: Sequence[Edit]) -> Iterator[DiffLine]:
    """The lines that change, in order."""
    touched: dict[int, list[Edit]] = {}
    for edit in edits:
        touched.setdefault(edit.line, []).append(edit)
    for line in sorted(touched):
        old = lines[line - 1]
        shifted = [Edit(1, edit.start, edit.end, edit.text) for edit in touched[line]]
        new = edited([old], shifted)
        if old not in new:
            yield DiffLine("-", line, old)
        behind = False
        for text in new:
            if text == old and not behind:
                yield DiffLine(" ", line, text)
                behind = True
            else:
                yield DiffLine("+", line + behind, text)
