"""What assembling a text gives: programs, diagnostics, and the way between lines and slots."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vm.asm.lexer import spans
from vm.asm.prefix import statement_column
from vm.asm.symbols import Symbols
from vm.program import Program
from vm.source import Diagnostic, Severity, Span


class SourceMap(Mapping[int, Span]):
    """From slots to the text they were written as, and back from lines to slots.

    ``lines`` holds the line number of each slot, rising; spans are made when asked for.
    """

    __slots__ = ("_lines", "_text")

    def __init__(self, lines: Sequence[int], text: Sequence[str]) -> None:
        self._lines = tuple(lines)
        self._text = text

    def __getitem__(self, pc: int) -> Span:
        if not 0 <= pc < len(self._lines):
            raise KeyError(pc)
        line = self._lines[pc]
        return statement_span(self._text[line - 1], line)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self._lines)))

    def __len__(self) -> int:
        return len(self._lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return SourceMap, (self._lines, tuple(self._text))

    def line_of(self, pc: int) -> int | None:
        """The line slot ``pc`` was written on."""
        return self._lines[pc] if 0 <= pc < len(self._lines) else None

    def slots_of(self, line: int) -> range:
        """The slots that ``line`` was assembled to; empty for a line without an instruction."""
        return range(bisect_left(self._lines, line), bisect_left(self._lines, line + 1))

    def slot_at_or_after(self, line: int) -> int | None:
        """The first slot of ``line`` or of the next line that has one: where a breakpoint lands."""
        first = bisect_left(self._lines, line)
        return first if first < len(self._lines) else None


def statement_span(text: str, line: int) -> Span:
    """Where the instruction of a line stands, its prefixes and its comment left out."""
    column = statement_column(text)
    found = spans(text, line, column)
    if found and _is_comment(text, found[-1]):
        found.pop()
    return found[0].to(found[-1]) if found else Span(line, 0, len(text))


def _is_comment(text: str, span: Span) -> bool:
    return text[span.start] in ";#" or text.startswith("//", span.start)


@dataclass(frozen=True, slots=True)
class Assembly:
    """The result of ``assemble``.

    ``programs`` are those of the text, in order (several for tail calls); none when the text has an error.
    ``partials`` are made of the lines that are right, whatever the others are, so that views have something
    to show while a learner types. ``source_maps`` belong to them, one each.
    """

    programs: tuple[Program, ...]
    partials: tuple[Program, ...]
    diagnostics: tuple[Diagnostic, ...]
    symbols: Symbols
    source_maps: tuple[SourceMap, ...]

    @property
    def program(self) -> Program | None:
        """The first program, or None when the text has an error."""
        return self.programs[0] if self.programs else None

    @property
    def partial(self) -> Program | None:
        """The first program as far as it can be read; None when there is none of it."""
        return self.partials[0] if self.partials else None

    @property
    def source_map(self) -> SourceMap:
        """The lines and slots of the first program."""
        return self.source_maps[0] if self.source_maps else SourceMap((), ())

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that keep the text from being a program."""
        return tuple(found for found in self.diagnostics if found.severity is Severity.ERROR)

    @property
    def ok(self) -> bool:
        """Whether the text is a program."""
        return bool(self.programs)
