"""Places in a learner's text, and what can be said about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range within one line: 1-based ``line``, 0-based columns ``start`` up to ``end`` (exclusive).

    Columns count Unicode code points.
    """

    line: int
    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The span from the start of this one to the end of ``other``, which lies on the same line."""
        return Span(self.line, self.start, max(self.end, other.end))


class Severity(StrEnum):
    """How much a diagnostic matters: an error keeps the program from being loaded."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong (``message``), where (``span``), and what to try (``hint``).

    ``code`` names the kind of mistake for tests and explanations (``unknown-helper``).
    ``replacement``, where given, is text that certainly mends it when put in place of ``span``.
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR
    replacement: str | None = None

    def __str__(self) -> str:
        place = f"{self.span.line}:{self.span.start + 1}: " if self.span else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.severity}: {self.message}{hint}"


class HookscopeError(Exception):
    """A caller's mistake that ends the request; carries the diagnostic shown to the learner."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic

    @classmethod
    def of(cls, code: str, message: str, hint: str | None = None) -> "HookscopeError":
        """The error with a diagnostic that has no place in a text."""
        return cls(Diagnostic(code, message, hint=hint))


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word a learner most likely meant by ``word``, if one is near enough."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint for a misspelt ``word``: "did you mean `…`?", or None when nothing is near."""
    near = closest(word, known)
    return f"did you mean `{near}`?" if near else None
