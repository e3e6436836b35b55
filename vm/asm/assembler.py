"""Assembling a text: directives that declare names first, then line by line, then the labels."""

from collections.abc import Callable, Sequence
from functools import partial

from vm.asm import directives
from vm.asm.assembly import Assembly, SourceMap
from vm.asm.context import FileContext
from vm.asm.grammar import SHAPES
from vm.asm.lexer import (
    MAX_CHARACTERS,
    MAX_ERRORS,
    MAX_LINE,
    TOKEN,
    Kinds,
    shape_of,
    spans,
    split_lines,
)
from vm.asm.prefix import Prefix, is_silent, prefixes
from vm.asm.resolve import resolve
from vm.asm.statement import WORDS, build_statement
from vm.asm.symbols import Symbols
from vm.asm.unit import Mistake, Unit
from vm.asm.words import LL
from vm.encoding import decode
from vm.isa import MAX_INSNS
from vm.program import MapSpec, Program
from vm.source import Diagnostic, HookscopeError, Severity, Span
from vm.uapi.prog_types import HOOKS, ProgType, hook_named

_LD_IMM64 = "18"


class _TooManyErrors(Exception):  # noqa: N818 - ends the reading of a text, not a fault
    pass


class Assembler:
    """One text on its way to being programs."""

    def __init__(self, text: str, name: str, prog_type: ProgType | None, maps: Sequence[MapSpec]) -> None:
        self.prog_type = prog_type
        self.lines = split_lines(text)
        self.diagnostics: list[Diagnostic] = []
        self.errors = 0
        self.symbols = Symbols()
        for spec in maps:
            self.symbols.add_map(spec)
        self.context = FileContext(self.symbols)
        self.context.units.append(Unit(name, self.symbols))

    def run(self) -> Assembly:
        """Reads all of the text."""
        try:
            self.declare()
            self.read()
            for late in self.context.late:
                self.attempt(late)
            for unit in self.context.units:
                resolve(unit, self.mistake)
        except _TooManyErrors:
            hint = "mend the first ones"
            self.diagnostics.append(
                Diagnostic("too-many-errors", f"after {MAX_ERRORS} errors the rest was not read", hint=hint)
            )
        return self.result()

    def report(self, diagnostic: Diagnostic) -> None:
        """Keeps a diagnostic; raises _TooManyErrors when it is one error too many."""
        self.diagnostics.append(diagnostic)
        if diagnostic.severity is Severity.ERROR:
            self.errors += 1
            if self.errors >= MAX_ERRORS:
                raise _TooManyErrors

    def attempt(self, task: Callable[[], None]) -> None:
        """Does a task that may raise HookscopeError, and reports it then."""
        try:
            task()
        except HookscopeError as error:
            self.report(error.diagnostic)

    def mistake(self, mistake: Mistake, line: int, column: int) -> None:
        """Reports a mistake in the statement at (line, column)."""
        span = self.tokens_span(line, column, mistake.at)
        self.report(
            Diagnostic(mistake.code, mistake.message, span, mistake.hint, replacement=mistake.replacement)
        )

    def tokens_span(self, line: int, column: int, at: tuple[int, int]) -> Span:
        """Where tokens of the statement at (line, column) stand."""
        text = self.lines[line - 1]
        found = spans(text, line, column)
        if not found:
            return Span(line, 0, len(text))
        first, last = (found[min(max(index, 0), len(found) - 1)] for index in at)
        return first.to(last)

    def declare(self) -> None:
        """The first pass: directives that declare names."""
        for number, text in enumerate(self.lines, 1):
            if "." in text and text.lstrip().startswith("."):
                self.attempt(partial(directives.read, self.context, text, number, early=True))

    def read(self) -> None:
        """The second pass: instructions, labels, and directives that take effect where they stand."""
        kind, find, known = Kinds().__getitem__, TOKEN.findall, SHAPES.get
        unit = self.context.unit
        add = unit.add
        for number, text in enumerate(self.lines, 1):
            tokens = find(text)
            shape = "".join(map(kind, tokens))
            build = known(shape)
            if build is None:
                if shape:
                    self.other(number, text, tokens, shape)
                    unit = self.context.unit
                    add = unit.add
                continue
            unit.line, unit.column = number, 0
            try:
                insn = build(tokens, unit)
            except Mistake as mistake:
                self.mistake(mistake, number, 0)
                continue
            if insn is not None:
                add(insn)
        self.look_for_semicolons()

    def look_for_semicolons(self) -> None:
        """Warns of C's habit to end a statement with `;` and go on: the rest is a comment here."""
        for number, text in enumerate(self.lines, 1):
            at = text.find(";")
            if at > 0 and not text[at - 1].isspace() and shape_of(TOKEN.findall(text, at + 1)) in SHAPES:
                rest = text[at + 1 :].strip()
                span = Span(number, at, len(text.rstrip()))
                message = f"`;` starts a comment: `{rest[:60]}` is not assembled"
                hint = "one instruction per line"
                self.diagnostics.append(Diagnostic("after-semicolon", message, span, hint, Severity.WARNING))

    def other(self, number: int, text: str, tokens: Sequence[str], shape: str) -> None:
        """A line that is no plain instruction: a directive, a label, a line of a dump, or wrong."""
        if len(text) > MAX_LINE:
            self.report(
                Diagnostic(
                    "long-line", f"a line of {len(text):,} characters is too long", Span(number, 0, 80)
                )
            )
        elif tokens[0].startswith(".") and shape[1:2] != ":":
            self.attempt(partial(directives.read, self.context, text, number, early=False))
        elif shape[2:] == ":" and tokens[0] in HOOKS:
            self.attempt(partial(self.header, tokens, number))
        elif shape[1:2] == ":" and shape[0] in WORDS:
            self.labelled(tokens, shape, number)
        else:
            self.prefixed(number, text)

    def labelled(self, tokens: Sequence[str], shape: str, number: int) -> None:
        """Labels, and what follows them on the line."""
        text, column, at = self.lines[number - 1], 0, 0
        while shape[at + 1 : at + 2] == ":" and shape[at] in WORDS:
            name = tokens[at]
            start = text.index(name, column)
            self.label(name, Span(number, start, start + len(name)))
            column = text.index(":", start + len(name)) + 1
            at += 2
        if at < len(shape):
            self.statement(tokens[at:], shape[at:], number, column)

    def header(self, tokens: Sequence[str], number: int) -> None:
        """``xdp name:`` names a program and its hook; the name is a label too."""
        span = spans(self.lines[number - 1], number)[1]
        self.context.begin_program(tokens[1], span)
        self.context.unit.hook = HOOKS[tokens[0]].name
        self.label(tokens[1], span)

    def prefixed(self, number: int, text: str) -> None:
        """Labels and a dump's prefix, then perhaps a statement."""
        column, opcode = 0, None
        for prefix in prefixes(text):
            self.prefix(prefix, number)
            column, opcode = prefix.end, prefix.opcode
        tokens = TOKEN.findall(text, column)
        shape = shape_of(tokens)
        if not shape:
            return
        if opcode == _LD_IMM64 and shape == "R=N":
            tokens, shape = [*tokens[:3], "ll"], shape + LL  # the kernel does not print it
        self.statement(tokens, shape, number, column)

    def statement(self, tokens: Sequence[str], shape: str, number: int, column: int) -> None:
        """A statement that starts at a column of a line."""
        unit = self.context.unit
        unit.line, unit.column = number, column
        try:
            insn = build_statement(tokens, shape, unit)
        except Mistake as mistake:
            if not is_silent(self.lines[number - 1]):
                self.mistake(mistake, number, column)
            return
        if insn is not None:
            unit.add(insn)

    def prefix(self, prefix: Prefix, number: int) -> None:
        """Takes note of one prefix."""
        unit = self.context.unit
        if prefix.label is not None:
            self.label(prefix.label, Span(number, prefix.start, prefix.stop))
        elif prefix.number is not None:
            unit.numbered.setdefault(prefix.number, []).append(len(unit.slots))

    def label(self, name: str, span: Span) -> None:
        """Gives the next slot a name."""
        unit = self.context.unit
        first = unit.label_spans.get(name)
        if first is not None:
            hint = "give one of them another name"
            self.report(
                Diagnostic("twice", f"the label `{name}` is already on line {first.line}", span, hint)
            )
            return
        unit.labels[name] = len(unit.slots)
        unit.label_spans[name] = span

    def result(self) -> Assembly:
        """The programs read, with all that was found."""
        units = [unit for unit in self.context.units if unit.slots or unit.named_at]
        for unit in units:
            self.check_size(unit)
            for warned in unit.warned:
                span = self.tokens_span(warned.line, warned.column, (warned.at, warned.at))
                self.diagnostics.append(
                    Diagnostic(warned.code, warned.message, span, warned.hint, Severity.WARNING)
                )
        partials = tuple(self.program(unit) for unit in units)
        maps = tuple(SourceMap(unit.lines, self.lines) for unit in units)
        if not self.errors and not any(unit.slots for unit in units):
            hint = "the smallest program is `r0 = 0` and `exit`"
            self.report(Diagnostic("empty", "there are no instructions yet", Span(1, 0, 0), hint))
        found = tuple(sorted(self.diagnostics, key=lambda each: each.span or Span(len(self.lines) + 1, 0, 0)))
        return Assembly(() if self.errors else partials, partials, found, self.symbols, maps)

    def check_size(self, unit: Unit) -> None:
        """Reports a program of more instructions than Linux takes."""
        if len(unit.slots) > MAX_INSNS:
            self.errors += 1
            message = f"{unit.name} has {len(unit.slots):,} instructions; Linux takes {MAX_INSNS:,}"
            self.diagnostics.append(Diagnostic("too-big", message, unit.named_at))

    def program(self, unit: Unit) -> Program:
        """The program of a unit."""
        named = hook_named(unit.hook) if unit.hook else None
        insns = decode(unit.slots) if unit.raw else tuple(unit.insns)
        functions = {unit.name: 0} | {name: at for name, at in unit.labels.items() if at in unit.called}
        return Program(
            name=unit.name,
            prog_type=named.hook.prog_type if named else self.prog_type or ProgType.XDP,
            slots=tuple(unit.slots),
            insns=insns,
            maps=tuple(self.symbols.maps),
            license="GPL" if unit.license is None else unit.license,
            hook=unit.hook,
            labels=dict(unit.labels),
            functions=functions,
            spans=SourceMap(unit.lines, self.lines),
        )


def assemble(
    text: str, *, name: str = "program", prog_type: ProgType | None = None, maps: Sequence[MapSpec] = ()
) -> Assembly:
    """Assembles a text; never raises, whatever the text is.

    ``name`` and ``prog_type`` hold where the text does not say; ``maps`` are known to it as if declared.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read"
        return Assembly((), (), (Diagnostic("too-long", message),), Symbols(), ())
    return Assembler(text, name, prog_type, maps).run()
