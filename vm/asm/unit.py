"""One program while it is being assembled, and the mistakes that turn up on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vm.encoding import encode
from vm.instruction import Instruction, Invalid, Slot
from vm.source import Diagnostic, Severity, Span
from vm.asm.symbols import Symbols

_HOLE = Slot(0)


class Mistake(Exception):  # noqa: N818 - a learner's, caught where the line is known
    """What is wrong with one statement; ``at`` is the index of the token to blame, or a range of them."""

    def __init__(
        self,
        code: str,
        message: str,
        at: int | tuple[int, int] | None = None,
        hint: str | None = None,
        replacement: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at
        self.hint = hint
        self.replacement = replacement

    def moved(self, after: int, by: int) -> "Mistake":
        """The same mistake where ``by`` tokens stand that the builder did not see, from index ``after``."""
        match self.at:
            case int(at) if at >= after:
                self.at = (at, at + by) if at == after and by > 0 else at + by
            case (first, last):
                self.at = (first + by * (first > after), last + by * (last >= after))
        return self


@dataclass(slots=True)
class Place:
    """A line being read; ``tokens`` before ``skip`` (a label, a dump's prefix) are not part of the statement."""

    line: int
    text: str
    skip: int = 0


@dataclass(slots=True)
class Fixup:
    """An instruction that waits for a label: ``make(offset)`` builds it once the label's slot is known."""

    pc: int
    label: str
    at: int
    place: Place
    make: Callable[[int], Instruction]
    calls: bool = False


@dataclass(slots=True)
class Unit:
    """The growing parts of one program. ``lines`` holds the line number of each slot."""

    name: str
    symbols: Symbols
    report: Callable[[Diagnostic], None]
    named_at: Span | None = None
    hook: str | None = None
    license: str | None = None
    insns: list[Instruction | None] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    label_spans: dict[str, Span] = field(default_factory=dict)
    fixups: list[Fixup] = field(default_factory=list)
    called: set[int] = field(default_factory=set)
    place: Place = field(default_factory=lambda: Place(0, ""))

    def add(self, insn: Instruction) -> None:
        """Appends an instruction that is complete."""
        slots = encode(insn)
        self.insns.append(insn)
        self.lines.append(self.place.line)
        self.slots += slots
        if len(slots) == 2:
            self.insns.append(None)
            self.lines.append(self.place.line)

    def defer(self, label: str, at: int, make: Callable[[int], Instruction], wide: bool = False, calls: bool = False) -> None:
        """Leaves room (``wide``: two slots) for an instruction that needs a label; ``at`` is the label's token."""
        self.fixups.append(Fixup(len(self.slots), label, at, self.place, make, calls))
        self.add(Invalid(_HOLE, "unresolved label"))
        if wide:
            self.insns.append(None)
            self.slots.append(_HOLE)
            self.lines.append(self.place.line)

    def warn(self, code: str, message: str, at: int, hint: str | None = None) -> None:
        """Reports a warning about token ``at`` of the current statement."""
        from vm.asm.lexer import spans

        found = spans(self.place.text, self.place.line)
        span = found[min(at + self.place.skip, len(found) - 1)]
        self.report(Diagnostic(code, message, span, hint, Severity.WARNING))
