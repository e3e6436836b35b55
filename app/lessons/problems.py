"""What is wrong with a lesson's files, each told with its file and place."""

from dataclasses import dataclass

from vm.source import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in ``file``, named relative to the lesson's folder; empty for the folder itself."""

    file: str
    diagnostic: Diagnostic

    def __str__(self) -> str:
        return f"{self.file}:{self.diagnostic}" if self.file else str(self.diagnostic)


def problem(file: str, code: str, message: str, hint: str | None = None, line: int | None = None) -> Problem:
    """A mistake, maybe about a whole line."""
    return Problem(file, Diagnostic(code, message, Span(line, 0, 1) if line else None, hint))
