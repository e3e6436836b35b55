"""What a directive may see and change of the file being assembled."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vm.asm.expression import Expression
from vm.asm.lexer import TOKEN
from vm.asm.symbols import Symbols
from vm.asm.unit import Mistake, Unit
from vm.source import Diagnostic, HookscopeError, Span

MAX_PROGRAMS = 256
"""Programs of one text."""


def problem(
    code: str, message: str, span: Span, hint: str | None = None, replacement: str | None = None
) -> HookscopeError:
    """The error of a directive, at its place."""
    return HookscopeError(Diagnostic(code, message, span, hint, replacement=replacement))


def moved(error: HookscopeError, span: Span) -> HookscopeError:
    """An error about part of a line, put where the part stands: its own columns count from ``span.start``."""
    found = error.diagnostic
    if found.span is not None:
        start = span.start + found.span.start
        span = Span(span.line, min(start, span.end), min(start + found.span.end - found.span.start, span.end))
    return problem(found.code, found.message, span, found.hint)


@dataclass(slots=True)
class FileContext:
    """The file: its names, its programs in order (the last one is being written).

    ``hook`` and ``license`` were given above the first program and hold for all. ``late`` are tasks that need
    all names, done after the last line: each raises HookscopeError at most.
    """

    symbols: Symbols
    units: list[Unit] = field(default_factory=list)
    late: list[Callable[[], None]] = field(default_factory=list)
    hook: str | None = None
    license: str | None = None

    @property
    def unit(self) -> Unit:
        """The program being written."""
        return self.units[-1]

    def begin_program(self, name: str, span: Span) -> None:
        """Starts a program; the first one's instructions may stand above its name."""
        taken = next((unit for unit in self.units if unit.named_at and unit.name == name), None)
        if taken is not None:
            raise problem("twice", f"there is already a program `{name}`", span, "give this one another name")
        if len(self.units) == MAX_PROGRAMS:
            message = f"a text has at most {MAX_PROGRAMS} programs"
            raise problem("too-many-programs", message, span, "put the others into another text")
        first = self.units[0]
        if first.named_at is None and not first.slots:
            self.hook, self.license = first.hook, first.license
            first.name, first.named_at = name, span
            return
        self.units.append(Unit(name, self.symbols, span, self.hook, self.license))

    def declare(self, name: str, span: Span, what: str) -> None:
        """Takes a name for ``what``; raises HookscopeError if it is taken or cannot be one."""
        if not (name.isascii() and name.replace(".", "_").isidentifier()) or len(name) > 128:
            raise problem(
                "bad-name", f"`{name[:40]}` cannot be the name of {what}", span, "use letters, digits and _"
            )
        first = self.symbols.spans.get(name)
        if first is not None or name in self.symbols.map_index:
            where = f" on line {first.line}" if first else ""
            raise problem(
                "twice", f"`{name}` is already declared{where}", span, "give one of them another name"
            )
        self.symbols.spans[name] = span

    def number(self, text: str, span: Span) -> int:
        """The value of the expression ``text``, which stands at ``span``."""
        tokens = TOKEN.findall(text)
        places = [(match.start(), match.end()) for match in TOKEN.finditer(text)]
        try:
            reader = Expression(tokens, 0, self.symbols)
            value = reader.value()
            if reader.at < len(tokens):
                raise Mistake("trailing", f"unexpected `{tokens[reader.at]}` in this expression", reader.at)
        except Mistake as mistake:
            first, last = (
                (places[min(max(at, 0), len(places) - 1)] for at in mistake.at) if places else ((0, 0),) * 2
            )
            where = Span(span.line, span.start + first[0], span.start + last[1])
            raise problem(mistake.code, mistake.message, where, mistake.hint, mistake.replacement) from None
        return value
